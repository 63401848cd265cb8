"""Packets judged before any tunnel is open: no tunnel, or too little to tell."""

from __future__ import annotations

from typing import Final

from tests.packets.expected import PEERS4, PEERS6, Case, other
from tests.packets.stacks import (
    OUTSIDE4,
    PEER4,
    PEER6,
    PING4,
    TUNNEL,
    TUNNELED4,
    TUNNELED6,
)

from tunnel_monitor.contract import Outcome
from tunnel_monitor.testing.packets import (
    ARP,
    ICMP,
    NO_NEXT_HEADER,
    TCP,
    UDP,
    VLAN,
    Ethernet,
    Extension,
    Fragment,
    ICMPv6,
    IPv4,
    IPv6,
    NeighborSolicitation,
    destination_options,
    hop_by_hop,
    payload,
    routing,
    service_vlan,
)

NOT_TUNNELED: Final = Outcome.NOT_TUNNELED
TRUNCATED: Final = Outcome.TRUNCATED

NOT_IP: Final = [
    other("arp", NOT_TUNNELED, Ethernet(minimum=60), ARP()),
    other("arp cut off", NOT_TUNNELED, Ethernet(), ARP(), cut=20),
    other("lldp", NOT_TUNNELED, Ethernet(type=0x88CC), payload(40)),
    other("802.3 length and llc", NOT_TUNNELED, Ethernet(type=38), payload(46)),
    other("unknown ethertype", NOT_TUNNELED, Ethernet(), payload(46)),
    other("ethertype alone", NOT_TUNNELED, Ethernet()),
    other("tagged arp", NOT_TUNNELED, Ethernet(), VLAN(100), ARP()),
]

NO_TUNNEL: Final = [
    other("tcp over ipv4", NOT_TUNNELED, Ethernet(), PEER4, TCP(), payload(10)),
    other("tcp over ipv6", NOT_TUNNELED, Ethernet(), PEER6, TCP(), payload(10)),
    other("tcp over ipv4 cut off", NOT_TUNNELED, Ethernet(), PEER4, TCP(), cut=17),
    other("tcp over ipv6 cut off", NOT_TUNNELED, Ethernet(), PEER6, TCP(), cut=17),
    other("tcp announced and not there", NOT_TUNNELED, Ethernet(), PEER4, TCP(), cut=20),
    other("tcp to port 4789", NOT_TUNNELED, Ethernet(), PEER4, TCP(dport=4789), *PING4),
    other("icmp", NOT_TUNNELED, Ethernet(), PEER4, ICMP(), payload(56)),
    other("icmpv6", NOT_TUNNELED, Ethernet(), PEER6, ICMPv6(), payload(56)),
    other("neighbor solicitation", NOT_TUNNELED, Ethernet(), PEER6, NeighborSolicitation()),
    other("esp over ipv4", NOT_TUNNELED, Ethernet(), IPv4(protocol=50), payload(40)),
    other("esp over ipv6", NOT_TUNNELED, Ethernet(), IPv6(next_header=50), payload(40)),
    other("sctp", NOT_TUNNELED, Ethernet(), IPv4(protocol=132), payload(40)),
    other("udp-lite", NOT_TUNNELED, Ethernet(), IPv4(*PEERS4, protocol=136), *TUNNELED4),
    other(
        "udp-lite over ipv6",
        NOT_TUNNELED,
        *(Ethernet(), IPv6(*PEERS6, next_header=136), *TUNNELED6),
    ),
    other("unknown protocol", NOT_TUNNELED, Ethernet(), PEER4, payload(40)),
    other("ipv4 alone", NOT_TUNNELED, Ethernet(), PEER4),
    other("ipv6 alone", NOT_TUNNELED, Ethernet(), IPv6(next_header=NO_NEXT_HEADER)),
    other(
        "no next header in front of a tunnel",
        NOT_TUNNELED,
        *(Ethernet(), IPv6(*PEERS6, next_header=NO_NEXT_HEADER), *TUNNELED6),
    ),
    other(
        "no next header behind an extension header",
        NOT_TUNNELED,
        *(Ethernet(), PEER6, hop_by_hop(), Extension(60, next_header=NO_NEXT_HEADER), *TUNNELED6),
    ),
    other(
        "icmp error quoting a tunnel", NOT_TUNNELED, *OUTSIDE4[:2], ICMP(3, 4), PEER4, *TUNNELED4
    ),
]

PORTS: Final = [
    other("dns over ipv4", NOT_TUNNELED, Ethernet(), PEER4, UDP(dport=53), payload(30)),
    other("dns over ipv6", NOT_TUNNELED, Ethernet(), PEER6, UDP(dport=53), payload(30)),
    other("udp without data", NOT_TUNNELED, Ethernet(), PEER4, UDP(dport=53)),
    other(
        "vxlan's port as source only, ipv4",
        NOT_TUNNELED,
        *(Ethernet(), PEER4, UDP(sport=4789, dport=40000), TUNNEL, *PING4),
    ),
    other(
        "vxlan's port as source only, ipv6",
        NOT_TUNNELED,
        *(Ethernet(), PEER6, UDP(sport=8472, dport=40000), TUNNEL, *PING4),
    ),
    other(
        "vxlan's port with its bytes swapped",
        NOT_TUNNELED,
        *(Ethernet(), PEER4, UDP(dport=0xB512), TUNNEL, *PING4),
    ),
    other("udp to port 0", NOT_TUNNELED, Ethernet(), PEER4, UDP(dport=0), TUNNEL, *PING4),
    other("udp to port 65535", NOT_TUNNELED, Ethernet(), PEER4, UDP(dport=65535), *PING4),
]

