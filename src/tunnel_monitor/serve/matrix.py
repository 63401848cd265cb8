"""The `matrix` reply: who sends how much to whom, as square arrays."""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.flows import columns, labels
from tunnel_monitor.flows.answering import sums as summed
from tunnel_monitor.flows.columns import Rows, Words
from tunnel_monitor.flows.filter.tree import both
from tunnel_monitor.flows.group import Groups
from tunnel_monitor.flows.groupings import CONVERSATION, PAIR, SEGMENT
from tunnel_monitor.flows.question import Sums
from tunnel_monitor.serve.asking import Asked
from tunnel_monitor.serve.members import Json, decimals, names
from tunnel_monitor.serve.parameters import Query
from tunnel_monitor.serve.replies import heading, sums
from tunnel_monitor.serve.view import Snapshot

MOST_PAIRS = 1_000_000


@dataclass(frozen=True, slots=True)
class Square:
    """The traffic between a set of places.

    Args:
        places: (p,) FLOW whose source addresses are the places', in address order.
        packets: (p, p) from row to column.
        bytes: likewise.
        outside: (o,) FLOW, the rows with an end at no place.
    """

    places: Rows
    packets: NDArray[np.uint64]
    bytes: NDArray[np.uint64]
    outside: Rows


def square(rows: Rows, by: str, limit: int) -> Square:
    """Arrange (n,) FLOW.

    Args:
        rows: keys may repeat.
        by: `peer` or `endpoint`, as in Query.
        limit: the most places; those with most bytes, sent and received, are taken.
    """
    ends = _ends(rows)
    groups = Groups.of(_keys(ends, by))
    sent_and_received = columns.take(ends, groups.any_row())
    sent_and_received["bytes"] = groups.sums(ends["bytes"].reshape(-1, 1))[:, 0]
    taken = columns.largest(sent_and_received, limit)
    places = columns.take(sent_and_received, taken)
    order = np.lexsort(_keys(places, by).byteswap().T[::-1])
    place_of = np.full(len(groups), -1)
    place_of[taken[order]] = np.arange(len(taken))
    sources, destinations = place_of[groups.numbers].reshape(2, -1)
    inside = (sources >= 0) & (destinations >= 0)
    packets, size = (
        _summed(rows[name][inside], sources[inside], destinations[inside], len(taken))
        for name in ("packets", "bytes")
    )
    return Square(columns.take(places, order), packets, size, columns.where(rows, ~inside))


def matrix(snapshot: Snapshot, query: Query) -> Json:
    """The whole reply."""
    by = CONVERSATION - SEGMENT if query.by == "endpoint" else PAIR
    node = both(query.filter, query.narrow)
    answer = Asked.of(snapshot, query).answer(by, node, MOST_PAIRS)
    found = square(answer.rows, query.by, query.limit)
    peers = labels.texts(found.places, "outer_src")
    return {
        **heading(snapshot, query, answer),
        "by": query.by,
        "labels": labels.texts(found.places, "inner_src") if query.by == "endpoint" else peers,
        "peers": peers,
        "packets": [decimals(row) for row in found.packets],
        "bytes": [decimals(row) for row in found.bytes],
        "names": names(snapshot.names, found.places, {"outer_src", "inner_src"}),
        "other": sums(added(summed(found.outside), answer.other)),
    }


def added(one: Sums, other: Sums) -> Sums:
    """Both together."""
    return Sums(*(sum(pair) for pair in zip(astuple(one), astuple(other), strict=True)))


def _ends(rows: Rows) -> Rows:
    """(2n,) all senders, then all receivers with their addresses as sources."""
    receivers = rows.copy()
    for layer in ("outer", "inner"):
        columns.address(receivers, f"{layer}_src")[:] = columns.address(rows, f"{layer}_dst")
    return columns.join(rows, receivers)


def _keys(ends: Rows, by: str) -> Words:
    """(n, 2) or (n, 5) words that tell places apart, in order of significance."""
    outer = columns.address(ends, "outer_src")
    if by == "peer":
        return np.ascontiguousarray(outer)
    has_inner = columns.has_inner(ends).astype(np.uint64)[:, None]
    return np.hstack([outer, has_inner, columns.address(ends, "inner_src")])


def _summed(
    values: NDArray[np.uint64], rows: NDArray[np.intp], places: NDArray[np.intp], size: int
) -> NDArray[np.uint64]:
    total = np.zeros((size, size), np.uint64)
    np.add.at(total, (rows, places), values)
    return total
