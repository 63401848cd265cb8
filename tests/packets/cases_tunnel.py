"""What may stand outside and in the tunnel header of a packet that becomes a flow."""

from __future__ import annotations

from typing import Final

from tests.packets.expected import (
    ENDPOINTS4,
    ENDPOINTS6,
    NO_INNER,
    PEERS4,
    PEERS6,
    Case,
    flow,
)
from tests.packets.stacks import (
    OUTSIDE4,
    OUTSIDE6,
    PEER6,
    PING4,
    PING6,
    TCP4,
    TCP6,
    TUNNEL,
)

from tunnel_monitor.testing.packets import (
    AH,
    UDP,
    VLAN,
    VXLAN,
    VXLAN_HAS_POLICY,
    VXLAN_HAS_VNI,
    Ethernet,
    Extension,
    Fragment,
    IPv4,
    IPv6,
    Layer,
    destination_options,
    hop_by_hop,
    routing,
    service_vlan,
)

FAMILIES: Final = [
    flow("ping, ipv4 in ipv4", OUTSIDE4, PING4),
    flow("ping, ipv6 in ipv4", OUTSIDE4, PING6, inner=ENDPOINTS6),
    flow("ping, ipv4 in ipv6", OUTSIDE6, PING4, outer=PEERS6),
    flow("ping, ipv6 in ipv6", OUTSIDE6, PING6, outer=PEERS6, inner=ENDPOINTS6),
    flow("tcp, ipv4 in ipv4", OUTSIDE4, TCP4),
    flow("tcp, ipv6 in ipv4", OUTSIDE4, TCP6, inner=ENDPOINTS6),
    flow("tcp, ipv4 in ipv6", OUTSIDE6, TCP4, outer=PEERS6),
    flow("tcp, ipv6 in ipv6", OUTSIDE6, TCP6, outer=PEERS6, inner=ENDPOINTS6),
]


def over4(name: str, *outside: Layer) -> Case:
    """A tunnelled ping whose headers outside are special."""
    return flow(name, outside, PING4)


def over6(name: str, *extensions: Layer) -> Case:
    """A tunnelled ping behind IPv6 extension headers."""
    return flow(name, (Ethernet(), PEER6, *extensions, UDP(), TUNNEL), PING4, outer=PEERS6)


PORTS: Final = [
    over4("linux's old port", *OUTSIDE4[:2], UDP(dport=8472), TUNNEL),
    flow(
        "linux's old port over ipv6", (*OUTSIDE6[:2], UDP(dport=8472), TUNNEL), PING4, outer=PEERS6
    ),
    over4("both ports 4789", *OUTSIDE4[:2], UDP(sport=4789), TUNNEL),
    over4("another tunnel's port as source", *OUTSIDE4[:2], UDP(sport=6081), TUNNEL),
    over4("source port 0", *OUTSIDE4[:2], UDP(sport=0), TUNNEL),
    over4("no udp checksum", *OUTSIDE4[:2], UDP(checksum=0), TUNNEL),
    flow(
        "no udp checksum over ipv6", (*OUTSIDE6[:2], UDP(checksum=0), TUNNEL), PING4, outer=PEERS6
    ),
    over4("wrong checksums", Ethernet(), IPv4(*PEERS4, checksum=1), UDP(checksum=1), TUNNEL),
    over4("udp length 0", *OUTSIDE4[:2], UDP(length=0), TUNNEL),
    over4("udp length too small", *OUTSIDE4[:2], UDP(length=4), TUNNEL),
    over4("udp length too large", *OUTSIDE4[:2], UDP(length=65535), TUNNEL),
]

TAGS: Final = [
    over4("a tag", Ethernet(), VLAN(100), *OUTSIDE4[1:]),
    over4("a tag with priority alone", Ethernet(), VLAN(0, priority=7), *OUTSIDE4[1:]),
    over4(
        "a tag with every bit",
        Ethernet(),
        VLAN(4095, priority=7, drop_eligible=True),
        *OUTSIDE4[1:],
    ),
    over4("a service tag", Ethernet(), service_vlan(100), *OUTSIDE4[1:]),
    over4("a tag of the old kind", Ethernet(), VLAN(100, tpid=0x9100), *OUTSIDE4[1:]),
    over4("qinq", Ethernet(), service_vlan(200), VLAN(100), *OUTSIDE4[1:]),
    over4("qinq of customer tags", Ethernet(), VLAN(200), VLAN(100), *OUTSIDE4[1:]),
    over4("three tags", Ethernet(), service_vlan(1), VLAN(2, tpid=0x9100), VLAN(3), *OUTSIDE4[1:]),
    flow(
        "a tag over ipv6",
        (Ethernet(), VLAN(100), *OUTSIDE6[1:]),
        PING6,
        outer=PEERS6,
        inner=ENDPOINTS6,
    ),
    flow(
        "qinq over ipv6",
        (Ethernet(), service_vlan(200), VLAN(100), *OUTSIDE6[1:]),
        PING4,
        outer=PEERS6,
    ),
]

