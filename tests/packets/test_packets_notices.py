"""What the kernel part notices of a packet beside its size: which packets, and when."""

from __future__ import annotations

import pytest
from tests.packets.noticed_frames import (
    HERE,
    INNER,
    MSS_1460,
    OUTER,
    SYN,
    THERE,
    tcp,
    too_big,
    vxlan,
)
from tests.packets.noticing import Watching, only, rows

from tunnel_monitor.contract import Mark, Notice
from tunnel_monitor.flows import columns
from tunnel_monitor.settings import Boundary
from tunnel_monitor.testing.packets import (
    GRE,
    ICMP,
    TCP,
    UDP,
    VXLAN,
    Ethernet,
    IPv4,
    Raw,
    packet,
    payload,
)

pytestmark = pytest.mark.root


def test_the_first_packet_of_a_flow_stands_for_all(watching: Watching) -> None:
    row = only(watching.sees(*[tcp()] * 5))
    assert (row.outer, row.vni, row.encap, row.direction) == ((HERE, THERE), 7, "vxlan", "egress")
    assert row["sampled"] == 1
    assert (row["least_ttl"], row["most_ttl"]) == (64, 64)


def test_hop_limits_are_the_least_and_the_most(watching: Watching) -> None:
    frames = [
        vxlan(*INNER[:1], IPv4(src=f"192.168.0.{last}"), UDP(), payload(8), outer=outer)
        for last, outer in (
            (1, (Ethernet(), IPv4(src=HERE, dst=THERE, ttl=61))),
            (2, OUTER),
            (3, (Ethernet(), IPv4(src=HERE, dst=THERE, ttl=63))),
        )
    ]
    row = only(watching.sees(*frames))
    assert (row["sampled"], row["least_ttl"], row["most_ttl"]) == (3, 61, 64)


def test_ports_and_flows_are_told_apart(watching: Watching) -> None:
    def bits(frames: list[bytes], name: str) -> int:
        return sum(word.bit_count() for word in only(watching.sees(*frames))[name])

    many_flows = [
        vxlan(*INNER[:1], IPv4(src=f"10.0.{last}.1"), UDP(), payload(8)) for last in range(32)
    ]
    many_ports = [
        vxlan(*INNER[:1], IPv4(src=f"10.0.{last}.1"), UDP(), payload(8), sport=49152 + 97 * last)
        for last in range(32)
    ]
    assert bits(many_flows, "ports") == 1
    assert 24 <= bits(many_flows, "flows") <= 32
    assert 24 <= bits(many_ports, "ports") <= 32


def test_other_tunnels_have_no_udp(watching: Watching) -> None:
    row = only(watching.sees(packet(*OUTER, GRE(key=9), IPv4(tos=0xB8), UDP(), payload(8))))
    assert (row.encap, row.vni, row["ports"], row["marks"]) == ("gre", 9, [0, 0], Mark.WIPED)


def test_the_outermost_of_two_is_counted_only() -> None:
    twice = vxlan(*INNER, UDP(), VXLAN(vni=9), *INNER, TCP(), payload(1300))
    with Watching(boundary=Boundary.OUTERMOST) as watching:
        noticed = watching.sees(twice)
        assert rows(noticed) == []
        assert not len(noticed.macs)
        assert not len(noticed.segments)
        assert only(watching.sees(tcp())).vni == 7


@pytest.mark.parametrize(
    "frame",
    [
        packet(*OUTER, ICMP(type=3, code=3), Raw(tcp()[14:])),
        packet(*OUTER, ICMP(), payload(60)),
        too_big(packet(Ethernet(), IPv4(), TCP(), payload(40))[14:], 1400),
        packet(*OUTER, TCP(flags=SYN, options=MSS_1460)),
        packet(*OUTER, UDP(dport=53), payload(40)),
    ],
    ids=["unreachable port", "ping", "about TCP", "SYN outside", "no tunnel"],
)
def test_nothing_to_notice(frame: bytes, watching: Watching) -> None:
    assert rows(watching.sees(frame)) == []


@pytest.mark.parametrize("notices", [Notice(0), *Notice])
def test_each_can_be_switched_off(notices: Notice) -> None:
    with Watching(notices) as watching:
        noticed = watching.sees(tcp(size=1300))
    assert bool(len(noticed.tunnels)) is (Notice.HEADERS in notices)
    assert bool(len(noticed.segments)) is (Notice.SEGMENTS in notices)
    assert bool(len(noticed.macs)) is (Notice.STATIONS in notices)


def test_full_tables_are_no_trouble(watching: Watching) -> None:
    frames = [
        vxlan(
            *INNER, TCP(sport=port), payload(1300), outer=(Ethernet(), IPv4(src=f"10.9.{port}.1"))
        )
        for port in range(40)
    ]
    noticed = watching.sees(*frames)
    assert len(noticed.tunnels) == 16
    assert len(columns.address(noticed.flows, "inner_src")) == 4
