"""Snapshot -> the members of each JSON reply, as docs/reference/api.md has them.

Counts are decimal strings: they may pass 2^53, beyond which a browser's numbers are rounded.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import COUNTERS, TALLY, Direction, Outcome
from tunnel_monitor.flows import addresses, columns, labels
from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.flows.filter.match import Setting
from tunnel_monitor.flows.filter.match import chosen as meant
from tunnel_monitor.flows.filter.tree import Node, both, needs_flows
from tunnel_monitor.flows.group import TUNNEL, group
from tunnel_monitor.kernel.drained import DeviceCounts
from tunnel_monitor.serve.parameters import Query
from tunnel_monitor.serve.seen import SEGMENT, in_order
from tunnel_monitor.serve.timeline import Series
from tunnel_monitor.serve.view import Snapshot, Window

Json: TypeAlias = dict[str, Any]  # what orjson encodes; checked member by member in the tests


def decimals(values: NDArray[Any]) -> list[str]:
    """Decimal strings of (n,) counts."""
    return list(map(str, values.tolist()))


def seconds(nanoseconds: int) -> float:
    """As JSON has times. Not `/ 1e9`, which would round twice."""
    return nanoseconds / 10**9


def window_of(snapshot: Snapshot, query: Query) -> Window:
    """The stretch of time that is asked for."""
    return snapshot.total if query.window == "total" else snapshot.last


def chosen(rows: Rows, node: Node, snapshot: Snapshot, query: Query) -> Rows:
    """The rows of the window that a filter means."""
    elapsed_ns = window_of(snapshot, query).elapsed_ns
    return meant(rows, node, Setting(elapsed_ns, snapshot.places))


def tunnels_of(snapshot: Snapshot, query: Query) -> Rows:
    """(t,) FLOW without inner addresses: what the query's filter means, by tunnel."""
    window = window_of(snapshot, query)
    if needs_flows(query.filter):
        return group(chosen(window.rows(), query.filter, snapshot, query), TUNNEL)
    return chosen(window.tunnels, query.filter, snapshot, query)


def heading(snapshot: Snapshot, query: Query) -> Json:
    """What opens each reply about a window."""
    return {
        "time": seconds(snapshot.time_ns),
        "interval_s": seconds(snapshot.interval_ns),
        "window": query.window,
    }


def other(rows: Rows, kind: str = "flows") -> Json:
    """How many rows a reply left out, and what they add up to."""
    counts = map(str, columns.counts(rows))
    return {kind: len(rows), **dict(zip(COUNTERS.names or (), counts, strict=True))}


def flows(snapshot: Snapshot, query: Query) -> Json:
    """The largest flows, and the sum of the others."""
    window = window_of(snapshot, query)
    whole = chosen(window.rows(), both(query.filter, query.narrow), snapshot, query)
    places = columns.largest(whole, query.limit)
    left = np.ones(len(whole), bool)
    left[places] = False
    shown = columns.take(whole, places)
    return {
        **heading(snapshot, query),
        "rows": flow_rows(shown, snapshot),
        "other": other(columns.where(whole, left)),
    }


def flow_rows(rows: Rows, snapshot: Snapshot) -> list[Json]:
    """Each row with all its members."""
    members: dict[str, list[Any]] = {
        "interface": [snapshot.interfaces[place] for place in rows["interface"].tolist()],
        "direction": labels.directions(rows) if snapshot.directed else [None] * len(rows),
        "encap": labels.encaps(rows),
        "vni": labels.vnis(rows),
        **{name: labels.texts(rows, name) for name in columns.ADDRESSES},
        "path": labels.paths(rows),
        "overflow": (rows["overflow"] != 0).tolist(),
        **{name: decimals(rows[name]) for name in COUNTERS.names or ()},
    }
    return [
        dict(zip(members, values, strict=True)) for values in zip(*members.values(), strict=True)
    ]


def segments(snapshot: Snapshot, query: Query) -> Json:
    """Every virtual network seen, with its traffic in the window."""
    return {
        **heading(snapshot, query),
        "rows": segment_rows(snapshot, segments_of(snapshot, query)),
    }


def segments_of(snapshot: Snapshot, query: Query) -> Rows:
    """(s,) FLOW with `encap` and `vni` alone, counters of the window, quiet ones too."""
    found = columns.join(snapshot.seen.segments, tunnels_of(snapshot, query))
    return in_order(group(found, SEGMENT))


def segment_rows(snapshot: Snapshot, rows: Rows) -> list[Json]:
    """Each segment with all its members."""
    peers, endpoints, tunnels = snapshot.seen.counts_of(rows).T.tolist()
    members: dict[str, list[Any]] = {
        "encap": labels.encaps(rows),
        "vni": labels.vnis(rows),
        "peers": peers,
        "endpoints": endpoints,
        "tunnels": tunnels,
        **{name: decimals(rows[name]) for name in COUNTERS.names or ()},
    }
    return [
        dict(zip(members, values, strict=True)) for values in zip(*members.values(), strict=True)
    ]


def ledger(snapshot: Snapshot, _: Query) -> Json:
    """Where every packet went since the start."""
    return {"time": seconds(snapshot.time_ns), "rows": ledger_rows(snapshot)}


def ledger_rows(snapshot: Snapshot) -> list[Json]:
    """One row for each interface and direction; captures know of none."""
    directions = list(Direction) if snapshot.directed else [Direction.INGRESS]
    return [
        {
            "interface": name,
            "direction": direction.label if snapshot.directed else None,
            "outcomes": {
                outcome.label: tally(snapshot.ledger[place, direction, outcome])
                for outcome in Outcome
            },
            "seen": tally(_sum(snapshot.ledger[place, direction])),
            **device(counts[direction] if counts else None),
        }
        for place, (name, counts) in enumerate(
            zip(snapshot.interfaces, snapshot.devices, strict=True)
        )
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
        "interval_s": seconds(snapshot.interval_ns),
        "times": [seconds(time_ns) for time_ns in series.times_ns.tolist()],
        "peers": timeline_peers(series),
        "bytes": [decimals(row) for row in series.bytes],
        "packets": [decimals(row) for row in series.packets],
    }


def timeline_peers(series: Series) -> list[str]:
    """Whose rows they are."""
    return [*addresses.texts(series.peers), "other"]