ROUTER_ALERT: Final = b"\x94\x04\x00\x00"

IP: Final = [
    over4("ipv4 with an option", Ethernet(), IPv4(*PEERS4, ROUTER_ALERT), *OUTSIDE4[2:]),
    over4("ipv4 with 40 bytes of options", Ethernet(), IPv4(*PEERS4, b"\1" * 40), *OUTSIDE4[2:]),
    flow(
        "ipv6 behind ipv4 with an option",
        (Ethernet(), IPv4(*PEERS4, ROUTER_ALERT), *OUTSIDE4[2:]),
        PING6,
        inner=ENDPOINTS6,
    ),
    over4("don't fragment", Ethernet(), IPv4(*PEERS4, dont_fragment=True), *OUTSIDE4[2:]),
    over4("the reserved bit", Ethernet(), IPv4(*PEERS4, reserved_bit=True), *OUTSIDE4[2:]),
    over4("first fragment", Ethernet(), IPv4(*PEERS4, more_fragments=True), *OUTSIDE4[2:]),
    over4("traffic class and ttl", Ethernet(), IPv4(*PEERS4, tos=255, ttl=1), *OUTSIDE4[2:]),
    over4("ipv4 of length 0", Ethernet(), IPv4(*PEERS4, total_length=0), *OUTSIDE4[2:]),
    over4(
        "ipv4 longer than the frame", Ethernet(), IPv4(*PEERS4, total_length=65535), *OUTSIDE4[2:]
    ),
    flow(
        "ipv6 of length 0",
        (Ethernet(), IPv6(*PEERS6, payload_length=0), *OUTSIDE6[2:]),
        PING4,
        outer=PEERS6,
    ),
    flow(
        "ipv6 longer than the frame",
        (Ethernet(), IPv6(*PEERS6, payload_length=65535), *OUTSIDE6[2:]),
        PING4,
        outer=PEERS6,
    ),
    flow(
        "traffic class and flow label",
        (Ethernet(), IPv6(*PEERS6, 255, 0xFFFFF), *OUTSIDE6[2:]),
        PING4,
        outer=PEERS6,
    ),
    flow("bytes behind ipv4", OUTSIDE4, PING4, trailer=bytes(6)),
    flow("bytes behind ipv6", OUTSIDE6, PING6, outer=PEERS6, inner=ENDPOINTS6, trailer=bytes(6)),
    flow(
        "ipv4 ends behind vxlan",
        (Ethernet(), IPv4(*PEERS4, total_length=36), *OUTSIDE4[2:]),
        PING4,
        inner=NO_INNER,
    ),
    flow(
        "ipv4 ends in the inner ethernet header",
        (Ethernet(), IPv4(*PEERS4, total_length=49), *OUTSIDE4[2:]),
        PING4,
        inner=NO_INNER,
    ),
    flow(
        "ipv4 ends in the inner ip header",
        (Ethernet(), IPv4(*PEERS4, total_length=69), *OUTSIDE4[2:]),
        PING4,
        inner=NO_INNER,
    ),
    flow(
        "ipv4 ends behind the inner ip header",
        (Ethernet(), IPv4(*PEERS4, total_length=70), *OUTSIDE4[2:]),
        PING4,
    ),
    flow(
        "ipv6 ends in the inner ip header",
        (Ethernet(), IPv6(*PEERS6, payload_length=69), *OUTSIDE6[2:]),
        PING6,
        outer=PEERS6,
        inner=NO_INNER,
    ),
    flow(
        "ipv6 ends behind the inner ip header",
        (Ethernet(), IPv6(*PEERS6, payload_length=70), *OUTSIDE6[2:]),
        PING6,
        outer=PEERS6,
        inner=ENDPOINTS6,
    ),
]

JUMBO: Final = b"\xc2\x04\x00\x01\x00\x00"

