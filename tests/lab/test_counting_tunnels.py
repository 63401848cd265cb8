"""Every tunnel that this kernel makes, against an independent count of the wire.

Over both families, with usual and with jumbo frames, with super-packets and without. What the
kernel does not make is named at the end of the run, and in docs/reference/encapsulations.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from tests.lab import tunnels, underlay
from tests.lab.counting import Counts, Flow
from tests.lab.senders import receiving_socket, segmenting_socket
from tests.lab.tunnels import SEGMENTS, Kind
from tests.lab.underlay import ENDS, GENTLE, HERE, INNER, OUTER, THERE, WITH_IPV6, Overlay, told
from tests.lab.wire import WatchedTunnel, watched_wire

from tunnel_monitor.contract import Direction
from tunnel_monitor.lab import namespaces
from tunnel_monitor.lab.build import Lab

pytestmark = pytest.mark.root

INGRESS, EGRESS = Direction
PINGS, SMALL, LARGE = 13, 56, 12_000  # the large ones are fragmented inside
SENDS, MOST_DATAGRAM, LEFT_OUT = 17, 60_000, 150
UDP_PORT = 20011
TRANSFER: Final = ("--bidir", *GENTLE, "-n", "2M")
SIZES: Final = ((1500, True), (9000, False), (1500, False), (9000, True))
CASES: Final = [
    pytest.param(
        *(kind, outer, mtu, offloads),
        id=f"{kind.name}-in-ipv{outer}-{mtu}-{'offloads' if offloads else 'none'}",
    )
    for kind in tunnels.offered()
    for outer in kind.outer
    for mtu, offloads in SIZES[: 4 if kind.name == "vxlan" else 2]
]


@contextmanager
def laid(kind: Kind, outer: int, mtu: int, *, offloads: bool) -> Iterator[WatchedTunnel]:
    """Two hosts with such a tunnel, of which HERE is watched."""
    with underlay.wired(mtu) as lab:
        for place, host in enumerate(ENDS):
            namespaces.set_inside(lab.namespace(host), {**WITH_IPV6, **tunnels.SYSCTLS})
            lab.ip(host, tunnels.commands(kind, place, outer, mtu))
        if "gbp" in kind.name:
            mark_packets(lab)
        underlay.cut_before_the_wire(lab)
        if offloads:
            underlay.join_received(lab)
        else:
            without_super_packets(lab, kind)
        overlay = Overlay(OUTER[outer], INNER[kind.inner[0]], kind.vni or 0)
        with watched_wire(lab, overlay) as tunnel:
            yield tunnel


def mark_packets(lab: Lab) -> None:
    """Let packets belong to a policy group, or their headers would say nothing of it."""
    rules = "add table inet t; add chain inet t o { type filter hook output priority 0 ; }; "
    for host in ENDS:
        told(lab, host, "nft", rules + "add rule inet t o meta mark set 0x1234")


def without_super_packets(lab: Lab, kind: Kind) -> None:
    """Let nobody on the way make or take any."""
    for host in ENDS:
        told(lab, host, "ethtool", "-K", "eth0", "gro", "off")
        for device in ("tunnel",) if kind.device else ():
            underlay.without_offloads(lab, host, device)
            told(lab, host, "ethtool", "-K", device, "gro", "off")


def send(lab: Lab, kind: Kind, family: int, mtu: int) -> None:
    """Pings, large ones, TCP both ways, and UDP that the kernel cuts."""
    there = INNER[family][1]
    for size in (SMALL, LARGE) if kind.fragments else (SMALL,):
        words = ("ping", "-q", "-c", str(PINGS), "-i", "0.002", "-s", str(size), there)
        assert f" {PINGS} received" in told(lab, HERE, *words)
    with underlay.transfer(lab, there, *TRANSFER):
        pass
    segment = mtu - LEFT_OUT
    payload = bytes(MOST_DATAGRAM // segment * segment - 77)  # the last segment is shorter
    with (
        segmenting_socket(lab, HERE, there, segment) as sender,
        receiving_socket(lab, THERE, (there, UDP_PORT)),
    ):
        for _ in range(SENDS):
            sender.sendto(payload, (there, UDP_PORT))


@pytest.mark.parametrize(("kind", "outer", "mtu", "offloads"), CASES)
def test_counts_as_on_the_wire(kind: Kind, outer: int, mtu: int, *, offloads: bool) -> None:
    with laid(kind, outer, mtu, offloads=offloads) as tunnel:
        counted = tunnel.counted
        for family in kind.inner:
            send(tunnel.lab, kind, family, kind.mtu(mtu, outer))
            counted.drain()
        tunnel.check()
        assert counted.paths == {encap.label for encap in kind.encaps.values()}
        assert (tunnel.joined(EGRESS) > 1) == (offloads or not kind.device)
        for family in kind.inner:
            check_flows(kind, outer, family, counted.flows)


@pytest.mark.parametrize("name", sorted(tunnels.missing()))
def test_what_is_not_made_is_refused_by_the_kernel(name: str) -> None:
    """And not by `ip`, which would mean that the words are wrong."""
    (kind,) = (kind for kind in tunnels.KINDS if kind.name == name)
    here, there = OUTER[kind.outer[0]]
    words = kind.device.format(here=here, there=there)
    refused = tunnels.told(f"ip link add probe type {words}").stderr
    assert refused.startswith((b"Error: Unknown device type", b"RTNETLINK answers")), refused


def check_flows(kind: Kind, outer: int, family: int, flows: dict[Flow, Counts]) -> None:
    """Both directions have their row, and what is inside lacks exactly the headers."""
    for way, (src, dst) in ((EGRESS, (0, 1)), (INGRESS, (1, 0))):
        to = OUTER[outer][dst] if kind.device else f"{SEGMENTS[dst]}::{family}"
        inner = INNER[family]
        row = flows[Flow(way, OUTER[outer][src], to, kind.vni or 0, inner[src], inner[dst])]
        assert row.inner_bytes == row.bytes - row.packets * kind.wire_headers(outer)
