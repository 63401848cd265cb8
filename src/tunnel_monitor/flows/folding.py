"""Less detail where there is no room for more: rows lose parts of their keys, never counts.

A flow becomes what was counted of its tunnel only (`overflow`); what was that already loses its
addresses and VNI.
"""

from __future__ import annotations

import numpy as np

from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.flows.group import TUNNEL, coarsened, group

FOLDED_FLOW = TUNNEL | {"overflow"}
FOLDED_TUNNEL = frozenset({"interface", "direction", "encap", "overflow"})


def bounded(rows: Rows, most: int) -> Rows:
    """Rows with unique keys, as finely told apart as `most` of them allow.

    A row for each interface, direction and encapsulation may come on top.
    """
    if len(rows) <= most:
        return rows
    stay = columns.are_largest(rows["bytes"], most * 3 // 4)
    kept = np.flatnonzero(stay)
    tunnels = group(rows, TUNNEL, only=~stay)
    tunnels["overflow"] = 1
    if len(kept) + len(tunnels) > most:
        apart, rest = columns.parted(tunnels, most - len(kept))
        tunnels = columns.join(apart, group(rest, FOLDED_TUNNEL))
    every = columns.take_before(rows, kept, tunnels)
    # What was known by tunnel only already may be of a tunnel that flows became.
    return group(every) if every["overflow"][: len(kept)].any() else every


def folded(rows: Rows, keep: int) -> Rows:
    """The same rows in the same order, but all except the `keep` largest have coarser keys.

    Args:
        rows: (n,) FLOW.
        keep: how many stay as they are, those with most bytes.
    """
    doomed = np.ones(len(rows), bool)
    doomed[columns.largest(rows, keep)] = False
    is_flow = rows["overflow"] == 0
    found = rows.copy()
    for mask, by in ((doomed & is_flow, FOLDED_FLOW), (doomed & ~is_flow, FOLDED_TUNNEL)):
        places = np.flatnonzero(mask)
        coarse = coarsened(columns.take(rows, places), by)
        coarse["overflow"] = 1
        columns.words(found)[places] = columns.words(coarse)
    return found
