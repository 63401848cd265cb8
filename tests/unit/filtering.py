"""The filters of `tests/filter_vectors.json`, which every reader of the language is tested by."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.unit.synthetic import Flow

from tunnel_monitor.contract import Direction, Encap
from tunnel_monitor.flows import names
from tunnel_monitor.flows.filter.match import Setting
from tunnel_monitor.flows.question import Place

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[1] / "filter_vectors.json").read_text()
)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A text that means nothing: where, and what the complaint must say."""

    text: str
    start: int
    length: int
    says: str


RIGHT: dict[str, tuple[int, ...]] = {one["text"]: tuple(one["rows"]) for one in VECTORS["filters"]}
WRONG = [Wrong(**one) for one in VECTORS["errors"]]


def flow_of(row: dict[str, Any]) -> Flow:
    """One of the rows."""
    path = [Encap[step.upper().replace("-", "_")] for step in row["path"].split("/")]
    return Flow(
        outer_src=row["outer_src"] or "",
        outer_dst=row["outer_dst"] or "",
        inner_src=row["inner_src"],
        inner_dst=row["inner_dst"],
        vni=row["vni"],
        packets=row["packets"],
        bytes=row["bytes"],
        inner_bytes=0,
        direction=Direction[row["direction"].upper()],
        path=tuple(encap for encap in path if encap is not Encap.NONE),
        interface=row["interface"],
    )


FLOWS = [flow_of(row) for row in VECTORS["rows"]]
INTERFACES = ("eth0", "eth1")
PLACES = tuple(Place(VECTORS["host"], interface) for interface in INTERFACES)
SETTING = Setting(VECTORS["elapsed_s"] * 10**9, PLACES)
NAMES = names.of_lines([" ".join(pair) for pair in VECTORS["names"].items()], "the vectors")
