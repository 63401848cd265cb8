"""The data of one `drain` event: all that the page needs to draw one moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.flows import addresses, columns, labels
from tunnel_monitor.flows.answering import sums as summed
from tunnel_monitor.flows.columns import Rows, Words
from tunnel_monitor.flows.filter.tree import EVERYTHING, Addresses, both, leaves
from tunnel_monitor.flows.groupings import CONVERSATION, TUNNEL
from tunnel_monitor.flows.numbering import Grouped
from tunnel_monitor.flows.question import Answer
from tunnel_monitor.serve.asking import Asked
from tunnel_monitor.serve.comparing import culprit_of
from tunnel_monitor.serve.members import COUNTED, Json, decimals, names_of
from tunnel_monitor.serve.parameters import Query
from tunnel_monitor.serve.replies import (
    books_of,
    everything,
    heading,
    ledger_rows,
    segment_rows,
    segments_of,
    sums,
    timeline_peers,
    with_quiet_ones,
)
from tunnel_monitor.serve.view import Snapshot

FindCulprit: TypeAlias = Callable[[Snapshot, Query], Json | None]

MOST_TUNNELS = 2000
MOST_FLOWS = 500
MOST_PEER_FLOWS = 2000
MOST_SEGMENTS = 1000
TUNNEL_ADDRESSES = ("outer_src", "outer_dst")


def event(
    snapshot: Snapshot, query: Query, status: Json, find_culprit: FindCulprit = culprit_of
) -> Json:
    """All members of the event. The query's filter limits its rows, `narrow` the flows alone.

    The networks are always told whole: what part of all it is that passes can be seen beside it.
    """
    asked = Asked.of(snapshot, query)
    tunnels = asked.answer(TUNNEL, query.filter, MOST_TUNNELS)
    flows = asked.answer(CONVERSATION, both(query.filter, query.narrow), _most_flows(query))
    segments = with_quiet_ones(snapshot, segments_of(asked, EVERYTHING).rows)
    shown_segments, other_segments = columns.parted(segments, MOST_SEGMENTS)
    book, (tunnel_places, flow_places) = numbered(
        (tunnels.rows, TUNNEL_ADDRESSES), (flows.rows, columns.ADDRESSES)
    )
    books, devices = books_of(snapshot, query)
    return {
        **heading(snapshot, query, flows),
        "drains": snapshot.number,
        "addresses": addresses.texts(book),
        "names": names_of(snapshot.names, book),
        "all": whole(asked, tunnels, query),
        "tunnels": table(tunnels, tunnel_places, "tunnels"),
        "flows": table(flows, flow_places, "flows"),
        "senders": senders(snapshot),
        "culprit": find_culprit(snapshot, query),
        "segments": segment_rows(snapshot, shown_segments),
        "segments_other": sums(summed(other_segments), "segments"),
        "ledger": ledger_rows(books, devices, directed=snapshot.directed),
        "status": status,
    }


def whole(asked: Asked, tunnels: Answer, query: Query) -> Json:
    """What was tunnelled in all; without a filter, its tunnels' answer has it."""
    if query.filter != EVERYTHING:
        return everything(asked)
    other = (getattr(tunnels.other, name) for name in COUNTED)
    sums = map(sum, zip(columns.counts(tunnels.rows), other, strict=True))
    return dict(zip(COUNTED, map(str, sums), strict=True))


def _most_flows(query: Query) -> int:
    """More of them where a peer is opened."""
    opened = any(isinstance(leaf, Addresses) for leaf in leaves(query.narrow))
    return query.limit or (MOST_PEER_FLOWS if opened else MOST_FLOWS)


def numbered(
    *parts: tuple[Rows, tuple[str, ...]],
) -> tuple[Words, list[dict[str, list[int]]]]:
    """Replace addresses by places in one list of them.

    Args:
        parts: rows, and which of their columns hold addresses.
    Returns:
        (a, 2) different addresses in order; and for each part, column -> the place of each row's
        address, -1 where it has none.
    """
    named = [(rows, name) for rows, names in parts for name in names]
    every = np.concatenate([columns.address(rows, name) for rows, name in named])
    present = np.concatenate([labels.has_address(rows, name) for rows, name in named])
    named_ones = every[present]
    groups = Grouped.of(named_ones, named_ones.shape[1])
    book = named_ones[groups.firsts]
    order = np.lexsort(book.byteswap().T[::-1])
    rank = np.empty(len(order), np.intp)
    rank[order] = np.arange(len(order))
    places = np.full(len(every), -1)
    places[present] = rank[groups.numbers]
    columns_of = iter(_cut(places, [len(rows) for rows, _ in named]))
    return book[order], [{name: next(columns_of) for name in names} for _, names in parts]


def _cut(places: NDArray[np.intp], lengths: list[int]) -> list[list[int]]:
    return [part.tolist() for part in np.split(places, np.cumsum(lengths)[:-1])]


def table(answer: Answer, places: dict[str, list[int]], kind: str) -> Json:
    """Rows as arrays under one list of column names, and the sum of what was left out."""
    rows = answer.rows
    cells = {
        "encap": labels.encaps(rows),
        "vni": labels.vnis(rows),
        **places,
        **{name: decimals(rows[name]) for name in COUNTED},
    }
    return {
        "columns": list(cells),
        "rows": list(zip(*cells.values(), strict=True)),
        "other": sums(answer.other, kind),
    }


def senders(snapshot: Snapshot) -> Json:
    """The newest column of the timeline; zeros before the first drain."""
    series = snapshot.timeline
    return {
        "peers": timeline_peers(series),
        "packets": decimals(series.packets[:, -1:].sum(axis=1)),
        "bytes": decimals(series.bytes[:, -1:].sum(axis=1)),
    }
