"""Do the programs and the interface's own counters agree?"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.kernel.device import Reading
from tunnel_monitor.kernel.drained import DeviceCounts

UNITS: tuple[Literal["buffers", "packets"], ...] = ("buffers", "packets")
BYTES = {"buffers": "buffer_bytes", "packets": "bytes"}


def outside(value: int, low: int, high: int) -> int:
    """How far a range lies beyond a value: positive where all of it is more, negative less."""
    return low - value if value < low else min(0, high - value)


def persistent(before: int, now: int) -> int:
    """The part of a difference that two drains in a row show."""
    if before * now <= 0:
        return 0
    return min(before, now, key=abs)


class Reconciler:
    """One direction of one interface, from attaching on.

    Two counters of a busy interface cannot be read at one moment. So each is read before and
    after the other, and they disagree only where even that leaves no room: a packet on its way
    between the two counting places is no difference. A queue may hold packets longer than that;
    what it holds is gone by the next drain, so a difference counts when two in a row show it.

    A veth counts buffers, a card packets on the wire, and no interface says which: what fits
    better is taken.

    Args:
        before: the interface's counters before the programs were attached.
        after: and after.
    """

    def __init__(self, before: Reading, after: Reading) -> None:
        self._before = before
        self._after = after
        self._last = dict.fromkeys(UNITS, (0, 0))

    def compare(self, seen: NDArray[np.void], before: Reading, after: Reading) -> DeviceCounts:
        """Compare with one drain.

        Args:
            seen: one TALLY, all that the programs counted since they were attached.
            before: the interface's counters before the drain began.
            after: and after the last program that counts for it ended.
        """
        packets = (before.packets - self._after.packets, after.packets - self._before.packets)
        sizes = (before.bytes - self._after.bytes, after.bytes - self._before.bytes)
        found: list[DeviceCounts] = []
        for unit in UNITS:
            counted, size = int(seen[unit]), int(seen[BYTES[unit]])
            now = outside(counted, *packets), outside(size, *sizes)
            lasting = [persistent(*pair) for pair in zip(self._last[unit], now, strict=True)]
            self._last[unit] = now
            found.append(
                DeviceCounts(counted + now[0], size + now[1], unit, lasting[0], lasting[1])
            )
        return min(found, key=lambda fit: (abs(fit.residual_packets), abs(fit.residual_bytes)))
