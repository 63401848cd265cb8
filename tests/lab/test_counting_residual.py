"""The residual against the interface's own counters: zero, and only where that is true."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Final

import pytest
from tests.lab import underlay
from tests.lab.counting import watching
from tests.lab.senders import PACKET_QDISC_BYPASS, PacketSocket
from tests.lab.underlay import HERE
from tests.packets.stacks import OUTSIDE4, PING4

from tunnel_monitor.contract import Direction, Outcome
from tunnel_monitor.kernel.load import PROGRAMS
from tunnel_monitor.kernel.testrun import TestRunner
from tunnel_monitor.lab import build, traffic
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.lab.topology import Topology
from tunnel_monitor.testing.packets import packet

pytestmark = pytest.mark.root

INGRESS, EGRESS = Direction
FRAME: Final = packet(*OUTSIDE4, *PING4)
SENT, MISSED = 1009, 101


def test_zero_in_the_classic_overlay_under_load() -> None:
    """Super-packets stay whole here: a veth counts them as one, and so must be compared."""
    with build.running(Topology(hosts=2, segments=1)) as lab:
        traffic.acquaint(lab, "192.168.0.1", "192.168.0.2")
        with watching(lab, "host0") as counted:
            words = ("192.168.0.2", "-n", "300M", "--bidir")
            ends = {"here": "192.168.0.1", "there": "192.168.0.2"}
            drains = 0
            while drains < 4:  # one transfer may be over after two
                with underlay.transfer(lab, *words, **ends) as client:
                    while client.poll() is None:
                        counted.drain()
                        assert counted.residuals() == [(0, 0), (0, 0)]
                        drains += 1
            assert counted.drain_until(lambda: counted.residuals() == [(0, 0), (0, 0)])
            assert counted.last.device is not None
            for way in Direction:
                seen = counted.seen(way)
                assert seen.packets > 2 * seen.buffers
                assert counted.last.device[way].counts == "buffers"
                assert counted.last.device[way].packets == seen.buffers
                assert counted.last.device[way].bytes == seen.buffer_bytes


@pytest.fixture
def lab() -> Iterator[Lab]:
    with underlay.wired() as lab:
        yield lab


def test_what_bypasses_the_hook_is_the_residual(lab: Lab) -> None:
    with (
        watching(lab, HERE) as counted,
        closing(PacketSocket(lab, HERE)) as hooked,
        closing(PacketSocket(lab, HERE, option=PACKET_QDISC_BYPASS)) as unseen,
    ):
        hooked.send(FRAME, SENT)
        unseen.send(FRAME, MISSED)
        counted.drain()
        counted.drain()
        assert counted.residuals() == [(0, 0), (MISSED, MISSED * len(FRAME))]
        assert counted.outcome(EGRESS, Outcome.FLOW).packets == SENT
        hooked.send(FRAME, SENT)
        counted.drain()
        assert counted.residuals()[EGRESS] == (MISSED, MISSED * len(FRAME)), "it does not go away"


@pytest.mark.parametrize("way", Direction)
def test_what_the_interface_never_had_is_the_residual(lab: Lab, way: Direction) -> None:
    with watching(lab, HERE) as counted, closing(PacketSocket(lab, HERE)) as sender:
        sender.send(FRAME, SENT)
        runner = TestRunner(counted.interface.loaded.programs[PROGRAMS[way]])
        runner.run(FRAME, MISSED)
        counted.drain()
        counted.drain()
        residual = [(0, 0), (0, 0)]
        residual[way] = (-MISSED, -MISSED * len(FRAME))
        assert counted.residuals() == residual
        assert counted.outcome(way, Outcome.FLOW).packets == MISSED + (SENT if way else 0)
