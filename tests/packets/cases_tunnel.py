"""What may stand outside and in the tunnel header of a packet that becomes a flow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tests.packets.expected import (
    ENDPOINTS4,
    ENDPOINTS6,
    NO_INNER,
    PEERS4,
    PEERS6,
    Case,
    Pair,
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
    pad_n,
    routing,
    service_vlan,
)

IN_UDP: Final[tuple[Layer, ...]] = (UDP(), TUNNEL)


def over4(
    name: str, *outside: Layer, inside: Sequence[Layer] = PING4, inner: Pair = ENDPOINTS4
) -> Case:
    """A tunnelled ping with something special outside."""
    return flow(name, outside, inside, inner=inner)


def over6(
    name: str, *outside: Layer, inside: Sequence[Layer] = PING6, inner: Pair = ENDPOINTS6
) -> Case:
    """The same in IPv6, the ping too."""
    return flow(name, outside, inside, outer=PEERS6, inner=inner)


def extended(name: str, *extensions: Layer) -> Case:
    """The same behind IPv6 extension headers."""
    return over6(name, Ethernet(), PEER6, *extensions, *IN_UDP)


FAMILIES: Final = [
    over4("ping, ipv4 in ipv4", *OUTSIDE4),
    over4("ping, ipv6 in ipv4", *OUTSIDE4, inside=PING6, inner=ENDPOINTS6),
    over6("ping, ipv4 in ipv6", *OUTSIDE6, inside=PING4, inner=ENDPOINTS4),
    over6("ping, ipv6 in ipv6", *OUTSIDE6),
    over4("tcp, ipv4 in ipv4", *OUTSIDE4, inside=TCP4),
    over4("tcp, ipv6 in ipv4", *OUTSIDE4, inside=TCP6, inner=ENDPOINTS6),
    over6("tcp, ipv4 in ipv6", *OUTSIDE6, inside=TCP4, inner=ENDPOINTS4),
    over6("tcp, ipv6 in ipv6", *OUTSIDE6, inside=TCP6),
]

PORTS: Final = [
    over4("linux's old port", *OUTSIDE4[:2], UDP(dport=8472), TUNNEL),
    over6("linux's old port over ipv6", *OUTSIDE6[:2], UDP(dport=8472), TUNNEL),
    over4("both ports 4789", *OUTSIDE4[:2], UDP(sport=4789), TUNNEL),
    over4("another tunnel's port as source", *OUTSIDE4[:2], UDP(sport=6081), TUNNEL),
    over4("source port 0", *OUTSIDE4[:2], UDP(sport=0), TUNNEL),
    over4("no udp checksum", *OUTSIDE4[:2], UDP(checksum=0), TUNNEL),
    over6("no udp checksum over ipv6", *OUTSIDE6[:2], UDP(checksum=0), TUNNEL),
    over4("wrong checksums", Ethernet(), IPv4(*PEERS4, checksum=1), UDP(checksum=1), TUNNEL),
    over4("udp length 0", *OUTSIDE4[:2], UDP(length=0), TUNNEL),
    flow(
        "udp ends behind vxlan",
        (*OUTSIDE4[:2], UDP(length=16), TUNNEL),
        PING4,
        inner=NO_INNER,
    ),
    flow(
        "udp ends in the inner ip header",
        (*OUTSIDE4[:2], UDP(length=49), TUNNEL),
        PING4,
        inner=NO_INNER,
    ),
    over4("udp ends behind the inner ip header", *OUTSIDE4[:2], UDP(length=50), TUNNEL),
    over6("udp over ipv6 ends behind the inner ip header", *OUTSIDE6[:2], UDP(length=70), TUNNEL),
    over4("udp length too large", *OUTSIDE4[:2], UDP(length=65535), TUNNEL),
]

TAGS: Final = [
    over4("a tag", Ethernet(), VLAN(100), *OUTSIDE4[1:]),
    over4("a tag with priority alone", Ethernet(), VLAN(0, priority=7), *OUTSIDE4[1:]),
    over4(
        "a tag with every bit",
        *(Ethernet(), VLAN(4095, priority=7, drop_eligible=True), *OUTSIDE4[1:]),
    ),
    over4("a service tag", Ethernet(), service_vlan(100), *OUTSIDE4[1:]),
    over4("a tag of the old kind", Ethernet(), VLAN(100, tpid=0x9100), *OUTSIDE4[1:]),
    over4("qinq", Ethernet(), service_vlan(200), VLAN(100), *OUTSIDE4[1:]),
    over4("qinq of customer tags", Ethernet(), VLAN(200), VLAN(100), *OUTSIDE4[1:]),
    over4("three tags", Ethernet(), service_vlan(1), VLAN(2, tpid=0x9100), VLAN(3), *OUTSIDE4[1:]),
    over6("a tag over ipv6", Ethernet(), VLAN(100), *OUTSIDE6[1:]),
    over6("qinq over ipv6", Ethernet(), service_vlan(200), VLAN(100), *OUTSIDE6[1:]),
]

ROUTER_ALERT: Final = b"\x94\x04\x00\x00"  # RFC 2113
NO_OPERATION: Final = b"\x01"

IP: Final = [
    over4("ipv4 with an option", Ethernet(), IPv4(*PEERS4, ROUTER_ALERT), *IN_UDP),
    over4("ipv4 with 40 bytes of options", Ethernet(), IPv4(*PEERS4, NO_OPERATION * 40), *IN_UDP),
    over4(
        "ipv6 behind ipv4 with an option",
        *(Ethernet(), IPv4(*PEERS4, ROUTER_ALERT), *IN_UDP),
        inside=PING6,
        inner=ENDPOINTS6,
    ),
    over4("don't fragment", Ethernet(), IPv4(*PEERS4, dont_fragment=True), *IN_UDP),
    over4("the reserved bit", Ethernet(), IPv4(*PEERS4, reserved_bit=True), *IN_UDP),
    over4("first fragment", Ethernet(), IPv4(*PEERS4, more_fragments=True), *IN_UDP),
    over4("tos and ttl", Ethernet(), IPv4(*PEERS4, tos=255, ttl=1), *IN_UDP),
    over6("traffic class and flow label", Ethernet(), IPv6(*PEERS6, 255, 0xFFFFF), *IN_UDP),
]

LENGTHS: Final = [
    over4("ipv4 of length 0", Ethernet(), IPv4(*PEERS4, total_length=0), *IN_UDP),
    over4("ipv4 longer than the frame", Ethernet(), IPv4(*PEERS4, total_length=65535), *IN_UDP),
    over6("ipv6 of length 0", Ethernet(), IPv6(*PEERS6, payload_length=0), *IN_UDP),
    over6("ipv6 longer than the frame", Ethernet(), IPv6(*PEERS6, payload_length=65535), *IN_UDP),
    flow("bytes behind ipv4", OUTSIDE4, PING4, trailer=bytes(6)),
    flow("bytes behind ipv6", OUTSIDE6, PING4, outer=PEERS6, trailer=bytes(6)),
    over4(
        "ipv4 ends behind vxlan",
        *(Ethernet(), IPv4(*PEERS4, total_length=36), *IN_UDP),
        inner=NO_INNER,
    ),
    over4(
        "ipv4 ends in the inner ethernet header",
        *(Ethernet(), IPv4(*PEERS4, total_length=49), *IN_UDP),
        inner=NO_INNER,
    ),
    over4(
        "ipv4 ends in the inner ip header",
        *(Ethernet(), IPv4(*PEERS4, total_length=69), *IN_UDP),
        inner=NO_INNER,
    ),
    over4(
        "ipv4 ends behind the inner ip header",
        *(Ethernet(), IPv4(*PEERS4, total_length=70), *IN_UDP),
    ),
    over6(
        "ipv6 ends in the inner ip header",
        *(Ethernet(), IPv6(*PEERS6, payload_length=69), *IN_UDP),
        inner=NO_INNER,
    ),
    over6(
        "ipv6 ends behind the inner ip header",
        *(Ethernet(), IPv6(*PEERS6, payload_length=70), *IN_UDP),
    ),
]

JUMBO: Final = b"\xc2\x04\x00\x01\x00\x00"  # RFC 2675: 65,536 bytes

EXTENSIONS: Final = [
    extended("hop-by-hop options", hop_by_hop()),
    extended("a routing header", routing(PEERS6[1])),
    extended("a source route to go", routing("2001:db8::7", PEERS6[1], kind=4, segments_left=1)),
    extended("destination options", destination_options(pad_n(22))),
    extended("an atomic fragment", Fragment()),
    extended("first fragment over ipv6", Fragment(more=True)),
    extended("reserved bits of a fragment header", Fragment(reserved=3)),
    extended("the reserved byte of a fragment header", Fragment(reserved_byte=0xFF)),
    extended("ah", AH()),
    extended("ah without a check value", AH(check_value=b"")),
    extended("ah with a check value of 32 bytes", AH(check_value=bytes(32))),
    extended("ah of 8 bytes", Extension(51, bytes(6), length=0)),
    extended("ah of 1028 bytes", AH(check_value=bytes(1016))),
    extended("a mobility header", Extension(135, bytes(6))),
    extended("a host identity header", Extension(139, bytes(38))),
    extended("a shim6 header", Extension(140, bytes(6))),
    extended(
        "all extension headers",
        *(hop_by_hop(), destination_options(), routing(PEERS6[1]), Fragment(), AH()),
        *(Extension(135), Extension(139), Extension(140)),
    ),
    extended("eight extension headers", *[destination_options()] * 8),
    extended("hop-by-hop options last", destination_options(), hop_by_hop()),
    extended("an extension header of 264 bytes", destination_options(pad_n(200) + pad_n(62))),
    extended("an extension header of 2048 bytes", destination_options(pad_n(186) * 11)),
    over6(
        "jumbo",
        *(Ethernet(), IPv6(*PEERS6, payload_length=0), hop_by_hop(JUMBO)),
        *(UDP(length=0), TUNNEL),
    ),
    over6(
        "a tag, and extension headers on both sides",
        *(Ethernet(), VLAN(7), PEER6, hop_by_hop(), *IN_UDP),
        inside=(*PING6[:2], *[destination_options()] * 8, *PING6[2:]),
    ),
]

HEADERS: Final = [
    flow("vni 0", (*OUTSIDE4[:3], VXLAN(0)), PING4, vni=0),
    flow("vni 1", (*OUTSIDE4[:3], VXLAN(1)), PING4, vni=1),
    flow("the largest vni", (*OUTSIDE4[:3], VXLAN(0xFFFFFF)), PING4, vni=0xFFFFFF),
    flow("a vni of three different bytes", (*OUTSIDE4[:3], VXLAN(0x010203)), PING4, vni=0x010203),
    over4("a group policy", *OUTSIDE4[:3], VXLAN(10001, VXLAN_HAS_VNI | VXLAN_HAS_POLICY, 77)),
    over4("a group policy without its flag", *OUTSIDE4[:3], VXLAN(10001, group_policy=0xFFFF)),
    over4("the flag of vxlan-gpe", *OUTSIDE4[:3], VXLAN(10001, flags=0x0C, group_policy=3)),
    over4("the byte behind the vni", *OUTSIDE4[:3], VXLAN(10001, reserved2=0xFF)),
    over4("every reserved bit", *OUTSIDE4[:3], VXLAN(10001, 0xFF, 0xFFFF, 0xFF, 0xFF)),
    over6("every reserved bit over ipv6", *OUTSIDE6[:3], VXLAN(10001, 0xFF, 0xFFFF, 0xFF, 0xFF)),
]

CASES: Final[list[Case]] = [
    *FAMILIES,
    *PORTS,
    *TAGS,
    *IP,
    *LENGTHS,
    *EXTENSIONS,
    *HEADERS,
]
