"""The data of one `drain` event: all that the page needs to draw one moment."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.flows import addresses, columns, labels
from tunnel_monitor.flows.columns import Rows, Words
from tunnel_monitor.flows.filter.tree import Addresses, both, leaves
from tunnel_monitor.flows.group import Groups, group
from tunnel_monitor.serve import replies
from tunnel_monitor.serve.parameters import Query
from tunnel_monitor.serve.replies import Json, decimals, seconds, window_of
from tunnel_monitor.serve.seen import in_order
from tunnel_monitor.serve.view import Snapshot

MOST_TUNNELS = 2000
MOST_FLOWS = 500
MOST_PEER_FLOWS = 2000
MOST_SEGMENTS = 1000
TUNNEL_ADDRESSES = ("outer_src", "outer_dst")


def event(snapshot: Snapshot, query: Query, status: Json) -> Json:
    """All members of the event. The query's filter limits them all, `narrow` the flows alone.

    So what part of all a peer has can be seen beside it.
    """
    window = window_of(snapshot, query)
    tunnels = group(replies.tunnels_of(snapshot, query), {"encap", "vni", *TUNNEL_ADDRESSES})
    rows = replies.chosen(window.rows(), both(query.filter, query.narrow), snapshot, query)
    flows = group(rows, {"encap", "vni", *columns.ADDRESSES})
    segments = replies.segments_of(snapshot, query)
    shown_tunnels, other_tunnels = columns.parted(tunnels, MOST_TUNNELS)
    shown_flows, other_flows = columns.parted(flows, _most_flows(query))
    shown_segments, other_segments = columns.parted(segments, MOST_SEGMENTS)
    book, (tunnel_places, flow_places) = numbered(
        (shown_tunnels, TUNNEL_ADDRESSES), (shown_flows, columns.ADDRESSES)
    )
    return {
        "time": seconds(snapshot.time_ns),
        "interval_s": seconds(snapshot.interval_ns),
        "drains": snapshot.number,
        "window": query.window,
        "elapsed_s": seconds(window.elapsed_ns),
        "addresses": addresses.texts(book),
        "tunnels": table(shown_tunnels, tunnel_places, other_tunnels, "tunnels"),
        "flows": table(shown_flows, flow_places, other_flows, "flows"),
        "senders": senders(snapshot),
        "segments": replies.segment_rows(snapshot, in_order(shown_segments)),
        "segments_other": replies.other(other_segments, "segments"),
        "ledger": replies.ledger_rows(snapshot),
        "status": status,
    }


def _most_flows(query: Query) -> int:
    """More of them where a peer is opened."""
    opened = any(isinstance(leaf, Addresses) for leaf in leaves(query.narrow))
    return MOST_PEER_FLOWS if opened else MOST_FLOWS


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
    groups = Groups.of(every[present])
    book = every[present][groups.any_row()]
    order = np.lexsort(book.byteswap().T[::-1])
    rank = np.empty(len(order), np.intp)
    rank[order] = np.arange(len(order))
    places = np.full(len(every), -1)
    places[present] = rank[groups.numbers()]
    columns_of = iter(_cut(places, [len(rows) for rows, _ in named]))
    return book[order], [{name: next(columns_of) for name in names} for _, names in parts]


def _cut(places: NDArray[np.intp], lengths: list[int]) -> list[list[int]]:
    return [part.tolist() for part in np.split(places, np.cumsum(lengths)[:-1])]


def table(rows: Rows, places: dict[str, list[int]], left: Rows, kind: str) -> Json:
    """Rows as arrays under one list of column names, and the sum of what was left out."""
    cells = {
        "encap": labels.encaps(rows),
        "vni": labels.vnis(rows),
        **places,
        "packets": decimals(rows["packets"]),
        "bytes": decimals(rows["bytes"]),
        "inner_bytes": decimals(rows["inner_bytes"]),
    }
    return {
        "columns": list(cells),
        "rows": list(zip(*cells.values(), strict=True)),
        "other": replies.other(left, kind),
    }


def senders(snapshot: Snapshot) -> Json:
    """The newest column of the timeline; zeros before the first drain."""
    series = snapshot.timeline
    return {
        "peers": replies.timeline_peers(series),
        "packets": decimals(series.packets[:, -1:].sum(axis=1)),
        "bytes": decimals(series.bytes[:, -1:].sum(axis=1)),
    }
