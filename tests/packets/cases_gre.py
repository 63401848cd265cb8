"""GRE with each combination of its optional words, and what it is called for what it carries."""

from __future__ import annotations

from itertools import product
from typing import Final

from tests.packets.expected import ENDPOINTS6, NO_INNER, Case
from tests.packets.over import carried, refused
from tests.packets.stacks import PING4, PING6

from tunnel_monitor.contract import Encap, Outcome
from tunnel_monitor.testing.packets import (
    ARP,
    END_OF_ROUTES,
    ERSPAN2,
    ERSPAN3,
    GRE,
    GRE_ERSPAN,
    MPLS,
    NSH,
    PPP,
    VLAN,
    WCCP,
    Ethernet,
    Route,
    erspan1,
    nvgre,
    payload,
)

IP4, IP6 = PING4[1:], PING6[1:]
KEY: Final = 0x12345678
ROUTES: Final = (Route(b"\1\2\3\4\5\6\7\x08"), Route(b"\0\0\0\0", offset=4), END_OF_ROUTES)


def words(checksum: bool, routes: bool, key: bool, sequence: bool) -> GRE:  # noqa: FBT001
    """A header with some of the four optional words."""
    return GRE(KEY if key else None, 99 if sequence else None, checksum, ROUTES if routes else ())


def name_of(*has: bool) -> str:
    """The words' names."""
    names = ("checksum", "routing", "key", "sequence number")
    return (
        " and ".join(name for name, is_set in zip(names, has, strict=True) if is_set) or "no words"
    )


def ethernet_in(*has: bool) -> list[Case]:
    """The same words in front of a frame: NVGRE where there is a key, and no more."""
    checksum, _, key, sequence = has
    is_nvgre = key and not checksum and not sequence
    encap = Encap.NVGRE if is_nvgre else Encap.GRETAP
    vni = (KEY >> 8 if is_nvgre else KEY) if key else None
    return carried(f"gre, {name_of(*has)}, ethernet", encap, words(*has), vni=vni)


COMBINATIONS: Final = list(product((False, True), repeat=4))

WORDS: Final = [
    case
    for has in COMBINATIONS
    for case in (
        *carried(
            f"gre, {name_of(*has)}, ipv4",
            Encap.GRE,
            words(*has),
            vni=KEY if has[2] else None,
            inside=IP4,
        ),
        *ethernet_in(*has),
    )
]

PAYLOADS: Final = [
    *carried("gre, ipv6", Encap.GRE, GRE(), vni=None, inside=IP6, inner=ENDPOINTS6),
    *carried("gre, key 0", Encap.GRE, GRE(0), vni=0, inside=IP4),
    *carried("gre, the largest key", Encap.GRE, GRE(2**32 - 1), vni=2**32 - 1, inside=IP4),
    *carried("gre, reserved bits", Encap.GRE, GRE(flags=0x0FF8), vni=None, inside=IP4),
    *carried(
        "gre, a wrong checksum word",
        Encap.GRE,
        GRE(7, has_checksum=True, checksum=1),
        vni=7,
        inside=IP4,
    ),
    *carried("gre, mpls", Encap.GRE, GRE(), vni=None, inside=(MPLS(), *IP4)),
    *carried("gre, ppp", Encap.GRE, GRE(), vni=None, inside=(PPP(), *IP4)),
    *carried("gre, nsh", Encap.GRE, GRE(), vni=None, inside=(NSH(), *PING4)),
    *carried("gre, a tag", Encap.GRE, GRE(), vni=None, inside=(VLAN(5), *IP4)),
    *carried("gre, wccp 2", Encap.GRE, GRE(), vni=None, inside=(WCCP(), *IP4)),
    *carried("gre, wccp 1", Encap.GRE, GRE(protocol=0x883E), vni=None, inside=IP4),
    *carried(
        "gre, wccp 2 cut off", Encap.GRE, GRE(), vni=None, inside=(WCCP(),), inner=NO_INNER, cut=1
    ),
    *carried(
        "gre, wccp without anything",
        Encap.GRE,
        GRE(protocol=0x883E),
        vni=None,
        inside=(),
        inner=NO_INNER,
    ),
    *carried("gre, nothing", Encap.GRE, GRE(), vni=None, inside=(), inner=NO_INNER),
    *carried("gre, a keepalive", Encap.GRE, GRE(protocol=0), vni=None, inside=(), inner=NO_INNER),
    *carried(
        "gre, an unknown protocol",
        Encap.GRE,
        GRE(5),
        vni=5,
        inside=(payload(50),),
        inner=NO_INNER,
    ),
    *carried(
        "gre, ipv4 cut off", Encap.GRE, GRE(), vni=None, inside=IP4[:1], inner=NO_INNER, cut=1
    ),
    *carried(
        "gretap, nothing", Encap.GRETAP, GRE(protocol=0x6558), vni=None, inside=(), inner=NO_INNER
    ),
    *carried(
        "gretap, arp", Encap.GRETAP, GRE(), vni=None, inside=(Ethernet(), ARP()), inner=NO_INNER
    ),
    *carried("gretap, ipv6", Encap.GRETAP, GRE(), vni=None, inside=PING6, inner=ENDPOINTS6),
    *carried("gretap, a tag", Encap.GRETAP, GRE(), vni=None, inside=(Ethernet(), VLAN(1), *IP4)),
]

