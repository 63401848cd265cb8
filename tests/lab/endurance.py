"""Load for as long as one likes, with a drain each second, and everything that must agree."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import cycle
from typing import Final

from tests.lab import underlay
from tests.lab.underlay import GENTLE, Overlay
from tests.lab.wire import WatchedTunnel, watched_tunnel

from tunnel_monitor.contract import Direction, Outcome

LOADS: Final = (
    ("--bidir", *GENTLE),
    ("-R", *GENTLE),
    ("--bidir", "-P", "4", "-w", "32K"),
    ("--bidir", "-u", "-b", "200M", "-l", "1200"),
    (*GENTLE, "-M", "700"),
)
LOAD_S: Final = 10
INTERVAL_S: Final = 1.0


@dataclass(frozen=True)
class Endured:
    """How it went.

    Args:
        seconds: how long there was load.
        drains: how many there were.
        packets: counted, in both directions.
        buffers: that they came in.
        residual: the largest difference between the interface's own counters and the ledger that
            any drain told, in packets or bytes, whichever is more.
        wire: what an independent count of the wire has more or less, in packets and bytes together.
        ledger: packets and bytes by which flows and the ledger's row of them differ.
    """

    seconds: float
    drains: int
    packets: int
    buffers: int
    residual: int
    wire: int
    ledger: int


def endured(seconds: float, load_s: float = LOAD_S) -> Endured:
    """Load a tunnel for so long, one kind of load after the other, and once with each at least."""
    overlay = Overlay()
    drains = residual = 0
    with watched_tunnel(overlay) as tunnel:
        begun = time.monotonic()
        for number, options in enumerate(cycle(LOADS)):
            left = begun + seconds - time.monotonic()
            if left <= 0 and number >= len(LOADS):
                break
            words = (*options, "-t", str(max(1, round(min(load_s, left)))))
            with underlay.transfer(tunnel.lab, overlay.inner[1], *words) as client:
                while client.poll() is None:
                    time.sleep(INTERVAL_S)
                    drains += 1
                    residual = max(residual, drained(tunnel))
        took = time.monotonic() - begun
        tunnel.counted.drain_until(lambda: tunnel.counts() == tunnel.passed())
        residual = max(residual, drained(tunnel))
        return Endured(
            seconds=took,
            drains=drains,
            packets=sum(tunnel.counted.seen(way).packets for way in Direction),
            buffers=sum(tunnel.counted.seen(way).buffers for way in Direction),
            residual=residual,
            wire=apart(tunnel.counts(), tunnel.passed()),
            ledger=ledger_apart(tunnel),
        )


def drained(tunnel: WatchedTunnel) -> int:
    """Drain once; the largest residual that it tells."""
    tunnel.counted.drain()
    return max(abs(number) for way in tunnel.counted.residuals() for number in way)


def apart(some: list[tuple[int, int]], others: list[tuple[int, int]]) -> int:
    """How far counts of both directions are apart, in all."""
    pairs = zip(some, others, strict=True)
    return sum(abs(a - b) for one, other in pairs for a, b in zip(one, other, strict=True))


def ledger_apart(tunnel: WatchedTunnel) -> int:
    """By how much flows differ from the ledger's row of them."""
    counted = tunnel.counted
    found = 0
    for way in Direction:
        rows = [row for key, row in counted.flows.items() if key.direction == way]
        sums = (sum(row.packets for row in rows), sum(row.bytes for row in rows))
        found += apart([sums], [counted.outcome(way, Outcome.FLOW)[:2]])
    return found
