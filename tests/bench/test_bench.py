"""The bench runs, and its results are complete. What anything costs is nothing that a test asks."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from bench.__main__ import ONLY_WHEN_NAMED, PARTS
from bench.curves import PANELS, picture
from bench.figures import Row, in_turn, table

pytestmark = pytest.mark.root

ROOT = Path(__file__).resolve().parents[2]
# What was promised to be measured, with the promise.
PROMISED: Mapping[str, float | None] = {
    "empty": None,
    "floor": None,
    "vxlan-4in4": 1.3,
    "vxlan-6in6": 1.9,
    "geneve-options": 2.0,
    "gre-key": 2.0,
    "vxlan-vlan": 2.0,
    "tcp": 0.4,
    "random-4in4": 1.15,
    "new-4in4-preallocated": 0.7,
    "new-4in4-on-demand": 1.5,
    "two-cpus": 1.9,
    "live-against-pmacctd": 15,
    "live-against-tcpdump": 15,
    "live-lost": 0,
    "throughput": 0.98,
    "throughput-processor": 0.98,
    "start": 0.5,
    "process-alone-memory": 80,
    "process-alone-share": 3,
    "drain-1000000": 1.0,
    "drain-100000": 0.1,
    "live-update-last": 100,
    "read-1000": 5.0,
    "growth-cpus-2": 64,
    "growth-cpus-128": 512,
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Any:  # JSON
    file = tmp_path_factory.mktemp("bench") / "results.json"
    words = [sys.executable, "-m", "bench", "--quick", "--json", str(file)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(file.read_text())
    found["printed"] = done.stdout
    return found


def test_everything_promised_is_measured(results: Any) -> None:
    rows = {row["name"]: row for rows in results["parts"].values() for row in rows}
    assert list(results["parts"]) == [name for name in PARTS if name not in ONLY_WHEN_NAMED]
    targets = {name: target_of(rows[name]) for name in PROMISED}
    assert targets == PROMISED
    for name, row in rows.items():
        assert row["low"] <= row["figure"] <= row["high"], name
        assert row["met"] is None or row["at_most"] is not None or row["at_least"] is not None
        assert row["what"] in results["printed"]


def target_of(row: Mapping[str, Any]) -> Any:  # a number, if there is one
    return row["at_least"] if row["at_most"] is None else row["at_most"]


def test_growth_can_be_drawn(results: Any) -> None:
    drawn = ET.fromstring(picture(results["parts"]["growth"]))  # noqa: S314 - our own
    curves = [one for one in drawn.iter() if "line" in one.get("class", "").split()]
    assert len(curves) == sum(len(panel.curves) for panel in PANELS)
    sizes = [row["name"] for row in results["parts"]["growth"] if row["name"][-1].isdigit()]
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}circle"))) == len(sizes)


def test_names_are_unique(results: Any) -> None:
    names = [row["name"] for rows in results["parts"].values() for row in rows]
    assert len(names) == len(set(names))


def test_every_part_is_described() -> None:
    text = (ROOT / "bench" / "README.md").read_text()
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == list(PARTS)


def test_a_target_is_met_or_it_is_said() -> None:
    rows = [
        Row.of("a", "at most", "ns", [1, 3, 2], at_most=2),
        Row.of("b", "at least", "x", [1, 3, 2], at_least=2.5),
        Row.of("c", "no target", "x", [0, 0]),
    ]
    assert [row.met for row in rows] == [True, False, None]
    lines = table(rows).splitlines()
    assert lines[1].split() == ["at", "most", "2.00", "1.00", "3.00", "<=", "2", "ns", "met"]
    assert lines[2].endswith("x NOT MET")
    assert lines[3].endswith("x")


def test_everything_runs_in_each_round() -> None:
    order: list[str] = []

    def step(name: str) -> float:
        order.append(name)
        return float(len(order))

    found = in_turn({name: (partial(step, name)) for name in "abcde"}, 4)
    assert {name: len(values) for name, values in found.items()} == dict.fromkeys("abcde", 4)
    rounds = [order[at : at + 5] for at in range(0, 20, 5)]
    assert all(sorted(one) == list("abcde") for one in rounds)
    assert len({tuple(one) for one in rounds}) > 1
