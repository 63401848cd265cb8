"""Link layers that programs do not see as they are on the wire: VLAN tags taken out, and none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from typing import Final

import pytest
from tests.lab import underlay
from tests.lab.counting import Counted, Counts, Flow, path_of, watching
from tests.lab.foreign import Foreign
from tests.lab.senders import IFF_TUN, PacketSocket, TunDevice, udp_socket
from tests.lab.underlay import HERE
from tests.packets.expected import ENDPOINTS4, ENDPOINTS6, PEERS4, PEERS6
from tests.packets.stacks import END4, OUTSIDE4, OUTSIDE6, PEER4, PING4, PING6, TUNNEL

from tunnel_monitor.contract import Direction, Outcome
from tunnel_monitor.lab.build import CABLE, Lab
from tunnel_monitor.testing.packets import (
    ICMP,
    UDP,
    VLAN,
    Ethernet,
    Layer,
    packet,
    payload,
    service_vlan,
)

pytestmark = pytest.mark.root

INGRESS, EGRESS = Direction
SENDS: Final = 101
VNI: Final = 10001  # of tests.packets.stacks
NOBODY: Final = Ethernet(dst="02:00:00:00:00:99")


@pytest.fixture
def lab() -> Iterator[Lab]:
    with underlay.wired() as lab:
        yield lab


def check_one_flow(counted: Counted, way: Direction, size: int, inner_bytes: int) -> None:
    """`SENDS` packets of that size between the classic peers and endpoints, and nothing else."""
    counted.drain_all(SENDS, way)
    key = Flow(way, *PEERS4, VNI, *ENDPOINTS4)
    assert counted.flows == {key: Counts(SENDS, SENDS * size, SENDS * inner_bytes)}
    assert counted.residuals() == [(0, 0), (0, 0)]


@pytest.mark.parametrize(
    "tags", [(VLAN(42),), (service_vlan(7),), (service_vlan(7), VLAN(42))], ids=len
)
def test_a_tag_taken_out_on_the_way_in_was_on_the_wire(lab: Lab, tags: tuple[Layer, ...]) -> None:
    frame = packet(NOBODY, *tags, PEER4, UDP(), TUNNEL, *PING4)
    with (
        watching(lab, HERE) as counted,
        Foreign(path_of(lab, HERE)) as other,
        closing(PacketSocket(lab, CABLE, HERE)) as sender,
    ):
        other.attach("witness", "eth0", INGRESS)
        sender.send(frame, SENDS)
        check_one_flow(counted, INGRESS, len(frame), len(packet(*PING4)))
        assert other.seen().tagged == SENDS, "the tag was in the data"
        assert other.seen().bytes == SENDS * (len(frame) - 4)


def test_a_tag_that_is_yet_to_be_put_in_will_be_on_the_wire(lab: Lab) -> None:
    frame = packet(NOBODY, PEER4, UDP(), TUNNEL, *PING4)
    with (
        watching(lab, HERE) as counted,
        Foreign(path_of(lab, HERE)) as other,
        closing(PacketSocket(lab, HERE)) as sender,
    ):
        other.attach("tag", "eth0", EGRESS, first=True)
        sender.send(frame, SENDS)
        check_one_flow(counted, EGRESS, len(frame) + 4, len(packet(*PING4)))


def test_loopback_has_everything_twice(lab: Lab) -> None:
    frame = packet(NOBODY, PEER4, UDP(), TUNNEL, *PING4)
    with watching(lab, HERE, "lo") as counted, closing(PacketSocket(lab, HERE, "lo")) as sender:
        sender.send(frame, SENDS)
        counted.drain_all(SENDS, INGRESS)
        row = Counts(SENDS, SENDS * len(frame), SENDS * len(packet(*PING4)))
        assert counted.flows == {Flow(way, *PEERS4, VNI, *ENDPOINTS4): row for way in Direction}
        assert counted.residuals() == [(0, 0), (0, 0)]


@pytest.mark.parametrize(
    ("outside", "inside", "outer", "inner"),
    [
        (OUTSIDE4, PING4, PEERS4, ENDPOINTS4),
        (OUTSIDE6, PING6, PEERS6, ENDPOINTS6),
        (OUTSIDE4, PING6, PEERS4, ENDPOINTS6),
    ],
    ids=["ipv4", "ipv6", "ipv6-in-ipv4"],
)
def test_packets_without_a_link_header_arrive(
    lab: Lab,
    outside: tuple[Layer, ...],
    inside: tuple[Layer, ...],
    outer: tuple[str, str],
    inner: tuple[str, str],
) -> None:
    whole = packet(*outside[1:], *inside)  # the first is the link header
    plain = packet(outside[1], UDP(), payload(100))
    with (
        closing(TunDevice(lab, HERE, "tun0", IFF_TUN)) as device,
        watching(lab, HERE, "tun0") as counted,
    ):
        assert not counted.interface.device.has_link_header
        for _ in range(SENDS):
            device.write(whole)
            device.write(plain)
        counted.drain_all(SENDS, INGRESS)
        row = Counts(SENDS, SENDS * len(whole), SENDS * len(packet(*inside)))
        assert counted.flows == {Flow(INGRESS, *outer, VNI, *inner): row}
        assert counted.outcomes(INGRESS) == {Outcome.FLOW: SENDS, Outcome.NOT_TUNNELED: SENDS}
        assert counted.residuals() == [(0, 0), (0, 0)]


def test_packets_without_a_link_header_leave(lab: Lab) -> None:
    carried = packet(TUNNEL, NOBODY, END4, ICMP(), payload(56))
    with (
        closing(TunDevice(lab, HERE, "tun0", IFF_TUN)) as device,
        udp_socket(lab, HERE, PEER4.src) as sender,
    ):
        lab.ip(HERE, ["address add 10.9.0.1/24 dev tun0"])
        with watching(lab, HERE, "tun0") as counted:
            for _ in range(SENDS):
                sender.sendto(carried, ("10.9.0.2", 4789))
                # the device counts a packet as sent when somebody reads it
                assert len(os.read(device.file, 1 << 16)) == 20 + 8 + len(carried)
            counted.drain_all(SENDS, EGRESS)
            key = Flow(EGRESS, "10.9.0.1", "10.9.0.2", VNI, *ENDPOINTS4)
            size, inner_bytes = 20 + 8 + len(carried), len(carried) - 8
            assert counted.flows == {key: Counts(SENDS, SENDS * size, SENDS * inner_bytes)}
            assert counted.residuals() == [(0, 0), (0, 0)]
