"""Flows as a list in a fixed order: JSON, lines of JSON, CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TypeAlias

import orjson

from tunnel_monitor.flows import labels
from tunnel_monitor.flows.columns import ADDRESSES, Rows

COLUMNS = ("encap", "vni", *ADDRESSES, "packets", "bytes", "path")

SIGNAL_COLUMNS = ("signal", "encap", "vni", *ADDRESSES[:2], "packets", "bytes", "path")

Record: TypeAlias = dict[str, str | int | None]


def records(rows: Rows) -> list[Record]:
    """One record for each flow, with exactly COLUMNS, sorted by them in this order.

    Texts are compared as texts, and no VNI comes before all VNIs. Counts are exact.
    """
    return _listed(rows, COLUMNS)


def signals(rows: Rows) -> list[Record]:
    """One record for each row of signals, with SIGNAL_COLUMNS; likewise."""
    return _listed(rows, SIGNAL_COLUMNS)


def _listed(rows: Rows, names: tuple[str, ...]) -> list[Record]:
    values = [VALUES[name](rows) for name in names]
    place = names.index("vni")
    found = sorted(zip(*values, strict=True), key=lambda record: _order(record, place))
    return [dict(zip(names, record, strict=True)) for record in found]


def _order(record: tuple[str | int | None, ...], vni: int) -> tuple[object, ...]:
    number = record[vni]
    return (*record[:vni], -1 if number is None else number, *record[vni + 1 :])


VALUES: Mapping[str, Callable[[Rows], Iterable[str | int | None]]] = {
    "signal": labels.signals,
    "encap": labels.encaps,
    "vni": labels.vnis,
    **{name: partial(labels.texts, name=name) for name in ADDRESSES},
    "packets": lambda rows: rows["packets"].tolist(),
    "bytes": lambda rows: rows["bytes"].tolist(),
    "path": labels.paths,
}


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
