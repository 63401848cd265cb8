"""What really was on the wire, counted packet by packet and without any arithmetic.

The lab's bridge stands for the switch. Both hosts cut what they send in front of their device, so
its port towards `HERE` has single packets, and a program there need only count them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Final

from tests.lab import underlay
from tests.lab.counting import Counted, added, path_of, watching
from tests.lab.foreign import Foreign, Seen
from tests.lab.underlay import HERE, Overlay

from tunnel_monitor.contract import Direction, Outcome
from tunnel_monitor.lab.build import CABLE, Lab

MOST_TRIES: Final = 50


class Wire:
    """Counts what passes to and from `HERE`.

    Args:
        lab: both hosts cut before the wire.
    """

    def __init__(self, lab: Lab) -> None:
        path = path_of(lab, CABLE)
        self._to, self._from = Foreign(path), Foreign(path)
        self._to.attach("witness", HERE, Direction.EGRESS)
        self._from.attach("witness", HERE, Direction.INGRESS)

    def close(self) -> None:
        """Take the programs away."""
        self._to.close()
        self._from.close()

    def seen(self) -> tuple[Seen, Seen]:
        """So far, by direction as `HERE` has it."""
        return self._to.seen(), self._from.seen()


@dataclass
class WatchedTunnel:
    """A tunnel whose end at `HERE` is watched, and an independent count of its wire.

    Args:
        lab: the two hosts.
        overlay: the tunnel.
        counted: what the monitor counts.
        wire: the witness.
        before: what it had seen when the monitor was attached.
    """

    lab: Lab
    overlay: Overlay
    counted: Counted
    wire: Wire
    before: tuple[Seen, Seen]

    def passed(self) -> list[tuple[int, int]]:
        """By direction, packets and bytes on the wire since the start."""
        pairs = list(zip(self.wire.seen(), self.before, strict=True))
        for now, _ in pairs:
            assert now.packets == now.buffers, "the wire has super-packets: this proves nothing"
        return [(now.packets - was.packets, now.bytes - was.bytes) for now, was in pairs]

    def counts(self) -> list[tuple[int, int]]:
        """The same as the monitor has it."""
        return [self.counted.seen(way)[:2] for way in Direction]

    def check(self) -> None:
        """Nothing but what was on the wire, and all of it, also by the interface's own count."""
        agreed = self.counted.drain_until(lambda: self.counts() == self.passed())
        assert agreed, (self.counts(), self.passed(), self.counted.flows)
        assert self.counted.residuals() == [(0, 0), (0, 0)]
        for way in Direction:
            flows = {key: row for key, row in self.counted.flows.items() if key.direction == way}
            assert added(flows)[:2] == self.counted.outcome(way, Outcome.FLOW)[:2]

    def joined(self, way: Direction) -> float:
        """How many packets a buffer had on average."""
        seen = self.counted.seen(way)
        return seen.packets / seen.buffers


@contextmanager
def watched_tunnel(overlay: Overlay) -> Iterator[WatchedTunnel]:
    """Two hosts with a tunnel, of which `HERE` also joins what it receives."""
    with underlay.wired() as lab:
        underlay.lay(lab, overlay)
        underlay.cut_before_the_wire(lab)
        underlay.join_received(lab)
        with watched_wire(lab, overlay) as tunnel:
            yield tunnel


@contextmanager
def watched_wire(lab: Lab, overlay: Overlay) -> Iterator[WatchedTunnel]:
    """A tunnel that is there already, watched from now on; its hosts cut before the wire."""
    with closing(Wire(lab)) as wire, ExitStack() as stack:
        before, counted = begin_quietly(stack, lab, wire)
        yield WatchedTunnel(lab, overlay, counted, wire, before)


def begin_quietly(stack: ExitStack, lab: Lab, wire: Wire) -> tuple[tuple[Seen, Seen], Counted]:
    """Attach at a moment at which nothing passes: a packet then would be in one count only."""
    for _ in range(MOST_TRIES):
        before = wire.seen()
        with ExitStack() as attempt:
            counted = attempt.enter_context(watching(lab, HERE))
            counted.drain()  # long enough for what was on its way
            if wire.seen() == before and not any(counted.seen(way).packets for way in Direction):
                stack.push(attempt.pop_all())
                return before, counted
    raise AssertionError("there was no quiet moment to begin")
