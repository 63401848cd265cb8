"""Packets cut off or contradicting themselves before any tunnel is open."""

from __future__ import annotations

from typing import Final

from tests.packets.expected import PEERS4, PEERS6, Case, other
from tests.packets.stacks import (
    OUTSIDE4,
    OUTSIDE6,
    PEER4,
    PEER6,
    PING4,
    TUNNEL,
    TUNNELED4,
    TUNNELED6,
)

from tunnel_monitor.contract import Outcome
from tunnel_monitor.testing.packets import (
    AH,
    TCP,
    UDP,
    VXLAN,
    VXLAN_HAS_POLICY,
    Ethernet,
    Fragment,
    IPv4,
    IPv6,
    destination_options,
    hop_by_hop,
    routing,
)

TRUNCATED: Final = Outcome.TRUNCATED
MALFORMED: Final = Outcome.MALFORMED

BROKEN_IPV4: Final = [
    other("ipv4 of version 5", MALFORMED, Ethernet(), IPv4(*PEERS4, version=5), *TUNNELED4),
    other("ipv4 of version 6", MALFORMED, Ethernet(), IPv4(*PEERS4, version=6), *TUNNELED4),
    other("ipv4 of version 0", MALFORMED, Ethernet(), IPv4(*PEERS4, version=0), *TUNNELED4),
    other("ipv4 of ihl 4", MALFORMED, Ethernet(), IPv4(*PEERS4, ihl=4), *TUNNELED4),
    other("ipv4 of ihl 0", MALFORMED, Ethernet(), IPv4(*PEERS4, ihl=0), *TUNNELED4),
    other("ipv4 shorter than itself", MALFORMED, Ethernet(), IPv4(total_length=19), *TUNNELED4),
    other("ipv4 of length 1", MALFORMED, Ethernet(), IPv4(*PEERS4, total_length=1), *TUNNELED4),
    other(
        "ipv4 shorter than its options",
        MALFORMED,
        *(Ethernet(), IPv4(*PEERS4, options=bytes(8), total_length=27), *TUNNELED4),
    ),
    other("ipv4 cut off", TRUNCATED, Ethernet(), PEER4, cut=1),
    other("ipv4 options cut off", TRUNCATED, Ethernet(), IPv4(options=bytes(8)), cut=1),
    other(
        "ipv4 options announced and not there", TRUNCATED, Ethernet(), IPv4(ihl=15, total_length=60)
    ),
    other(
        "tcp behind ipv4 options cut off",
        TRUNCATED,
        *OUTSIDE4[:1],
        IPv4(ihl=6, total_length=24, protocol=6),
    ),
    other(
        "ipv4 ends in front of udp",
        TRUNCATED,
        *(Ethernet(), IPv4(*PEERS4, total_length=20), *TUNNELED4),
    ),
    other("ipv4 ends in udp", TRUNCATED, Ethernet(), IPv4(*PEERS4, total_length=27), *TUNNELED4),
    other(
        "ipv4 ends in front of vxlan",
        TRUNCATED,
        *(Ethernet(), IPv4(*PEERS4, total_length=28), *TUNNELED4),
    ),
    other("ipv4 ends in vxlan", TRUNCATED, Ethernet(), IPv4(*PEERS4, total_length=35), *TUNNELED4),
]

