"""Which UDP ports are tunnels can be changed while packets pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Final

import pytest
from tests.lab import underlay
from tests.lab.counting import Counted, watching
from tests.lab.senders import PacketSocket
from tests.lab.underlay import HERE
from tests.packets.stacks import PEER4, PING4, TUNNEL

from tunnel_monitor.contract import Direction, Encap, Outcome
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.testing.packets import UDP, Ethernet, packet

pytestmark = pytest.mark.root

EGRESS = Direction.EGRESS
# port -> packets to it, each round
SENT: Final = {4789: 101, 8472: 103, 5555: 107, 0: 109, 65535: 113}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with underlay.wired() as lab:
        yield lab


def frame(port: int) -> bytes:
    link = Ethernet(dst="02:00:00:00:00:99")  # nobody, so nobody answers
    return packet(link, PEER4, UDP(dport=port), TUNNEL, *PING4)


def send(lab: Lab, counted: Counted) -> tuple[int, int]:
    """Packets of flows, and of what is no tunnel, that came of one round."""
    before = counted.outcomes(EGRESS)
    with closing(PacketSocket(lab, HERE)) as sender:
        for port, times in SENT.items():
            sender.send(frame(port), times)
    counted.drain()
    after = counted.outcomes(EGRESS)
    tunneled, others = (
        after.get(outcome, 0) - before.get(outcome, 0)
        for outcome in (Outcome.FLOW, Outcome.NOT_TUNNELED)
    )
    return tunneled, others


@pytest.mark.parametrize("ports", [(5555,), (4789, 5555), (0,), (65535, 8472), ()])
def test_a_change_counts_from_the_next_packet_on(lab: Lab, ports: tuple[int, ...]) -> None:
    everything = sum(SENT.values())
    with watching(lab, HERE) as counted:
        default = SENT[4789] + SENT[8472]
        assert send(lab, counted) == (default, everything - default)
        counted.interface.loaded.set_ports({Encap.VXLAN: ports})
        tunneled = sum(SENT[port] for port in ports)
        assert send(lab, counted) == (tunneled, everything - tunneled)
        counted.interface.loaded.set_ports({Encap.VXLAN: (4789, 8472)})
        assert send(lab, counted) == (default, everything - default)
