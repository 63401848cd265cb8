"""What captures add up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import DIRECTIONS, OUTCOMES, Direction
from tunnel_monitor.kernel.drained import InterfaceDrain, Records, nothing
from tunnel_monitor.layout import COUNTERS, FLOW, NARROW_KEY, TALLY, WIDE_KEY

ROW_WORDS = FLOW.itemsize // 8
KEY_WORDS, COUNTER_WORDS = WIDE_KEY.itemsize // 8, COUNTERS.itemsize // 8
NO_RECORDS = nothing(NARROW_KEY, COUNTERS)


@dataclass(frozen=True, slots=True)
class Totals:
    """The flows of all captures that one reader has read.

    Args:
        flows: (n,) FLOW, no key twice, in the order of their first packets.
        tunnels: (m,) FLOW without inner addresses: what found no room as flows, and later
            fragments; signals are in `meta` here as in `flows` (flows/signals.py).
        ledger: (OUTCOMES,) TALLY; `bytes` as on the wire, a buffer is a packet.
        unknown_links: link type -> TALLY of the packets whose link header nobody here reads: the
            ledger's UNKNOWN_LINK in parts, since the reader's beginning.
    """

    flows: NDArray[np.void]
    tunnels: NDArray[np.void]
    ledger: NDArray[np.void]
    unknown_links: Mapping[int, np.void]


def as_drain(totals: Totals, name: str) -> InterfaceDrain:
    """What an interface would have drained. Captures know no direction: all of it is ingress."""
    ledger = np.zeros((DIRECTIONS, OUTCOMES), TALLY)
    ledger[Direction.INGRESS] = totals.ledger
    return InterfaceDrain(
        interface=name,
        narrow=NO_RECORDS,
        wide=_records(totals.flows),
        tunnels=_records(totals.tunnels),
        ledger=ledger,
        device=None,
    )


def _records(rows: NDArray[np.void]) -> Records:
    words = rows.view(np.uint64).reshape(len(rows), ROW_WORDS)
    keys = np.ascontiguousarray(words[:, :KEY_WORDS]).view(WIDE_KEY)
    counters = np.ascontiguousarray(words[:, -COUNTER_WORDS:]).view(COUNTERS)
    return Records(keys.reshape(-1), counters.reshape(-1))
