"""Flows as a list in a fixed order: JSON, lines of JSON, CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import TypeAlias

import orjson

from tunnel_monitor.flows import labels
from tunnel_monitor.flows.columns import ADDRESSES, Rows

COLUMNS = ("encap", "vni", *ADDRESSES, "packets", "bytes", "path")

Record: TypeAlias = dict[str, str | int | None]


def records(rows: Rows) -> list[Record]:
    """One record for each row, with exactly COLUMNS, sorted by them in this order.

    Texts are compared as texts, and no VNI comes before all VNIs. Counts are exact.
    """
    members: dict[str, Iterable[str | int | None]] = {
        "encap": labels.encaps(rows),
        "vni": labels.vnis(rows),
        **{name: labels.texts(rows, name) for name in ADDRESSES},
        "packets": rows["packets"].tolist(),
        "bytes": rows["bytes"].tolist(),
        "path": labels.paths(rows),
    }
    values = [members[name] for name in COLUMNS]
    found = sorted(zip(*values, strict=True), key=_order)
    return [dict(zip(COLUMNS, record, strict=True)) for record in found]


def _order(record: tuple[str | int | None, ...]) -> tuple[object, ...]:
    encap, vni, *rest = record
    return (encap, -1 if vni is None else vni, *rest)


def as_json(value: object) -> bytes:
    """One JSON value on a line of its own."""
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)


def as_json_array(found: Iterable[Record]) -> bytes:
    """An array with an object on each line, so that it can be read and compared, too."""
    lines = [orjson.dumps(record) for record in found]
    return b"[" + b",\n ".join(lines) + b"]\n"


def as_json_lines(found: Iterable[Record]) -> bytes:
    """An object on each line."""
    return b"".join(as_json(record) for record in found)


def as_csv(found: Iterable[Record], names: Iterable[str]) -> bytes:
    """A line of names, then a line for each record; empty where there is no value."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(names), lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    return text.getvalue().encode()
