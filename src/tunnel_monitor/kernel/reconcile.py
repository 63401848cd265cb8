"""Do the programs and the interface's own counters agree?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tunnel_monitor.kernel.device import Reading
from tunnel_monitor.kernel.drained import DeviceCounts

ETHERNET_SIZE = 14


@dataclass(frozen=True, slots=True)
class Habit:
    """What an interface's counters count; no interface says, so all are tried (ADR 0010).

    Args:
        counts: buffers, as a veth does, or packets on the wire, as most cards do.
        sizes: which member of TALLY its bytes are.
        left_out: bytes of each that it does not count: a veth with GRO counts received frames
            after their Ethernet header was taken off (drivers/net/veth.c, veth_xdp_rcv_skb).
    """

    counts: Literal["buffers", "packets"]
    sizes: str
    left_out: int


HABITS = tuple(
    habit
    for left_out in (0, ETHERNET_SIZE)
    for habit in (
        Habit("buffers", "buffer_bytes", left_out),
        Habit("packets", "bytes", left_out),
    )
)


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

    An interface keeps its habit, so the one that agreed most often is taken. The one that agrees
    best at the moment would explain a true difference away: 101 packets that only the programs
    saw are few bytes too many for whoever takes 14 off each of 1110.

    Args:
        before: the interface's counters before the programs were attached.
        after: and after.
    """

    def __init__(self, before: Reading, after: Reading) -> None:
        self._before = before
        self._after = after
        self._last = dict.fromkeys(HABITS, (0, 0))
        self._agreed = dict.fromkeys(HABITS, 0)

    def compare(self, seen: np.void, before: Reading, after: Reading) -> DeviceCounts:
        """Compare with one drain.

        Args:
            seen: one TALLY, all that the programs counted since they were attached.
            before: the interface's counters before the drain began.
            after: and after the last program that counts for it ended.
        Returns:
            The comparison by the habit that agreed most often so far.
        """
        packets = (before.packets - self._after.packets, after.packets - self._before.packets)
        sizes = (before.bytes - self._after.bytes, after.bytes - self._before.bytes)
        found = {habit: self._by(habit, seen, packets, sizes) for habit in HABITS}
        best = min(
            found, key=lambda habit: (-self._agreed[habit], abs(found[habit].residual_packets))
        )
        return found[best]

    def _by(
        self, habit: Habit, seen: np.void, packets: tuple[int, int], sizes: tuple[int, int]
    ) -> DeviceCounts:
        counted, size = int(seen[habit.counts]), int(seen[habit.sizes])
        now = (
            outside(counted, *packets),
            outside(size - counted * habit.left_out, *sizes),
        )
        last, self._last[habit] = self._last[habit], now
        self._agreed[habit] += now == (0, 0)
        return DeviceCounts(
            packets=counted + now[0],
            bytes=size + now[1],
            counts=habit.counts,
            residual_packets=persistent(last[0], now[0]),
            residual_bytes=persistent(last[1], now[1]),
        )
