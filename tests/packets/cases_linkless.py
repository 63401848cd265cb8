"""Frames that begin with their IP header, as on tun, ipip and WireGuard devices.

The kernel's test-run takes a frame's EtherType from bytes 12 and 13, whatever the program takes
them for. Here these belong to the outer source address, which is chosen to have the right ones.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tests.packets.expected import (
    ENDPOINTS6,
    NO_INNER,
    PEERS4,
    PEERS6,
    Case,
    flow,
    other,
)
from tests.packets.stacks import OUTSIDE4, PING4, PING6, TCP6, TUNNEL

from tunnel_monitor.contract import Encap, Outcome
from tunnel_monitor.testing.packets import (
    AH,
    ICMP,
    TCP,
    UDP,
    VLAN,
    VXLAN,
    Ethernet,
    Fragment,
    IPv4,
    IPv6,
    Raw,
    hop_by_hop,
    packet,
    payload,
)

PAIR4: Final = ("8.0.1.100", PEERS4[1])
PAIR6: Final = ("2001:db8:86dd::100", PEERS6[1])
PEER4: Final = IPv4(*PAIR4)
PEER6: Final = IPv6(*PAIR6)
OVER4: Final = (PEER4, UDP(), TUNNEL)
OVER6: Final = (PEER6, UDP(), TUNNEL)

FLOWS: Final = [
    flow("no link header: ipv4 in ipv4", OVER4, PING4, outer=PAIR4),
    flow("no link header: ipv6 in ipv4", OVER4, PING6, outer=PAIR4, inner=ENDPOINTS6),
    flow("no link header: ipv4 in ipv6", OVER6, PING4, outer=PAIR6),
    flow("no link header: ipv6 in ipv6", OVER6, TCP6, outer=PAIR6, inner=ENDPOINTS6),
    flow(
        "no link header: ipv4 with an option",
        (IPv4(*PAIR4, options=bytes(4)), *OVER4[1:]),
        PING4,
        outer=PAIR4,
    ),
    flow(
        "no link header: extension headers",
        (PEER6, hop_by_hop(), AH(), *OVER6[1:]),
        PING4,
        outer=PAIR6,
    ),
    flow(
        "no link header: inner tag",
        OVER4,
        (Ethernet(), VLAN(5), *PING4[1:]),
        outer=PAIR4,
    ),
    flow("no link header: nothing behind vxlan", OVER4, (), outer=PAIR4, inner=NO_INNER),
    flow(
        "no link header: ipv4 ends in the inner ip header",
        (IPv4(*PAIR4, total_length=69), *OVER4[1:]),
        PING4,
        outer=PAIR4,
        inner=NO_INNER,
    ),
    flow(
        "no link header: two tunnels",
        (*OVER4, *OUTSIDE4),
        PING4,
        path=(Encap.VXLAN, Encap.VXLAN),
    ),
]

OTHERS: Final = [
    other("no link header: tcp over ipv4", Outcome.NOT_TUNNELED, PEER4, TCP()),
    other("no link header: tcp over ipv6", Outcome.NOT_TUNNELED, PEER6, TCP()),
    other("no link header: icmp", Outcome.NOT_TUNNELED, PEER4, ICMP(), payload(56)),
    other("no link header: dns", Outcome.NOT_TUNNELED, PEER6, UDP(dport=53), payload(30)),
    other("no link header: nothing at all", Outcome.TRUNCATED),
    other("no link header: ipv4 cut off", Outcome.TRUNCATED, PEER4, cut=1),
    other("no link header: ipv6 cut off", Outcome.TRUNCATED, PEER6, cut=1),
    other("no link header: one byte of ipv4", Outcome.TRUNCATED, PEER4, cut=19),
    other("no link header: one byte of ipv6", Outcome.TRUNCATED, PEER6, cut=39),
    other("no link header: udp cut off", Outcome.TRUNCATED, PEER6, UDP(dport=4789), cut=1),
    other("no link header: vxlan cut off", Outcome.TRUNCATED, *OVER4, cut=1),
    other(
        "no link header: neither version",
        Outcome.MALFORMED,
        *(IPv4(*PAIR4, version=5), *OVER4[1:], *PING4),
    ),
    other("no link header: ihl 4", Outcome.MALFORMED, IPv4(*PAIR4, ihl=4), *OVER4[1:], *PING4),
    other(
        "no link header: ethernet all the same",
        Outcome.MALFORMED,
        Raw(packet(Ethernet(), *OVER4, *PING4)),
    ),
    other(
        "no link header: later fragment",
        Outcome.LATER_FRAGMENT,
        *(IPv4(*PAIR4, offset=4), *OVER4[1:], *PING4),
    ),
    other(
        "no link header: later fragment over ipv6",
        Outcome.LATER_FRAGMENT,
        *(PEER6, Fragment(offset=4), *OVER6[1:], *PING4),
    ),
    other(
        "no link header: vxlan without a vni",
        Outcome.NO_VNI,
        *(PEER6, UDP(), VXLAN(flags=0), *PING4),
    ),
]

CASES: Final[list[Case]] = [replace(case, link_header=False) for case in [*FLOWS, *OTHERS]]