BROKEN_IPV6: Final = [
    other("ipv6 of version 4", MALFORMED, Ethernet(), IPv6(*PEERS6, version=4), *TUNNELED6),
    other("ipv6 of version 7", MALFORMED, Ethernet(), IPv6(*PEERS6, version=7), *TUNNELED6),
    other("ipv6 of version 0", MALFORMED, Ethernet(), IPv6(*PEERS6, version=0), *TUNNELED6),
    other("ipv6 cut off", TRUNCATED, Ethernet(), PEER6, cut=1),
    other("ipv6 ends in udp", TRUNCATED, Ethernet(), IPv6(*PEERS6, payload_length=7), *TUNNELED6),
    other(
        "ipv6 ends in front of vxlan",
        TRUNCATED,
        *(Ethernet(), IPv6(*PEERS6, payload_length=8), *TUNNELED6),
    ),
    other(
        "ipv6 ends in vxlan", TRUNCATED, Ethernet(), IPv6(*PEERS6, payload_length=15), *TUNNELED6
    ),
    other(
        "ipv6 ends in an extension header",
        TRUNCATED,
        *(Ethernet(), IPv6(*PEERS6, payload_length=15), hop_by_hop(bytes(14)), *TUNNELED6),
    ),
    other("hop-by-hop cut off", TRUNCATED, Ethernet(), PEER6, hop_by_hop(), cut=1),
    other("hop-by-hop cut off behind a byte", TRUNCATED, Ethernet(), PEER6, hop_by_hop(), cut=7),
    other("hop-by-hop not there", TRUNCATED, Ethernet(), PEER6, hop_by_hop(), cut=8),
    other(
        "an extension header past the end",
        TRUNCATED,
        *(Ethernet(), PEER6, destination_options(), routing(PEER6.dst), TCP()),
        cut=21,
    ),
    other("ah cut off", TRUNCATED, Ethernet(), PEER6, AH(), TCP(), cut=21),
    other("a fragment header cut off", TRUNCATED, Ethernet(), PEER6, Fragment(), UDP(), cut=9),
    other(
        "nine extension headers",
        Outcome.TOO_MANY_EXTENSIONS,
        *(Ethernet(), PEER6, *[destination_options()] * 9, *TUNNELED6),
    ),
    other(
        "nine extension headers in front of tcp",
        Outcome.TOO_MANY_EXTENSIONS,
        *(
            Ethernet(),
            PEER6,
            hop_by_hop(),
            routing(PEER6.dst),
            AH(),
            Fragment(),
            *[AH()] * 5,
            TCP(),
        ),
    ),
    other(
        "a ninth extension header announced and not there",
        Outcome.TOO_MANY_EXTENSIONS,
        *(Ethernet(), PEER6, *[destination_options()] * 9),
        cut=8,
    ),
]

BROKEN_TUNNELS: Final = [
    other("udp ends in its header", TRUNCATED, *OUTSIDE4[:2], UDP(length=4), TUNNEL, *PING4),
    other("udp ends in front of vxlan", TRUNCATED, *OUTSIDE4[:2], UDP(length=8), TUNNEL, *PING4),
    other("udp ends in vxlan", TRUNCATED, *OUTSIDE6[:2], UDP(length=15), TUNNEL, *PING4),
    other("udp cut off", TRUNCATED, Ethernet(), PEER4, UDP(dport=4789), cut=1),
    other("udp to another port cut off", TRUNCATED, Ethernet(), PEER4, UDP(dport=53), cut=1),
    other("udp not there", TRUNCATED, Ethernet(), PEER6, UDP(dport=4789), cut=8),
    other("vxlan cut off", TRUNCATED, *OUTSIDE4, cut=1),
    other("vxlan cut off behind its flags", TRUNCATED, *OUTSIDE6, cut=7),
    other("vxlan not there", TRUNCATED, *OUTSIDE4, cut=8),
    other("vxlan without a vni", Outcome.NO_VNI, *OUTSIDE4[:3], VXLAN(10001, flags=0), *PING4),
    other("vxlan over ipv6 without a vni", Outcome.NO_VNI, *OUTSIDE6[:3], VXLAN(flags=0), *PING4),
    other(
        "vxlan with a policy and without a vni",
        Outcome.NO_VNI,
        *(*OUTSIDE4[:3], VXLAN(10001, flags=VXLAN_HAS_POLICY), *PING4),
    ),
    other(
        "vxlan with every flag but that of the vni",
        Outcome.NO_VNI,
        *(*OUTSIDE4[:3], VXLAN(10001, flags=0xF7, reserved1=0xFF, reserved2=0xFF), *PING4),
    ),
]

SHORT: Final = [
    other("nothing at all", TRUNCATED),
    other("one byte", TRUNCATED, Ethernet(), cut=13),
    other("ethernet cut off", TRUNCATED, Ethernet(), cut=1),
    other("ipv4 announced and not there", TRUNCATED, Ethernet(), PEER4, cut=20),
    other("ipv6 announced and not there", TRUNCATED, Ethernet(), PEER6, cut=40),
]

CASES: Final[list[Case]] = [*BROKEN_IPV4, *BROKEN_IPV6, *BROKEN_TUNNELS, *SHORT]
