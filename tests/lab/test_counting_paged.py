"""Headers behind the linear part of a buffer, where programs cannot look, are fetched and read.

Ordinary senders and GRO keep headers linear; some cards leave so little there that it ends inside
them. Here a packet socket is told how much to put there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Final

import pytest
from tests.lab import underlay
from tests.lab.counting import Counts, Flow, path_of, watching
from tests.lab.foreign import Foreign
from tests.lab.senders import (
    ETH_P_ALL,
    ETH_P_IP,
    ETH_P_IPV6,
    PACKET_VNET_HDR,
    Capture,
    PacketSocket,
)
from tests.lab.underlay import HERE, INNER4, INNER6, OUTER4, OUTER6
from tests.packets.readers import parsed_natively

from tunnel_monitor.contract import Direction, Outcome
from tunnel_monitor.lab.build import CABLE, Lab
from tunnel_monitor.testing.packets import (
    UDP,
    VXLAN,
    Ethernet,
    IPv4,
    IPv6,
    Layer,
    packet,
    payload,
)

pytestmark = pytest.mark.root

INGRESS, EGRESS = Direction
MTU: Final = 9000
PULLED: Final = 1024  # PULL_SIZE of tunnel.bpf.c
SHORTEST: Final = 14  # af_packet.c keeps the link header linear
VNI: Final = 10007
LINK: Final = Ethernet(dst="02:00:00:00:00:99")  # nobody, so nobody answers


@dataclass(frozen=True)
class Stack:
    """A kind of packet, larger than a page.

    Args:
        outside: from the link header to the outer IP header.
        inside: the inner IP header.
        outer: its addresses.
        inner: likewise.
    """

    outside: tuple[Layer, ...]
    inside: Layer
    outer: tuple[str, str]
    inner: tuple[str, str]

    @property
    def tunnel(self) -> tuple[Layer, ...]:
        return (*self.outside, UDP(), VXLAN(vni=VNI))

    @property
    def frame(self) -> bytes:
        return packet(*self.tunnel, Ethernet(), self.inside, UDP(), payload(5000))

    @property
    def headers(self) -> int:
        """How much must be readable to know the flow: to the end of the inner UDP header."""
        return len(packet(*self.tunnel, Ethernet(), self.inside, UDP()))

    def flow(self, way: Direction) -> Flow:
        return Flow(way, *self.outer, VNI, *self.inner)


STACKS = {
    "ipv4": Stack((LINK, IPv4(*OUTER4)), IPv4(*INNER4), OUTER4, INNER4),
    "ipv6": Stack((LINK, IPv6(*OUTER6)), IPv6(*INNER6), OUTER6, INNER6),
    "options": Stack(
        (LINK, IPv4(*OUTER4, options=bytes(40))),
        IPv6(*INNER6),
        OUTER4,
        INNER6,
    ),
}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with underlay.wired(MTU) as lab:
        yield lab


@pytest.mark.parametrize("stack", STACKS.values(), ids=STACKS.keys())
@pytest.mark.parametrize("way", Direction, ids=["ingress", "egress"])
def test_headers_are_read_wherever_the_linear_part_ends(
    lab: Lab, way: Direction, stack: Stack
) -> None:
    source = HERE if way is EGRESS else CABLE
    device = "eth0" if way is EGRESS else HERE  # the bridge's port, at the other end of the cable
    frame, lengths = stack.frame, range(SHORTEST, stack.headers + 3)
    with ExitStack() as opened:
        sender = opened.enter_context(
            closing(PacketSocket(lab, source, device, option=PACKET_VNET_HDR))
        )
        counted = opened.enter_context(watching(lab, HERE))
        front, behind = (opened.enter_context(Foreign(path_of(lab, HERE))) for _ in range(2))
        front.attach("witness", "eth0", way, first=True)
        behind.attach("witness", "eth0", way)
        for linear in lengths:
            sender.send_paged(frame, linear)
        counted.drain_all(len(lengths), way)
        assert counted.flows == {
            stack.flow(way): Counts(
                len(lengths),
                len(lengths) * len(frame),
                len(lengths) * len(frame[len(packet(*stack.tunnel)) :]),
            )
        }
        assert counted.residuals() == [(0, 0), (0, 0)]
        short = sum(linear < stack.headers for linear in lengths)
        assert short == len(lengths) - 3
        assert front.seen().linear_bytes == sum(lengths), "the headers were never paged"
        fetched = short * PULLED + sum(lengths[short:])
        assert behind.seen().linear_bytes == fetched, "fetched once, and only where needed"


@pytest.mark.parametrize("stack", STACKS.values(), ids=STACKS.keys())
def test_without_fetching_them_they_would_be_truncated(stack: Stack) -> None:
    """So a flow in the test above proves that they were fetched."""
    for linear in range(SHORTEST, len(packet(*stack.tunnel)) - 8):
        (found,) = parsed_natively([stack.frame[:linear]], link_header=True)
        assert found.outcome is Outcome.TRUNCATED


@pytest.mark.parametrize("stack", STACKS.values(), ids=STACKS.keys())
@pytest.mark.parametrize("way", Direction, ids=["ingress", "egress"])
def test_fetching_changes_no_packet(lab: Lab, way: Direction, stack: Stack) -> None:
    frame = stack.frame
    with ExitStack() as opened:
        if way is EGRESS:
            sender = PacketSocket(lab, HERE, "eth0", option=PACKET_VNET_HDR)
            capture = Capture(lab, CABLE, HERE, ETH_P_ALL)
        else:
            sender = PacketSocket(lab, CABLE, HERE, option=PACKET_VNET_HDR)
            capture = Capture(lab, HERE, "eth0", ETH_P_IPV6 if ":" in stack.outer[0] else ETH_P_IP)
        opened.enter_context(closing(sender))
        opened.enter_context(closing(capture))
        opened.enter_context(watching(lab, HERE))
        for linear in range(SHORTEST, stack.headers, 7):
            sender.send_paged(frame, linear)
            assert capture.next(len(frame)) == frame
