"""What is worth knowing of packets beside their flow, by tunnel.

The kernel part writes it into bits of the rows that it counts anyway, so that it costs nothing
there. Here it is taken out of them: a flow is one row whatever its packets' headers had.
"""

from __future__ import annotations

import numpy as np

from tunnel_monitor.contract import Signal
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import SIGNAL_MASK, Rows
from tunnel_monitor.flows.group import TUNNEL, group, group_all

BY_TUNNEL = TUNNEL | {"signal"}


def split(rows: Rows) -> tuple[Rows, Rows]:
    """Take signals out of rows.

    Args:
        rows: (n,) FLOW as counted; left as they are.
    Returns:
        The rows of flows, without signals; keys may repeat now, where packets of one flow differed
        in that. And (k,) FLOW without inner addresses, each with one signal, unique keys. Packets
        with two signals are in two of them; later fragments are in no flow, so only here.
    """
    marks = rows["meta"] & SIGNAL_MASK
    if not marks.any():
        return rows, columns.empty()
    signals = columns.join(columns.empty(), *(_with(rows, signal) for signal in Signal))
    flows = columns.where(rows, marks & Signal.LATER_FRAGMENT.bit == 0)
    flows["meta"] &= np.uint32(~SIGNAL_MASK & 0xFFFFFFFF)
    return flows, signals


def _with(rows: Rows, signal: Signal) -> Rows:
    """What those with one signal add up to, by tunnel."""
    chosen = columns.where(rows, rows["meta"] & signal.bit != 0)
    chosen["meta"] &= np.uint32(~(SIGNAL_MASK ^ signal.bit) & 0xFFFFFFFF)
    return group(chosen, BY_TUNNEL)


def by_tunnel(*parts: Rows) -> Rows:
    """Signals of several places, each tunnel and signal once."""
    return group_all(parts, BY_TUNNEL)
