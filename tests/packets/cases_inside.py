"""What may stand behind a tunnel header: an inner pair of addresses, or none."""

from __future__ import annotations

from typing import Final

from tests.packets.expected import ENDPOINTS4, ENDPOINTS6, NO_INNER, PEERS4, PEERS6, Case, flow
from tests.packets.stacks import END4, END6, OUTSIDE4, OUTSIDE6, PING4, PING6, TCP4

from tunnel_monitor.testing.packets import (
    AH,
    ARP,
    ICMP,
    NO_NEXT_HEADER,
    TCP,
    UDP,
    VLAN,
    VXLAN,
    Ethernet,
    Fragment,
    IPv4,
    IPv6,
    Layer,
    NeighborSolicitation,
    destination_options,
    hop_by_hop,
    payload,
    routing,
    service_vlan,
)


def without(name: str, *inside: Layer, cut: int = 0) -> Case:
    """A tunnelled frame in which no IP header can be read."""
    return flow(name, OUTSIDE4, inside, inner=NO_INNER, cut=cut)


def without6(name: str, *inside: Layer, cut: int = 0) -> Case:
    """The same over IPv6."""
    return flow(name, OUTSIDE6, inside, outer=PEERS6, inner=NO_INNER, cut=cut)


def inside4(name: str, *inside: Layer, cut: int = 0) -> Case:
    """A tunnelled frame with the usual inner IPv4 addresses."""
    return flow(name, OUTSIDE4, inside, inner=ENDPOINTS4, cut=cut)


def inside6(name: str, *inside: Layer, cut: int = 0) -> Case:
    """A tunnelled frame with the usual inner IPv6 addresses, over IPv6."""
    return flow(name, OUTSIDE6, inside, outer=PEERS6, inner=ENDPOINTS6, cut=cut)


NOT_IP: Final = [
    without("arp inside", Ethernet(dst="ff:ff:ff:ff:ff:ff"), ARP()),
    without("arp inside, padded", Ethernet(minimum=60), ARP()),
    without("lldp inside", Ethernet(type=0x88CC), payload(46)),
    without("802.3 length and llc inside", Ethernet(type=38), payload(46)),
    without("unknown ethertype inside", Ethernet(), payload(46)),
    without("tagged arp inside", Ethernet(), VLAN(5), ARP()),
    without6("arp in ipv6", Ethernet(), ARP()),
]

SHORT: Final = [
    without("nothing behind vxlan"),
    without6("nothing behind vxlan over ipv6"),
    without("inner ethernet cut off", Ethernet(), cut=1),
    without("inner ethernet alone", Ethernet()),
    without("inner tag announced and not there", Ethernet(type=0x8100)),
    without("inner tag cut off", Ethernet(), VLAN(5), cut=1),
    without("inner ipv4 announced and not there", Ethernet(type=0x0800)),
    without("inner ipv4 cut off", Ethernet(), END4, cut=1),
    without("inner ipv6 announced and not there", Ethernet(type=0x86DD)),
    without("inner ipv6 cut off", Ethernet(), END6, cut=1),
    without("inner ipv4 options cut off", Ethernet(), IPv4(options=bytes(8)), cut=1),
    without("inner ipv4 options not there", Ethernet(), IPv4(ihl=6, protocol=6)),
    inside4("inner ipv4 alone", Ethernet(), END4),
    inside4("inner ipv4 with options alone", Ethernet(), IPv4(*ENDPOINTS4, bytes(40))),
    inside6("inner ipv6 alone", Ethernet(), END6),
]

# Like the commonest packets but for what announces or describes the inner header.
LOOKALIKES: Final = [
    without("inner ipv4 announced as something else", Ethernet(type=0x88B5), *PING4[1:]),
    without("inner ipv4 announced as ipv6", Ethernet(type=0x86DD), *PING4[1:]),
    without6("inner ipv6 announced as something else", Ethernet(type=0x88B5), *PING6[1:]),
    without6("inner ipv6 announced as ipv4", Ethernet(type=0x0800), *PING6[1:]),
    without6("inner ipv6 of version 5", Ethernet(), IPv6(version=5), *PING6[2:]),
    without6("inner ipv6 of version 7", Ethernet(), IPv6(version=7), *PING6[2:]),
]