EXTENSIONS: Final = [
    over6("hop-by-hop options", hop_by_hop()),
    over6("a routing header", routing(PEERS6[1])),
    over6("a source route to go", routing("2001:db8::7", PEERS6[1], kind=4, segments_left=1)),
    over6("destination options", destination_options(bytes(20))),
    over6("an atomic fragment", Fragment()),
    over6("first fragment over ipv6", Fragment(more=True)),
    over6("reserved bits of a fragment header", Fragment(reserved=3)),
    over6("ah", AH()),
    over6("ah without a check value", AH(check_value=b"")),
    over6("ah with a check value of 32 bytes", AH(check_value=bytes(32))),
    over6("ah of 1028 bytes", AH(check_value=bytes(1016))),
    over6("a mobility header", Extension(135, bytes(6))),
    over6("a host identity header", Extension(139, bytes(38))),
    over6("a shim6 header", Extension(140, bytes(6))),
    over6(
        "all extension headers",
        hop_by_hop(),
        destination_options(),
        routing(PEERS6[1]),
        Fragment(),
        AH(),
        Extension(135),
        Extension(139),
        Extension(140),
    ),
    over6("eight extension headers", *[destination_options()] * 8),
    over6("hop-by-hop options last", destination_options(), hop_by_hop()),
    over6("an extension header of 264 bytes", destination_options(bytes(262))),
    over6("an extension header of 2048 bytes", destination_options(bytes(2046))),
    flow(
        "jumbo",
        (Ethernet(), IPv6(*PEERS6, payload_length=0), hop_by_hop(JUMBO), UDP(length=0), TUNNEL),
        PING6,
        outer=PEERS6,
        inner=ENDPOINTS6,
    ),
    flow(
        "tagged, with extension headers on both sides",
        (Ethernet(), VLAN(7), PEER6, hop_by_hop(), UDP(), TUNNEL),
        (*PING6[:2], *[destination_options()] * 8, *PING6[2:]),
        outer=PEERS6,
        inner=ENDPOINTS6,
    ),
]

HEADERS: Final = [
    flow("vni 0", (*OUTSIDE4[:3], VXLAN(0)), PING4, vni=0),
    flow("vni 1", (*OUTSIDE4[:3], VXLAN(1)), PING4, vni=1),
    flow("the largest vni", (*OUTSIDE4[:3], VXLAN(0xFFFFFF)), PING4, vni=0xFFFFFF),
    flow("a vni with its bytes apart", (*OUTSIDE4[:3], VXLAN(0x010203)), PING4, vni=0x010203),
    over4("a group policy", *OUTSIDE4[:3], VXLAN(10001, VXLAN_HAS_VNI | VXLAN_HAS_POLICY, 77)),
    over4("a group policy without its flag", *OUTSIDE4[:3], VXLAN(10001, group_policy=0xFFFF)),
    over4("every reserved bit", *OUTSIDE4[:3], VXLAN(10001, 0xFF, 0xFFFF, 0xFF, 0xFF)),
    over4("the flag of vxlan-gpe", *OUTSIDE4[:3], VXLAN(10001, flags=0x0C, group_policy=3)),
    over4("the byte behind the vni", *OUTSIDE4[:3], VXLAN(10001, reserved2=0xFF)),
    flow(
        "every reserved bit over ipv6",
        (*OUTSIDE6[:3], VXLAN(10001, 0xFF, 0xFFFF, 0xFF, 0xFF)),
        PING6,
        outer=PEERS6,
        inner=ENDPOINTS6,
    ),
]

WITHOUT_LINK_HEADER: Final = [
    flow("no link header: ipv4 in ipv4", OUTSIDE4[1:], PING4, link_header=False),
    flow("no link header: ipv6 in ipv4", OUTSIDE4[1:], PING6, inner=ENDPOINTS6, link_header=False),
    flow("no link header: ipv4 in ipv6", OUTSIDE6[1:], PING4, outer=PEERS6, link_header=False),
    flow(
        "no link header: ipv6 in ipv6",
        OUTSIDE6[1:],
        TCP6,
        outer=PEERS6,
        inner=ENDPOINTS6,
        link_header=False,
    ),
    flow(
        "no link header: ipv4 with an option",
        (IPv4(*PEERS4, ROUTER_ALERT), UDP(), TUNNEL),
        PING4,
        link_header=False,
    ),
    flow(
        "no link header: extension headers",
        (PEER6, hop_by_hop(), AH(), UDP(), TUNNEL),
        PING4,
        outer=PEERS6,
        link_header=False,
    ),
    flow(
        "no link header: inner tag",
        OUTSIDE4[1:],
        (Ethernet(), VLAN(5), *PING4[1:]),
        inner=ENDPOINTS4,
        link_header=False,
    ),
    flow(
        "no link header: nothing behind vxlan", OUTSIDE4[1:], (), inner=NO_INNER, link_header=False
    ),
]

CASES: Final[list[Case]] = [
    *FAMILIES,
    *PORTS,
    *TAGS,
    *IP,
    *EXTENSIONS,
    *HEADERS,
    *WITHOUT_LINK_HEADER,
]