TAGS: Final = [
    other("three tags and tcp", NOT_TUNNELED, Ethernet(), VLAN(1), VLAN(2), VLAN(3), PEER4, TCP()),
    other(
        "four tags",
        Outcome.TOO_MANY_TAGS,
        *(Ethernet(), VLAN(1), VLAN(2), VLAN(3), VLAN(4), *OUTSIDE4[1:], *PING4),
    ),
    other(
        "four tags of all kinds",
        Outcome.TOO_MANY_TAGS,
        *(Ethernet(), VLAN(1, tpid=0x9100), service_vlan(2), VLAN(3), service_vlan(4), *PING4[1:]),
    ),
    other(
        "four tags in front of arp",
        Outcome.TOO_MANY_TAGS,
        *(Ethernet(), VLAN(1), VLAN(2), VLAN(3), VLAN(4), ARP()),
    ),
    other(
        "a fourth tag announced and not there",
        Outcome.TOO_MANY_TAGS,
        *(Ethernet(), VLAN(1), VLAN(2), VLAN(3, type=0x8100)),
    ),
    other("a tag announced and not there", TRUNCATED, Ethernet(type=0x8100)),
    other("a tag cut off", TRUNCATED, Ethernet(), VLAN(1), cut=1),
    other("a second tag cut off", TRUNCATED, Ethernet(), service_vlan(1), VLAN(1), cut=2),
    other("tagged ipv4 cut off", TRUNCATED, Ethernet(), VLAN(1), PEER4, cut=1),
    other("a tag announcing 0x9200", NOT_TUNNELED, Ethernet(), VLAN(1, tpid=0x9200), *PING4[1:]),
]

FRAGMENTS: Final = [
    other(
        "later fragment of udp over ipv4",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), IPv4(*PEERS4, offset=185, more_fragments=True, protocol=17), payload(64)),
    ),
    other(
        "last fragment of udp over ipv4",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), IPv4(*PEERS4, offset=1, protocol=17), payload(64)),
    ),
    other(
        "last fragment of udp over ipv4, at the largest offset",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), IPv4(*PEERS4, offset=0x1FFF, protocol=17), payload(4)),
    ),
    other(
        "last fragment at an offset whose low byte is 0",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), IPv4(*PEERS4, offset=0x0100), *TUNNELED4),
    ),
    other(
        "a later fragment that looks like a tunnel",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), IPv4(*PEERS4, offset=3), *TUNNELED4),
    ),
    other(
        "a later fragment of nothing",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), IPv4(*PEERS4, offset=3, protocol=17)),
    ),
    other("later fragment of tcp over ipv4", NOT_TUNNELED, Ethernet(), IPv4(offset=185), TCP()),
    other("later fragment of icmp over ipv4", NOT_TUNNELED, Ethernet(), IPv4(offset=185), ICMP()),
    other("first fragment of tcp", NOT_TUNNELED, Ethernet(), IPv4(more_fragments=True), TCP()),
    other(
        "first fragment of udp, cut off",
        TRUNCATED,
        *(Ethernet(), IPv4(*PEERS4, more_fragments=True), UDP(dport=4789)),
        cut=1,
    ),
    other(
        "later fragment of udp over ipv6",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), PEER6, Fragment(offset=185, more=True, next_header=17), payload(64)),
    ),
    other(
        "last fragment of udp over ipv6, at the largest offset",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), PEER6, Fragment(offset=0x1FFF, next_header=17), payload(4)),
    ),
    other(
        "last fragment of udp over ipv6, at the smallest offset",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), PEER6, Fragment(offset=1, next_header=17)),
    ),
    other(
        "later fragment of udp behind extension headers",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), PEER6, hop_by_hop(), routing(PEER6.dst), Fragment(offset=2), *TUNNELED6),
    ),
    other(
        "later fragment of tcp over ipv6",
        NOT_TUNNELED,
        *(Ethernet(), PEER6, Fragment(offset=185), TCP()),
    ),
    other(
        "later fragment of destination options",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), PEER6, Fragment(offset=2, next_header=60), *TUNNELED6),
    ),
    other(
        "later fragment that looks like an extension header and a tunnel",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), PEER6, Fragment(offset=2), destination_options(), *TUNNELED6),
    ),
    other(
        "later fragment in the eighth extension header, of what looks like a ninth",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), PEER6, *[destination_options()] * 7),
        *(Fragment(offset=2), destination_options(), *TUNNELED6),
    ),
    other(
        "later fragment in the eighth extension header",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), PEER6, *[destination_options()] * 7, Fragment(offset=2), *TUNNELED6),
    ),
    other(
        "later fragment in the ninth extension header",
        Outcome.TOO_MANY_EXTENSIONS,
        *(Ethernet(), PEER6, *[destination_options()] * 8, Fragment(offset=2), *TUNNELED6),
    ),
]

CASES: Final[list[Case]] = [
    *NOT_IP,
    *NO_TUNNEL,
    *PORTS,
    *TAGS,
    *FRAGMENTS,
]
