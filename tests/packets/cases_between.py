"""What may stand between a link header and IP, outside tunnels and in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tests.packets.expected import ENDPOINTS4, ENDPOINTS6, NO_INNER, PEERS4, Case, Pair, flow, other
from tests.packets.stacks import OUTSIDE4, PEER4, PING4, PING6, TUNNEL, TUNNELED4

from tunnel_monitor.contract import Outcome
from tunnel_monitor.testing.packets import (
    ARP,
    LLCSNAP,
    MPLS,
    NSH,
    PBB,
    PPP,
    TCP,
    UDP,
    VLAN,
    ControlWord,
    Ethernet,
    Layer,
    PPPoE,
    Raw,
    payload,
    service_vlan,
)

TRUNCATED: Final = Outcome.TRUNCATED
NOT_TUNNELED: Final = Outcome.NOT_TUNNELED
TOO_MANY: Final = Outcome.TOO_MANY_TAGS
SESSION: Final = (PPPoE(), PPP())


def around(name: str, *between: Layer, inside: Sequence[Layer] = PING4) -> list[Case]:
    """The same headers in front of the outer IP header, and of the inner one."""
    is_ipv6 = inside is PING6
    inner: Pair = ENDPOINTS6 if is_ipv6 else ENDPOINTS4
    first, behind = inside[0], inside[1:]
    return [
        flow(name, (Ethernet(), *between, PEER4, UDP(), TUNNEL), inside, inner=inner),
        flow(f"{name}, inside", OUTSIDE4, (first, *between, *behind), inner=inner),
    ]


def stopped(name: str, outcome: Outcome, *between: Layer, cut: int = 0) -> list[Case]:
    """Headers that do not lead to IP: a reason outside, no inner addresses inside."""
    return [
        other(name, outcome, Ethernet(), *between, cut=cut),
        flow(f"{name}, inside", OUTSIDE4, (Ethernet(), *between), inner=NO_INNER, cut=cut),
    ]


MPLS_STACKS: Final = [
    *around("mpls", MPLS()),
    *around("mpls, ipv6 inside", MPLS(), inside=PING6),
    *around("mpls, every bit but that of the last", MPLS(0xFFFFF, 7, 255), MPLS(0, 0, 0)),
    *around("mpls multicast", MPLS(multicast=True)),
    *around("mpls, sixteen labels", *[MPLS()] * 16),
    *around("a tag and mpls", VLAN(5), MPLS()),
    *around("mpls, a pseudowire", MPLS(), ControlWord(), Ethernet()),
    *around("mpls, a pseudowire with a sequence number", MPLS(), ControlWord(7), Ethernet()),
    *around("mpls, a pseudowire without control word", MPLS(), Ethernet()),
    *around("mpls, a pseudowire and tags", MPLS(), ControlWord(), Ethernet(), VLAN(1), VLAN(2)),
    *around(
        "mpls, a frame to a card whose number begins with 00",
        *(MPLS(), Ethernet(dst="00:1b:21:00:00:01")),
    ),
    *stopped("mpls, an associated channel", NOT_TUNNELED, MPLS(), Raw(b"\x10\0\0\x07"), PEER4),
    *stopped("mpls, a pseudowire of arp", NOT_TUNNELED, MPLS(), ControlWord(), Ethernet(), ARP()),
    *stopped("mpls, nothing", TRUNCATED, MPLS()),
    *stopped("mpls, half a control word", TRUNCATED, MPLS(), ControlWord(), cut=2),
    *stopped("mpls, a control word alone", TRUNCATED, MPLS(), ControlWord()),
    *stopped("mpls cut off", TRUNCATED, MPLS(), cut=1),
    *stopped("mpls, a second label cut off", TRUNCATED, MPLS(), MPLS(), cut=1),
    *stopped("mpls, no label is the last", TRUNCATED, MPLS(is_last=False)),
    *stopped("mpls, seventeen labels", TOO_MANY, *[MPLS()] * 17, PEER4, *TUNNELED4),
]

PPPS: Final = [
    *around("pppoe", *SESSION),
    *around("pppoe, ipv6 inside", *SESSION, inside=PING6),
    *around("pppoe behind two tags", service_vlan(1), VLAN(2), *SESSION),
    *around("pppoe, address and control", PPPoE(), PPP(has_address=True)),
    *around("pppoe, a compressed protocol", PPPoE(), PPP(is_compressed=True)),
    *around("pppoe, all of both", PPPoE(), PPP(has_address=True, is_compressed=True)),
    *around("pppoe, mpls", *SESSION, MPLS()),
    *around("pppoe, mpls multicast", PPPoE(), PPP(0x0283), MPLS()),
    *around("ppp without pppoe", PPP()),
    *stopped("pppoe, link control", NOT_TUNNELED, PPPoE(), PPP(0xC021), payload(8)),
    *stopped("pppoe, a multilink fragment", NOT_TUNNELED, PPPoE(), PPP(0x003D), payload(30)),
    *stopped("pppoe, nothing", TRUNCATED, PPPoE()),
    *stopped("pppoe cut off", TRUNCATED, PPPoE(), cut=1),
    *stopped("pppoe, half a protocol", TRUNCATED, *SESSION, cut=1),
    *stopped("pppoe of length 0", TRUNCATED, PPPoE(length=0), PPP(), PEER4, *TUNNELED4),
    *stopped("pppoe ends in ip", TRUNCATED, PPPoE(length=21), PPP(), PEER4, *TUNNELED4),
    *stopped(
        "pppoe of version 2", Outcome.UNKNOWN_VERSION, PPPoE(version_and_type=0x21), PPP(), PEER4
    ),
]

LLCS: Final = [
    *around("snap", LLCSNAP()),
    *around("snap, ipv6 inside", LLCSNAP(), inside=PING6),
    *around("snap of 802.1h", LLCSNAP(oui=0x0000F8)),
    *around("snap behind a tag", VLAN(5), LLCSNAP()),
    *around("snap behind two tags", service_vlan(5), VLAN(6), LLCSNAP()),
    *around("snap and a tag", LLCSNAP(), VLAN(5)),
    *stopped("snap of another oui", NOT_TUNNELED, LLCSNAP(oui=0x00000C), PEER4, *TUNNELED4),
    *stopped("llc of ip, which rfc 1042 does not use", NOT_TUNNELED, LLCSNAP(6, 6), PEER4),
    *stopped("spanning tree", NOT_TUNNELED, Raw(b"\0\x26\x42\x42\3" + bytes(35))),
    *stopped("snap cut off", NOT_TUNNELED, LLCSNAP(type=0x0800), cut=1),
    *stopped("snap announces ipv4 that is not there", TRUNCATED, LLCSNAP(type=0x0800)),
]

BACKBONES: Final = [
    *around("pbb", PBB(0xABCDEF), Ethernet()),
    *around("pbb with tags on both sides", service_vlan(1), PBB(1, 7), Ethernet(), VLAN(2)),
    *around("a frame as payload of a frame", Ethernet()),
    *stopped("pbb cut off", TRUNCATED, PBB(), cut=1),
    *stopped("pbb alone", TRUNCATED, PBB()),
]

NSHS: Final = [
    *around("nsh", NSH()),
    *around("nsh, ipv6 inside", NSH(), inside=PING6),
    *around("nsh, ethernet", NSH(), Ethernet()),
    *around("nsh, mpls", NSH(), MPLS()),
    *around("nsh, nsh", NSH(), NSH(context=b"")),
    *around("nsh without context", NSH(context=b"")),
    *around("nsh with the longest context", NSH(context=bytes(244))),
    *stopped("nsh, a next protocol of nobody", NOT_TUNNELED, NSH(next_protocol=9), PEER4),
    *stopped("nsh of version 1", Outcome.UNKNOWN_VERSION, NSH(version=1), PEER4, *TUNNELED4),
    *stopped("nsh shorter than itself", Outcome.MALFORMED, NSH(words=1), PEER4, *TUNNELED4),
    *stopped("nsh cut off", TRUNCATED, NSH(), cut=1),
    *stopped("nsh past the end", TRUNCATED, NSH(words=63), PEER4, TCP()),
]

# Ten headers with that of the link.
NINE: Final = (VLAN(1), MPLS(), Ethernet(), PBB(), Ethernet(), *SESSION, MPLS(), Ethernet())

LONG_WAYS: Final = [
    *around("ten headers", *NINE),
    *around("tags, three at a time", *(VLAN(1), VLAN(2), VLAN(3), MPLS(), Ethernet(), VLAN(4))),
    *stopped("eleven headers", TOO_MANY, *NINE, VLAN(2), PEER4, *TUNNELED4),
    flow(
        "long ways on both sides",
        (Ethernet(), *NINE, PEER4, UDP(), TUNNEL),
        (Ethernet(), *NINE, *PING4[1:]),
        outer=PEERS4,
    ),
]

CASES: Final[list[Case]] = [*MPLS_STACKS, *PPPS, *LLCS, *BACKBONES, *NSHS, *LONG_WAYS]
