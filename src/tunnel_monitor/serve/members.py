"""Rows as JSON objects: the columns that were kept apart, and counts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.flows import addresses, columns, labels
from tunnel_monitor.flows.columns import Rows, Words
from tunnel_monitor.flows.names import Naming
from tunnel_monitor.flows.question import Answer, Place
from tunnel_monitor.layout import COUNTERS

Json: TypeAlias = dict[str, Any]  # what orjson encodes; checked member by member in the tests

COUNTED = COUNTERS.names or ()


def decimals(values: NDArray[Any]) -> list[str]:
    """Decimal strings of (n,) counts: they may pass 2^53, where a browser's numbers are rounded."""
    return list(map(str, values.tolist()))


def seconds(nanoseconds: int) -> float:
    """As JSON has times. Not `/ 1e9`, which would round twice."""
    return nanoseconds / 10**9


def groups(
    rows: Rows, places: Sequence[Place], by: Collection[str], *, directed: bool = True
) -> list[Json]:
    """An object for each row with what was kept apart, and nothing else.

    Args:
        rows: (n,) FLOW.
        places: a row's `interface` is a place in them.
        by: which columns were kept apart.
        directed: whether it is known which way packets went.
    """
    cells: dict[str, Callable[[], Iterable[Any]]] = {
        "host": lambda: (places[one].host for one in rows["interface"].tolist()),
        "interface": lambda: (places[one].interface for one in rows["interface"].tolist()),
        "direction": lambda: labels.directions(rows) if directed else [None] * len(rows),
        "encap": partial(labels.encaps, rows),
        "vni": partial(labels.vnis, rows),
        **{name: partial(labels.texts, rows, name) for name in columns.ADDRESSES},
        "path": partial(labels.paths, rows),
        "overflow": partial(labels.overflows, rows),
    }
    return objects({name: make() for name, make in cells.items() if name in by}, len(rows))


def names(naming: Naming, rows: Rows, by: Collection[str]) -> dict[str, str]:
    """Address -> name, of the addresses in the columns that were kept apart."""
    if not naming:
        return {}
    found: dict[str, str] = {}
    for column in columns.ADDRESSES:
        if column in by:
            present = columns.where(rows, labels.has_address(rows, column))
            found |= names_of(naming, columns.address(present, column))
    return found


def names_of(naming: Naming, packed: Words) -> dict[str, str]:
    """Address -> name, of (n, 2) addresses."""
    if not naming:
        return {}
    data = np.ascontiguousarray(packed).tobytes()
    each = {data[start : start + 16] for start in range(0, len(data), 16)}
    found = ((address, naming.of(address)) for address in each)
    return {addresses.text(address): name for address, name in found if name}


def counted_groups(answer: Answer, by: Collection[str], *, directed: bool = True) -> list[Json]:
    """The same with the counts of an answer."""
    counts = objects({name: decimals(answer.rows[name]) for name in COUNTED}, len(answer.rows))
    told = groups(answer.rows, answer.places, by, directed=directed)
    return [one | its for one, its in zip(told, counts, strict=True)]


def objects(cells: Mapping[str, Iterable[Any]], count: int) -> list[Json]:
    """So many objects, of columns of values."""
    if not cells:
        return [{} for _ in range(count)]
    return [dict(zip(cells, values, strict=True)) for values in zip(*cells.values(), strict=True)]
