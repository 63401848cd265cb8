"""The `summary` reply: what is to be said of a chosen thing, be it a peer, a network or a pair."""

from __future__ import annotations

import numpy as np

from tunnel_monitor.flows import columns
from tunnel_monitor.flows.filter.tree import Node
from tunnel_monitor.flows.group import TUNNEL, group
from tunnel_monitor.flows.groupings import CONVERSATION
from tunnel_monitor.flows.growth import EVERY
from tunnel_monitor.serve.asking import Asked
from tunnel_monitor.serve.members import COUNTED, Json, counted_groups, decimals, seconds
from tunnel_monitor.serve.parameters import Query
from tunnel_monitor.serve.replies import everything, heading
from tunnel_monitor.serve.seen import Endpoints, Seen
from tunnel_monitor.serve.view import Snapshot

PATH = frozenset({"path"})


def summary(snapshot: Snapshot, query: Query) -> Json:
    """The whole reply."""
    asked = Asked.of(snapshot, query)
    found = asked.answer(CONVERSATION, query.filter, EVERY)
    rows = found.rows
    seen = Seen.of(group(rows, TUNNEL), Endpoints.nothing().added(rows))
    sums = columns.words(rows)[:, columns.KEY_WORDS :].sum(axis=0, dtype=np.uint64)
    return {
        **heading(snapshot, query, found),
        **dict(zip(COUNTED, decimals(sums), strict=True)),
        "all": everything(asked),
        **first_and_last(snapshot, query.filter),
        "peers": seen.peers,
        "endpoints": seen.endpoints,
        "segments": len(seen.segments),
        "tunnels": seen.tunnels,
        "conversations": len(rows),
        "paths": counted_groups(asked.answer(PATH, query.filter, EVERY), PATH),
    }


def first_and_last(snapshot: Snapshot, node: Node) -> Json:
    """When what a filter means was seen, since the start; nulls where it was not."""
    if snapshot.directed:
        times = snapshot.totals.times(node, snapshot.places, snapshot.total.elapsed_ns)
    else:  # of captures all slices are kept, and taken in together
        times = snapshot.recent.times(node)
    if not len(times):
        return {"first_seen": None, "last_seen": None}
    first, last = int(times[:, 0].min()), int(times[:, 1].max())
    return {"first_seen": seconds(first), "last_seen": seconds(last)}