NVGRES: Final = [
    *carried("nvgre", Encap.NVGRE, nvgre(10001, 0xFF)),
    *carried("nvgre, the largest vsid", Encap.NVGRE, nvgre(0xFFFFFF), vni=0xFFFFFF),
    *carried("nvgre, vsid 0", Encap.NVGRE, nvgre(0, 3), vni=0, inside=PING6, inner=ENDPOINTS6),
]

ERSPANS: Final = [
    *carried("erspan 1", Encap.ERSPAN1, erspan1(), vni=None),
    *carried("erspan 1, a key", Encap.ERSPAN1, GRE(KEY, protocol=GRE_ERSPAN), vni=None),
    *carried(
        "erspan 1, checksum", Encap.ERSPAN1, GRE(has_checksum=True, protocol=GRE_ERSPAN), vni=None
    ),
    *carried("erspan 1, nothing", Encap.ERSPAN1, erspan1(), vni=None, inside=(), inner=NO_INNER),
    *carried("erspan 2", Encap.ERSPAN2, GRE(sequence=1), ERSPAN2(100), vni=100),
    *carried(
        "erspan 2, every other bit",
        Encap.ERSPAN2,
        *(GRE(KEY, 1, has_checksum=True), ERSPAN2(1023, 0xFFF, 7, 3, is_cut=True, index=2**32 - 1)),
        vni=1023,
        inside=PING6,
        inner=ENDPOINTS6,
    ),
    *carried("erspan 2, session 0", Encap.ERSPAN2, GRE(sequence=0), ERSPAN2(0), vni=0),
    *carried(
        "erspan 2, nothing",
        Encap.ERSPAN2,
        GRE(sequence=0),
        ERSPAN2(5),
        vni=5,
        inside=(),
        inner=NO_INNER,
    ),
    *carried("erspan 3", Encap.ERSPAN3, GRE(sequence=1), ERSPAN3(100), vni=100),
    *carried("erspan 3 without a sequence number", Encap.ERSPAN3, GRE(), ERSPAN3(100), vni=100),
    *carried(
        "erspan 3, every other bit",
        Encap.ERSPAN3,
        *(GRE(KEY, 1), ERSPAN3(1023, 0xFFF, priority=7, is_cut=True, group=0xFFFF, rest=0x1FF)),
        vni=1023,
    ),
    *carried(
        "erspan 3, platform", Encap.ERSPAN3, GRE(sequence=1), ERSPAN3(7, platform=bytes(8)), vni=7
    ),
    *carried(
        "erspan 3, ipv4",
        Encap.ERSPAN3,
        GRE(sequence=1),
        ERSPAN3(7, frame_type=2),
        vni=7,
        inside=IP4,
    ),
    *carried(
        "erspan 3, platform and ipv6",
        Encap.ERSPAN3,
        *(GRE(sequence=1), ERSPAN3(7, frame_type=2, platform=b"\xff" * 8)),
        vni=7,
        inside=IP6,
        inner=ENDPOINTS6,
    ),
    *carried(
        "erspan 3, a reserved frame type",
        Encap.ERSPAN3,
        *(GRE(sequence=1), ERSPAN3(7, frame_type=1)),
        vni=7,
        inner=NO_INNER,
    ),
    *carried(
        "erspan 3, no ip where it should be",
        Encap.ERSPAN3,
        *(GRE(sequence=1), ERSPAN3(7, frame_type=2)),
        vni=7,
        inside=(payload(60),),
        inner=NO_INNER,
    ),
]

BROKEN: Final = [
    *refused("gre of version 1", Outcome.UNKNOWN_VERSION, GRE(KEY, version=1), *IP4),
    *refused("gre of version 7", Outcome.UNKNOWN_VERSION, GRE(version=7), *IP4),
    *refused("gre cut off", Outcome.TRUNCATED, GRE(), cut=1),
    *refused("gre not there", Outcome.TRUNCATED, GRE(), cut=4),
    *refused("gre, checksum cut off", Outcome.TRUNCATED, GRE(has_checksum=True), cut=1),
    *refused("gre, key cut off", Outcome.TRUNCATED, GRE(KEY), cut=1),
    *refused("gre, sequence number cut off", Outcome.TRUNCATED, GRE(KEY, 1), cut=1),
    *refused("gre, routing cut off", Outcome.TRUNCATED, GRE(routes=ROUTES), cut=5),
    *refused("gre, routing without an end", Outcome.TRUNCATED, GRE(routes=ROUTES[:2])),
    *refused(
        "gre, a route past the end", Outcome.TRUNCATED, GRE(routes=(Route(length=200),)), *IP4
    ),
    *refused(
        "gre, nine routes",
        Outcome.TOO_MANY_EXTENSIONS,
        *(GRE(routes=(*ROUTES[:2] * 4, ROUTES[0], END_OF_ROUTES)), *IP4),
    ),
    *refused("erspan 2 cut off", Outcome.TRUNCATED, GRE(sequence=1), ERSPAN2(), cut=1),
    *refused("erspan 3 cut off", Outcome.TRUNCATED, GRE(sequence=1), ERSPAN3(), cut=1),
    *refused(
        "erspan 3, platform cut off",
        Outcome.TRUNCATED,
        *(GRE(sequence=1), ERSPAN3(platform=bytes(8))),
        cut=1,
    ),
]

CASES: Final[list[Case]] = [
    *WORDS,
    *PAYLOADS,
    *carried(
        "gre, a route of length 0 that is no end",
        Encap.GRE,
        GRE(routes=(Route(), *ROUTES)),
        vni=None,
        inside=IP4,
    ),
    *NVGRES,
    *ERSPANS,
    *BROKEN,
]