BROKEN: Final = [
    without("inner ipv4 of version 6", Ethernet(), IPv4(version=6), ICMP()),
    without("inner ipv4 of version 0", Ethernet(), IPv4(version=0), ICMP()),
    without("inner ipv4 of ihl 4", Ethernet(), IPv4(ihl=4), ICMP()),
    without("inner ipv4 shorter than itself", Ethernet(), IPv4(total_length=19), ICMP()),
    without(
        "inner ipv4 shorter than its options",
        *(Ethernet(), IPv4(options=bytes(4), total_length=23), ICMP()),
    ),
    without("inner ipv6 of version 4", Ethernet(), IPv6(version=4), ICMP()),
    without("inner ipv6 of version 0", Ethernet(), IPv6(version=0), ICMP()),
]

TAGS: Final = [
    inside4("inner tag", Ethernet(), VLAN(5), *PING4[1:]),
    inside6("inner tag in ipv6", Ethernet(), VLAN(5), *PING6[1:]),
    inside4("inner qinq", Ethernet(), service_vlan(6), VLAN(5), *PING4[1:]),
    inside4("three inner tags", Ethernet(), VLAN(1, tpid=0x9100), VLAN(2), VLAN(3), *PING4[1:]),
    without("four inner tags", Ethernet(), VLAN(1), VLAN(2), VLAN(3), VLAN(4), *PING4[1:]),
    without("a fourth inner tag not there", Ethernet(), VLAN(1), VLAN(2), VLAN(3, type=0x8100)),
    flow(
        "three tags on both sides",
        (Ethernet(), VLAN(1), VLAN(2), VLAN(3), *OUTSIDE4[1:]),
        (Ethernet(), VLAN(4), VLAN(5), VLAN(6), *PING4[1:]),
    ),
    flow(
        "three tags and four behind",
        (Ethernet(), VLAN(1), VLAN(2), VLAN(3), *OUTSIDE4[1:]),
        (Ethernet(), VLAN(4), VLAN(5), VLAN(6), VLAN(7), *PING4[1:]),
        inner=NO_INNER,
    ),
]

IP4: Final = [
    inside4("inner ipv4 with an option", Ethernet(), IPv4(*ENDPOINTS4, bytes(4)), TCP()),
    inside4("inner ipv4 of length 0", Ethernet(), IPv4(*ENDPOINTS4, total_length=0), TCP()),
    inside4("inner ipv4 too long", Ethernet(), IPv4(*ENDPOINTS4, total_length=65535), TCP()),
    inside4("inner ipv4 padded", Ethernet(minimum=60), END4, ICMP()),
    inside4("inner first fragment", Ethernet(), IPv4(more_fragments=True), UDP(), payload(8)),
    inside4("inner later fragment", Ethernet(), IPv4(offset=185, protocol=17), payload(64)),
    inside4("inner don't fragment", Ethernet(), IPv4(dont_fragment=True), *TCP4[2:]),
    inside4("inner esp", Ethernet(), IPv4(protocol=50), payload(40)),
    inside4("inner unknown protocol", Ethernet(), END4, payload(40)),
    inside4("inner tcp cut off", Ethernet(), END4, TCP(), cut=1),
    inside4("inner tcp not there", Ethernet(), END4, TCP(), cut=20),
    inside4("inner udp cut off", Ethernet(), END4, UDP(dport=4789), cut=1),
    inside4("inner udp not there", Ethernet(), END4, UDP(dport=4789), cut=8),
    inside4("inner dns", Ethernet(), END4, UDP(dport=53), payload(30)),
    inside4("inner icmp error quoting udp", Ethernet(), END4, ICMP(3, 3), IPv4("10.9.9.9"), UDP()),
    inside4("inner tos and ttl", *PING4[:1], IPv4(*ENDPOINTS4, tos=255, ttl=255), TCP()),
    flow(
        "inner multicast",
        OUTSIDE4,
        (Ethernet(), IPv4("192.168.0.1", "224.0.0.251"), UDP(dport=5353), payload(40)),
        inner=("192.168.0.1", "224.0.0.251"),
    ),
    flow(
        "inner addresses equal the outer ones",
        OUTSIDE4,
        (Ethernet(), IPv4("172.16.1.100", "172.16.1.101"), ICMP()),
        inner=("172.16.1.100", "172.16.1.101"),
    ),
]

