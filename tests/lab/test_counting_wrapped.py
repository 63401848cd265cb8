"""Super-packets of tunnels that this kernel has no device for, against a count of the wire."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

import pytest
from tests.lab import underlay, wrapping
from tests.lab.counting import Flow
from tests.lab.senders import receiving_socket, segmenting_socket
from tests.lab.underlay import ENDS, GENTLE, HERE, INNER, OUTER, THERE, WITH_IPV6, Overlay, told
from tests.lab.wire import WatchedTunnel, watched_wire
from tests.lab.wrapping import Wrapping

from tunnel_monitor.contract import Direction, Encap
from tunnel_monitor.lab import namespaces
from tunnel_monitor.testing.packets import (
    GRE,
    GTPU,
    UDP,
    VLAN,
    VXLAN,
    VXLANGPE,
    Ethernet,
    Geneve,
    GTPUExtension,
    geneve_option,
    nvgre,
)

pytestmark = pytest.mark.root

INGRESS, EGRESS = Direction
VNI: Final = 10007
OPTIONS: Final = geneve_option(1, bytes(8)) + geneve_option(2, bytes(4))
WRAPPINGS: Final = {
    "vxlan, tagged inside": Wrapping(
        Encap.VXLAN, (UDP(checksum=0), VXLAN(vni=VNI), Ethernet(), VLAN(7)), VNI
    ),
    "vxlan-gpe": Wrapping(Encap.VXLAN_GPE, (UDP(checksum=0), VXLANGPE(vni=VNI)), VNI),
    "geneve": Wrapping(
        Encap.GENEVE, (UDP(checksum=0), Geneve(vni=VNI, options=OPTIONS), Ethernet()), VNI
    ),
    "gtpu": Wrapping(
        Encap.GTPU, (UDP(checksum=0), GTPU(teid=VNI, extensions=(GTPUExtension(),))), VNI
    ),
    "gre": Wrapping(Encap.GRE, (GRE(),)),
    "gre, key": Wrapping(Encap.GRE, (GRE(key=VNI),), VNI),
    "gretap": Wrapping(Encap.GRETAP, (GRE(), Ethernet())),
    "nvgre": Wrapping(Encap.NVGRE, (nvgre(VNI), Ethernet()), VNI),
    "ipip": Wrapping(Encap.IPIP, inner=(4,), outer=(4,)),
    "sit": Wrapping(Encap.SIT, inner=(6,), outer=(4,)),
    "ip4ip6": Wrapping(Encap.IP4IP6, inner=(4,), outer=(6,)),
    "ip6ip6": Wrapping(Encap.IP6IP6, inner=(6,), outer=(6,)),
}
CASES: Final = [
    pytest.param(one, outer, id=f"{name}-in-ipv{outer}")
    for name, one in WRAPPINGS.items()
    for outer in one.outer
]
TRANSFER: Final = ("--bidir", *GENTLE, "-n", "1M")
PINGS, SENDS, SEGMENT, SEGMENTS = 13, 17, 1200, 30
UDP_PORT: Final = 20011


@contextmanager
def laid(one: Wrapping, outer: int) -> Iterator[WatchedTunnel]:
    """Two hosts with such a tunnel, of which HERE is watched."""
    with underlay.wired() as lab:
        for place, host in enumerate(ENDS):
            namespaces.set_inside(lab.namespace(host), WITH_IPV6)
            lab.ip(host, wrapping.commands(one, place, outer, 1500))
        underlay.cut_before_the_wire(lab)
        underlay.join_received(lab)
        overlay = Overlay(OUTER[outer], INNER[one.inner[0]], one.vni or 0)
        with watched_wire(lab, overlay) as tunnel, ExitStack() as stack:
            wrapping.attach(stack, lab, one, outer)
            yield tunnel


def send(tunnel: WatchedTunnel, family: int) -> None:
    """Pings, TCP both ways, and UDP that the kernel cuts."""
    there = INNER[family][1]
    words = ("ping", "-q", "-c", str(PINGS), "-i", "0.002", there)
    assert f" {PINGS} received" in told(tunnel.lab, HERE, *words)
    with underlay.transfer(tunnel.lab, there, *TRANSFER):
        pass
    with (
        segmenting_socket(tunnel.lab, HERE, there, SEGMENT) as sender,
        receiving_socket(tunnel.lab, THERE, (there, UDP_PORT)),
    ):
        for _ in range(SENDS):
            sender.sendto(bytes(SEGMENT * SEGMENTS - 77), (there, UDP_PORT))


@pytest.mark.parametrize(("one", "outer"), CASES)
def test_counts_as_on_the_wire(one: Wrapping, outer: int) -> None:
    with laid(one, outer) as tunnel:
        for family in one.inner:
            send(tunnel, family)
            tunnel.counted.drain()
        tunnel.check()
        assert tunnel.counted.paths == {one.encap.label}
        assert tunnel.joined(EGRESS) > 2
        for family in one.inner:
            for way, (src, dst) in ((EGRESS, (0, 1)), (INGRESS, (1, 0))):
                ends = (OUTER[outer][src], OUTER[outer][dst])
                inner = (INNER[family][src], INNER[family][dst])
                row = tunnel.counted.flows[Flow(way, *ends, one.vni or 0, *inner)]
                assert row.inner_bytes == row.bytes - row.packets * one.wire_headers(outer)
