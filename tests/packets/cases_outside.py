"""Packets judged before any tunnel is open: no tunnel, or a reason why not."""

from __future__ import annotations

from typing import Final

from tests.packets.expected import PEERS4, PEERS6, Case, other
from tests.packets.stacks import OUTSIDE4, OUTSIDE6, PEER4, PEER6, PING4, TUNNEL

from tunnel_monitor.contract import Outcome
from tunnel_monitor.testing.packets import (
    AH,
    ARP,
    ICMP,
    NO_NEXT_HEADER,
    TCP,
    UDP,
    VLAN,
    VXLAN,
    VXLAN_HAS_POLICY,
    Ethernet,
    Fragment,
    ICMPv6,
    IPv4,
    IPv6,
    Layer,
    NeighborSolicitation,
    Raw,
    destination_options,
    hop_by_hop,
    payload,
    routing,
    service_vlan,
)

NOT_TUNNELED: Final = Outcome.NOT_TUNNELED
TRUNCATED: Final = Outcome.TRUNCATED
MALFORMED: Final = Outcome.MALFORMED

# What stands behind the outer IP header of a tunnelled ping.
TUNNELED: Final[tuple[Layer, ...]] = (UDP(), TUNNEL, *PING4)

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
    other("unknown protocol", NOT_TUNNELED, Ethernet(), PEER4, payload(40)),
    other("ipv4 alone", NOT_TUNNELED, Ethernet(), PEER4),
    other("ipv6 alone", NOT_TUNNELED, Ethernet(), IPv6(next_header=NO_NEXT_HEADER)),
    other(
        "no next header in front of a tunnel",
        NOT_TUNNELED,
        *(Ethernet(), IPv6(*PEERS6, next_header=NO_NEXT_HEADER), *TUNNELED),
    ),
    other(
        "no next header behind an extension header",
        NOT_TUNNELED,
        *(Ethernet(), PEER6, hop_by_hop(), destination_options()),
        Raw(b""),
    ),
    other("icmp error quoting a tunnel", NOT_TUNNELED, *OUTSIDE4[:2], ICMP(3, 4), PEER4, *TUNNELED),
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

BROKEN_IPV4: Final = [
    other("ipv4 of version 5", MALFORMED, Ethernet(), IPv4(*PEERS4, version=5), *TUNNELED),
    other("ipv4 of version 6", MALFORMED, Ethernet(), IPv4(*PEERS4, version=6), *TUNNELED),
    other("ipv4 of version 0", MALFORMED, Ethernet(), IPv4(*PEERS4, version=0), *TUNNELED),
    other("ipv4 of ihl 4", MALFORMED, Ethernet(), IPv4(*PEERS4, ihl=4), *TUNNELED),
    other("ipv4 of ihl 0", MALFORMED, Ethernet(), IPv4(*PEERS4, ihl=0), *TUNNELED),
    other("ipv4 shorter than itself", MALFORMED, Ethernet(), IPv4(total_length=19), *TUNNELED),
    other("ipv4 of length 1", MALFORMED, Ethernet(), IPv4(*PEERS4, total_length=1), *TUNNELED),
    other(
        "ipv4 shorter than its options",
        MALFORMED,
        *(Ethernet(), IPv4(*PEERS4, options=bytes(8), total_length=27), *TUNNELED),
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
        *(Ethernet(), IPv4(*PEERS4, total_length=20), *TUNNELED),
    ),
    other("ipv4 ends in udp", TRUNCATED, Ethernet(), IPv4(*PEERS4, total_length=27), *TUNNELED),
    other(
        "ipv4 ends in front of vxlan",
        TRUNCATED,
        *(Ethernet(), IPv4(*PEERS4, total_length=28), *TUNNELED),
    ),
    other("ipv4 ends in vxlan", TRUNCATED, Ethernet(), IPv4(*PEERS4, total_length=35), *TUNNELED),
]

BROKEN_IPV6: Final = [
    other("ipv6 of version 4", MALFORMED, Ethernet(), IPv6(*PEERS6, version=4), *TUNNELED),
    other("ipv6 of version 7", MALFORMED, Ethernet(), IPv6(*PEERS6, version=7), *TUNNELED),
    other("ipv6 of version 0", MALFORMED, Ethernet(), IPv6(*PEERS6, version=0), *TUNNELED),
    other("ipv6 cut off", TRUNCATED, Ethernet(), PEER6, cut=1),
    other("ipv6 ends in udp", TRUNCATED, Ethernet(), IPv6(*PEERS6, payload_length=7), *TUNNELED),
    other(
        "ipv6 ends in front of vxlan",
        TRUNCATED,
        *(Ethernet(), IPv6(*PEERS6, payload_length=8), *TUNNELED),
    ),
    other("ipv6 ends in vxlan", TRUNCATED, Ethernet(), IPv6(*PEERS6, payload_length=15), *TUNNELED),
    other(
        "ipv6 ends in an extension header",
        TRUNCATED,
        *(Ethernet(), IPv6(*PEERS6, payload_length=15), hop_by_hop(bytes(14)), *TUNNELED),
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
        *(Ethernet(), PEER6, *[destination_options()] * 9, *TUNNELED),
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
        *(Ethernet(), IPv4(*PEERS4, offset=0x0100, protocol=17), payload(64)),
    ),
    other(
        "a later fragment that looks like a tunnel",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), IPv4(*PEERS4, offset=3), *TUNNELED),
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
        *(Ethernet(), PEER6, hop_by_hop(), routing(PEER6.dst), Fragment(offset=2), *TUNNELED),
    ),
    other(
        "later fragment of tcp over ipv6",
        NOT_TUNNELED,
        *(Ethernet(), PEER6, Fragment(offset=185), TCP()),
    ),
    other(
        "later fragment of destination options",
        NOT_TUNNELED,
        *(Ethernet(), PEER6, Fragment(offset=2, next_header=60), *TUNNELED),
    ),
    other(
        "later fragment that looks like an extension header and a tunnel",
        NOT_TUNNELED,
        *(Ethernet(), PEER6, Fragment(offset=2), destination_options(), *TUNNELED),
    ),
    other(
        "later fragment in the eighth extension header, of what looks like a ninth",
        NOT_TUNNELED,
        *(Ethernet(), PEER6, *[destination_options()] * 7),
        *(Fragment(offset=2), destination_options(), *TUNNELED),
    ),
    other(
        "later fragment in the eighth extension header",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), PEER6, *[destination_options()] * 7, Fragment(offset=2), *TUNNELED),
    ),
    other(
        "later fragment in the ninth extension header",
        Outcome.TOO_MANY_EXTENSIONS,
        *(Ethernet(), PEER6, *[destination_options()] * 8, Fragment(offset=2), *TUNNELED),
    ),
]

BROKEN_TUNNELS: Final = [
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

CASES: Final[list[Case]] = [
    *NOT_IP,
    *NO_TUNNEL,
    *PORTS,
    *TAGS,
    *BROKEN_IPV4,
    *BROKEN_IPV6,
    *FRAGMENTS,
    *BROKEN_TUNNELS,
    *SHORT,
]