IP6: Final = [
    inside6("inner neighbor solicitation", Ethernet(), END6, NeighborSolicitation()),
    inside6("inner no next header", Ethernet(), IPv6(next_header=NO_NEXT_HEADER), payload(8)),
    inside6("inner esp over ipv6", Ethernet(), IPv6(next_header=50), payload(40)),
    inside6("inner extension headers", *PING6[:2], hop_by_hop(), routing(END6.dst), *PING6[2:]),
    inside6("eight inner extension headers", *PING6[:2], *[AH()] * 8, *PING6[2:]),
    inside6("nine inner extension headers", *PING6[:2], *[AH()] * 9, *PING6[2:]),
    inside6("inner extension header cut off", Ethernet(), END6, hop_by_hop(), cut=1),
    inside6("inner extension header not there", Ethernet(), END6, destination_options(), cut=8),
    inside6("inner ipv6 of length 0", Ethernet(), IPv6(payload_length=0), *PING6[2:]),
    inside6("inner ipv6 of length 1", Ethernet(), IPv6(payload_length=1), *PING6[2:]),
    inside6("inner ipv6 too long", Ethernet(), IPv6(payload_length=65535), *PING6[2:]),
    inside6("inner first fragment over ipv6", *PING6[:2], Fragment(more=True), *PING6[2:]),
    inside6("inner later fragment over ipv6", *PING6[:2], Fragment(offset=9), *PING6[2:]),
    inside6("inner fragment header cut off", *PING6[:2], Fragment(offset=9), cut=1),
    inside6("inner udp over ipv6 cut off", Ethernet(), END6, UDP(dport=4789), cut=1),
    flow(
        "inner unspecified address",
        OUTSIDE6,
        (Ethernet(), IPv6("::", "ff02::1:ff00:2"), NeighborSolicitation()),
        outer=PEERS6,
        inner=("::", "ff02::1:ff00:2"),
    ),
    flow(
        "inner addresses that map ipv4",
        OUTSIDE4,
        (Ethernet(), IPv6("::ffff:192.0.2.1", "::ffff:192.0.2.2"), TCP()),
        inner=("192.0.2.1", "192.0.2.2"),
    ),
]

# A second tunnel header that opens nothing: the flow is that of the first.
NO_SECOND_TUNNEL: Final = [
    inside4("inner vxlan cut off", Ethernet(), END4, UDP(), VXLAN(), cut=1),
    inside4("inner vxlan not there", Ethernet(), END4, UDP(), VXLAN(), cut=8),
    inside4("inner vxlan without a vni", Ethernet(), END4, UDP(), VXLAN(flags=0), *PING4),
    inside6("inner vxlan in ipv6 cut off", Ethernet(), END6, UDP(), VXLAN(), cut=1),
    inside6("inner vxlan in ipv6 without a vni", *PING6[:2], UDP(), VXLAN(flags=0xF7), *PING4),
    inside4("inner vxlan's port as source", *PING4[:2], UDP(4789, 40000), VXLAN(), *PING4),
    inside4("inner vxlan in a later fragment", Ethernet(), IPv4(offset=2), UDP(), VXLAN(), *PING4),
    inside6("inner vxlan in a later fragment over ipv6", *PING6[:2], Fragment(2), UDP(), VXLAN()),
    inside4(
        "inner vxlan behind the end of inner ipv4",
        *(Ethernet(), IPv4(total_length=28), UDP(), VXLAN(), *PING4),
    ),
    inside4(
        "inner ipv4 ends in the inner vxlan header",
        *(Ethernet(), IPv4(total_length=35), UDP(), VXLAN(), *PING4),
    ),
    inside6(
        "inner vxlan behind the end of inner ipv6",
        *(Ethernet(), IPv6(payload_length=8), UDP(), VXLAN(), *PING4),
    ),
    flow(
        "inner vxlan behind the end of outer ipv4",
        (Ethernet(), IPv4(*PEERS4, total_length=78), *OUTSIDE4[2:]),
        (Ethernet(), END4, UDP(), VXLAN(), *PING4),
    ),
    flow(
        "inner vxlan behind the end of outer ipv6",
        (Ethernet(), IPv6(*PEERS6, payload_length=78), *OUTSIDE6[2:]),
        (Ethernet(), END6, UDP(), VXLAN(), *PING4),
        outer=PEERS6,
        inner=ENDPOINTS6,
    ),
    inside6(
        "inner vxlan behind nine extension headers",
        *(Ethernet(), END6, *[destination_options()] * 9, UDP(), VXLAN(), *PING4),
    ),
    without(
        "inner vxlan behind inner ipv4 of version 5", *PING4[:1], IPv4(version=5), UDP(), VXLAN()
    ),
]

CASES: Final[list[Case]] = [
    *NOT_IP,
    *SHORT,
    *LOOKALIKES,
    *BROKEN,
    *TAGS,
    *IP4,
    *IP6,
    *NO_SECOND_TUNNEL,
]
