"""Snapshot -> the members of each JSON reply, as docs/reference/api.md has them."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import Direction, Outcome
from tunnel_monitor.flows import addresses, columns, labels
from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.flows.filter.tree import EVERYTHING, Node, both
from tunnel_monitor.flows.group import group_all
from tunnel_monitor.flows.groupings import SEGMENT, grouping
from tunnel_monitor.flows.question import Answer, Books, Span, Sums
from tunnel_monitor.kernel.drained import DeviceCounts
from tunnel_monitor.layout import TALLY
from tunnel_monitor.serve.asking import Asked
from tunnel_monitor.serve.members import (
    COUNTED,
    Json,
    counted_groups,
    decimals,
    names,
    objects,
    seconds,
)
from tunnel_monitor.serve.parameters import Query
from tunnel_monitor.serve.seen import in_order
from tunnel_monitor.serve.timeline import Series
from tunnel_monitor.serve.view import Snapshot

Devices: TypeAlias = tuple[tuple[DeviceCounts, DeviceCounts] | None, ...]

MOST_SEGMENTS = 100_000


def heading(snapshot: Snapshot, query: Query, answer: Answer) -> Json:
    """What opens each reply about a stretch of time."""
    return {
        "time": seconds(snapshot.time_ns),
        "interval_s": seconds(snapshot.interval_ns),
        "window": query.window if isinstance(query.window, str) else "span",
        "from": seconds(answer.span.from_ns),
        "to": seconds(answer.span.until_ns),
        "elapsed_s": seconds(answer.elapsed_ns),
    }


def sums(one: Sums, kind: str = "rows") -> Json:
    """How many rows a reply left out, and what they add up to."""
    counts = {name: str(getattr(one, name)) for name in COUNTED}
    return {kind: one.rows, **counts}


def everything(asked: Asked) -> Json:
    """What was tunnelled in all, whatever the filter means."""
    rows = asked.answer(frozenset(), EVERYTHING, 1).rows
    return dict(zip(COUNTED, map(str, columns.counts(rows)), strict=True))


def flows(snapshot: Snapshot, query: Query) -> Json:
    """A page of flows or of groups of them, and the sum of the others."""
    asked, by = Asked.of(snapshot, query), grouping(query.by)
    node = both(query.filter, query.narrow)
    found = asked.answer(by, node, query.limit, offset=query.offset, order=query)
    return {
        **heading(snapshot, query, found),
        "by": query.by,
        "rows": counted_groups(found, by, directed=snapshot.directed),
        "other": sums(found.other),
        "all": everything(asked),
        "names": names(snapshot.names, found.rows, by),
    }


def segments(snapshot: Snapshot, query: Query) -> Json:
    """Every virtual network seen, with its traffic in the window."""
    found = segments_of(Asked.of(snapshot, query), query.filter)
    rows = with_quiet_ones(snapshot, found.rows)
    return {**heading(snapshot, query, found), "rows": segment_rows(snapshot, rows)}


def segments_of(asked: Asked, node: Node, limit: int = MOST_SEGMENTS) -> Answer:
    """The virtual networks that had traffic."""
    return asked.answer(SEGMENT, node, limit)


def with_quiet_ones(snapshot: Snapshot, segments: Rows) -> Rows:
    """Those, and the ones seen since the start that had none, in order."""
    return in_order(group_all([snapshot.seen.segments, segments], SEGMENT))


def segment_rows(snapshot: Snapshot, rows: Rows) -> list[Json]:
    """Each segment with all its members."""
    peers, endpoints, tunnels = snapshot.seen.counts_of(rows).T.tolist()
    members: dict[str, list[Any]] = {
        "encap": labels.encaps(rows),
        "vni": labels.vnis(rows),
        "peers": peers,
        "endpoints": endpoints,
        "tunnels": tunnels,
        **{name: decimals(rows[name]) for name in COUNTED},
    }
    return objects(members, len(rows))


def ledger(snapshot: Snapshot, query: Query) -> Json:
    """Where every packet went, since the start or in a stretch of time."""
    books, devices = books_of(snapshot, query)
    return {
        "time": seconds(snapshot.time_ns),
        "from": seconds(books.span.from_ns),
        "to": seconds(books.span.until_ns),
        "elapsed_s": seconds(books.elapsed_ns),
        "rows": ledger_rows(books, devices, directed=snapshot.directed),
    }


def books_of(snapshot: Snapshot, query: Query) -> tuple[Books, Devices]:
    """The ledger that is asked for, and the interfaces' own counters, as far as they are known."""
    if isinstance(query.window, Span):
        books = snapshot.source(query.window).ledger(query.window)
        return books, (None,) * len(books.places)
    total = snapshot.total
    books = Books(total.span, total.elapsed_ns, snapshot.places, snapshot.ledger)
    return books, snapshot.devices


def ledger_rows(books: Books, devices: Devices, *, directed: bool = True) -> list[Json]:
    """One row for each interface and direction; captures know of none."""
    directions = list(Direction) if directed else [Direction.INGRESS]
    return [
        {
            "interface": place.interface,
            "direction": direction.label if directed else None,
            "outcomes": {outcome.label: tally(of_place[direction, outcome]) for outcome in Outcome},
            "seen": tally(_sum(of_place[direction])),
            **device(counts[direction] if counts else None),
        }
        for place, of_place, counts in zip(books.places, books.ledger, devices, strict=True)
        for direction in directions
    ]


def tally(row: np.void) -> Json:
    """One row of the ledger."""
    return dict(zip(TALLY.names or (), map(str, row.tolist()), strict=True))


def _sum(rows: NDArray[np.void]) -> np.void:
    total: np.void = rows.view(np.uint64).reshape(len(rows), -1).sum(axis=0).view(TALLY)[0]
    return total


def device(counts: DeviceCounts | None) -> Json:
    """The interface's own counters, and what they disagree by."""
    if counts is None:
        return {"device": None, "residual": None}
    return {
        "device": {
            "packets": str(counts.packets),
            "bytes": str(counts.bytes),
            "counts": counts.counts,
        },
        "residual": {
            "packets": str(counts.residual_packets),
            "bytes": str(counts.residual_bytes),
        },
    }


def timeline(snapshot: Snapshot, _: Query) -> Json:
    """Who sent how much in each of the last drains."""
    series = snapshot.timeline
    return {
        "times": [seconds(time_ns) for time_ns in series.times_ns.tolist()],
        "elapsed_s": [seconds(elapsed_ns) for elapsed_ns in series.elapsed_ns.tolist()],
        "peers": timeline_peers(series),
        "bytes": [decimals(row) for row in series.bytes],
        "packets": [decimals(row) for row in series.packets],
    }


def timeline_peers(series: Series) -> list[str]:
    """Whose rows they are."""
    return [*addresses.texts(series.peers), "other"]
