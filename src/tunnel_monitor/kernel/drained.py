"""What one drain takes out of the kernel: raw tables of each interface, not yet understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.kernel.own_cost import ProgramTime
from tunnel_monitor.layout import (
    NOTICES,
    SEGMENT,
    SEGMENT_KEY,
    STATION,
    STATION_KEY,
    WIDE_KEY,
)


@dataclass(frozen=True, slots=True)
class DeviceCounts:
    """One direction of one interface, by its own counters, since the programs were attached.

    Args:
        packets: what `counts` says it is.
        bytes: in the same unit: lengths of buffers, or bytes on the wire; with link headers, also
            where the interface leaves them out.
        counts: `buffers`, as a veth does, or `packets` on the wire, as a card does.
        residual_packets: `packets` less what the programs saw; negative where they saw more.
        residual_bytes: likewise.
    """

    packets: int
    bytes: int
    counts: Literal["buffers", "packets"]
    residual_packets: int
    residual_bytes: int


@dataclass(frozen=True, slots=True)
class Records:
    """Keys and counters of one kind of table, one row for each flow and CPU.

    Args:
        keys: (n,) NARROW_KEY or WIDE_KEY; keys may repeat, once for each CPU.
        counters: (n,) COUNTERS of the same rows.
    """

    keys: NDArray[np.void]
    counters: NDArray[np.void]


def nothing(key: np.dtype[np.void], value: np.dtype[np.void]) -> Records:
    """No rows."""
    return Records(np.zeros(0, key), np.zeros(0, value))


@dataclass(frozen=True, slots=True)
class Notices:
    """What was noticed beside sizes (bpf/notices.h).

    Args:
        tunnels: WIDE_KEY without inner addresses, and NOTICES.
        segments: SEGMENT_KEY and SEGMENT.
        stations: STATION_KEY and STATION.
    """

    tunnels: Records = field(default_factory=lambda: nothing(WIDE_KEY, NOTICES))
    segments: Records = field(default_factory=lambda: nothing(SEGMENT_KEY, SEGMENT))
    stations: Records = field(default_factory=lambda: nothing(STATION_KEY, STATION))


@dataclass(frozen=True, slots=True)
class InterfaceDrain:
    """What one interface's programs counted in one interval.

    Args:
        interface: its name.
        narrow: flows with NARROW_KEY.
        wide: flows with WIDE_KEY.
        tunnels: WIDE_KEY with empty inner addresses: what found no room in the flow tables,
            and, with a signal of their own, later fragments.
        ledger: (DIRECTIONS, OUTCOMES) TALLY of this interval, complete with the row FLOW.
        device: by Direction; None once the interface is gone.
        notices: what else was seen.
    """

    interface: str
    narrow: Records
    wide: Records
    tunnels: Records
    ledger: NDArray[np.void]
    device: tuple[DeviceCounts, DeviceCounts] | None
    notices: Notices = field(default_factory=Notices)


@dataclass(frozen=True, slots=True)
class Drained:
    """One drain of all interfaces.

    Args:
        time_ns: when it was taken, by the wall clock, since 1970.
        interval_ns: since the drain before.
        number: 1 for the first drain.
        interfaces: in the order in which they were named.
        program_time: how long all their programs ran meanwhile; None where nobody measures it.
    """

    time_ns: int
    interval_ns: int
    number: int
    interfaces: tuple[InterfaceDrain, ...]
    program_time: ProgramTime | None = None
