"""Tunnels in tunnels: the record is that of the innermost, the path keeps them all."""

from __future__ import annotations

from typing import Final

from tests.packets.expected import ENDPOINTS4, ENDPOINTS6, NO_INNER, Case, flow, other
from tests.packets.stacks import END4, END6, OUTSIDE4, OUTSIDE6, PING4, PING6

from tunnel_monitor.contract import Encap, Outcome
from tunnel_monitor.testing.packets import (
    ARP,
    UDP,
    VLAN,
    VXLAN,
    Ethernet,
    Fragment,
    IPv4,
    IPv6,
    Layer,
    destination_options,
    hop_by_hop,
    service_vlan,
)

# Addresses and VNI of each level, so that a record shows which one it was made from.
PAIR4: Final = [(f"10.{level}.0.1", f"10.{level}.0.2") for level in range(6)]
PAIR6: Final = [(f"fd00:{level}::1", f"fd00:{level}::2") for level in range(6)]


def level4(level: int) -> tuple[Layer, ...]:
    """From the Ethernet header to the tunnel header of one level over IPv4, outermost 1."""
    return (Ethernet(), IPv4(*PAIR4[level]), UDP(), VXLAN(20000 + level))


def level6(level: int) -> tuple[Layer, ...]:
    """The same over IPv6."""
    return (Ethernet(), IPv6(*PAIR6[level]), UDP(), VXLAN(20000 + level))


def path(depth: int) -> tuple[Encap, ...]:
    """VXLAN, that many times."""
    return (Encap.VXLAN,) * depth


TWO: Final = [
    flow(
        "two tunnels, all ipv4",
        (*level4(1), *level4(2)),
        PING4,
        outer=PAIR4[2],
        vni=20002,
        path=path(2),
    ),
    flow(
        "two tunnels, all ipv6",
        (*level6(1), *level6(2)),
        PING6,
        outer=PAIR6[2],
        inner=ENDPOINTS6,
        vni=20002,
        path=path(2),
    ),
    flow(
        "two tunnels, ipv4 in ipv4 in ipv6",
        (*level6(1), *level4(2)),
        PING4,
        outer=PAIR4[2],
        vni=20002,
        path=path(2),
    ),
    flow(
        "two tunnels, ipv4 in ipv6 in ipv4",
        (*level4(1), *level6(2)),
        PING4,
        outer=PAIR6[2],
        vni=20002,
        path=path(2),
    ),
    flow(
        "two tunnels, ipv6 in ipv4 in ipv4",
        (*level4(1), *level4(2)),
        PING6,
        outer=PAIR4[2],
        inner=ENDPOINTS6,
        vni=20002,
        path=path(2),
    ),
    flow(
        "two tunnels and arp",
        (*level4(1), *level4(2)),
        (Ethernet(), ARP()),
        outer=PAIR4[2],
        inner=NO_INNER,
        vni=20002,
        path=path(2),
    ),
    flow(
        "two tunnels and nothing",
        (*level4(1), *level6(2)),
        (),
        outer=PAIR6[2],
        inner=NO_INNER,
        vni=20002,
        path=path(2),
    ),
    flow(
        "two tunnels, tags on every side",
        (*level4(1)[:1], VLAN(1), *level4(1)[1:], *level4(2)[:1], service_vlan(2), *level4(2)[1:]),
        (Ethernet(), VLAN(3), *PING4[1:]),
        outer=PAIR4[2],
        vni=20002,
        path=path(2),
    ),
    flow(
        "two tunnels, options and extension headers",
        (
            *(Ethernet(), IPv4(*PAIR4[1], options=bytes(8)), UDP(), VXLAN(20001)),
            *(Ethernet(), IPv6(*PAIR6[2]), hop_by_hop(), Fragment(more=True), UDP(), VXLAN(20002)),
        ),
        (Ethernet(), END6, destination_options(), *PING6[2:]),
        outer=PAIR6[2],
        inner=ENDPOINTS6,
        vni=20002,
        path=path(2),
    ),
    flow(
        "two tunnels, the second on linux's old port",
        (*OUTSIDE4, *OUTSIDE6[:2], UDP(dport=8472), VXLAN(20002)),
        PING4,
        outer=("2001:db8::100", "2001:db8::101"),
        vni=20002,
        path=path(2),
    ),
    flow(
        "two tunnels, the second between endpoints",
        (*OUTSIDE4, Ethernet(), END4, UDP(), VXLAN(20002)),
        level4(3)[:2],
        outer=ENDPOINTS4,
        inner=PAIR4[3],
        vni=20002,
        path=path(2),
    ),
    flow(
        "two tunnels, the second between endpoints behind an extension header",
        (*OUTSIDE6, Ethernet(), END6, hop_by_hop(), UDP(), VXLAN(20002)),
        level6(3)[:2],
        outer=ENDPOINTS6,
        inner=PAIR6[3],
        vni=20002,
        path=path(2),
    ),
    flow(
        "two tunnels with the same vni and addresses",
        (*level4(1), *level4(1)),
        PING4,
        outer=PAIR4[1],
        vni=20001,
        path=path(2),
    ),
]

DEEP: Final = [
    flow(
        "three tunnels",
        (*level4(1), *level6(2), *level4(3)),
        PING6,
        outer=PAIR4[3],
        inner=ENDPOINTS6,
        vni=20003,
        path=path(3),
    ),
    flow(
        "four tunnels",
        (*level4(1), *level4(2), *level4(3), *level4(4)),
        PING4,
        outer=PAIR4[4],
        vni=20004,
        path=path(4),
    ),
    flow(
        "four tunnels over ipv6",
        (*level6(1), *level6(2), *level6(3), *level6(4)),
        PING6,
        outer=PAIR6[4],
        inner=ENDPOINTS6,
        vni=20004,
        path=path(4),
    ),
    flow(
        "four tunnels and arp",
        (*level4(1), *level6(2), *level4(3), *level6(4)),
        (Ethernet(), ARP()),
        outer=PAIR6[4],
        inner=NO_INNER,
        vni=20004,
        path=path(4),
    ),
    flow(
        "a fifth tunnel cut off",
        (*level4(1), *level4(2), *level4(3), *level4(4)),
        level4(5),
        outer=PAIR4[4],
        inner=PAIR4[5],
        vni=20004,
        path=path(4),
        cut=1,
    ),
    flow(
        "a fifth tunnel without a vni",
        (*level4(1), *level4(2), *level4(3), *level4(4)),
        (*level4(5)[:3], VXLAN(20005, flags=0), *PING4),
        outer=PAIR4[4],
        inner=PAIR4[5],
        vni=20004,
        path=path(4),
    ),
    other(
        "five tunnels",
        Outcome.TOO_DEEP,
        *(*level4(1), *level4(2), *level4(3), *level4(4), *level4(5), *PING4),
    ),
    other(
        "five tunnels over ipv6",
        Outcome.TOO_DEEP,
        *(*level6(1), *level6(2), *level6(3), *level6(4), *level6(5), *PING6),
    ),
    other(
        "five tunnels and nothing",
        Outcome.TOO_DEEP,
        *(*level4(1), *level6(2), *level4(3), *level6(4), *level4(5)),
    ),
    other(
        "six tunnels",
        Outcome.TOO_DEEP,
        *(*level4(1), *level4(2), *level4(3), *level4(4), *level4(5), *level4(1), *PING4),
    ),
]

CASES: Final[list[Case]] = [*TWO, *DEEP]
