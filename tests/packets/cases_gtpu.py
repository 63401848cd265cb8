"""GTP-U: users' packets of a mobile network, and what else travels on its port."""

from __future__ import annotations

from typing import Final

from tests.packets.expected import ENDPOINTS4, ENDPOINTS6, NO_INNER, Case
from tests.packets.over import carried, refused
from tests.packets.stacks import PING4, PING6, TCP4

from tunnel_monitor.contract import Encap, Outcome
from tunnel_monitor.testing.packets import GTPU, UDP, GTPUExtension, IPv4, Layer, payload

IP4, IP6 = PING4[1:], PING6[1:]
# Types of TS 29.281, figure 5.2.1-3.
SESSION: Final = GTPUExtension(0x85, b"\x10\x01")
LONG: Final = GTPUExtension(0x84, bytes(14))
COUNT: Final = GTPUExtension(0xC0, b"\x12\x34")


def pdu(name: str, header: Layer, *inside: Layer, cut: int = 0) -> list[Case]:
    """A user's packet in the tunnel of the TEID that all of these have."""
    return carried(name, Encap.GTPU, UDP(), header, vni=0x80000001, inside=inside or IP4, cut=cut)


TEID: Final = 0x80000001

PDUS: Final = [
    *pdu("gtp-u, ipv4", GTPU(TEID)),
    *pdu("gtp-u, tcp", GTPU(TEID), *TCP4[1:]),
    *carried("gtp-u, ipv6", Encap.GTPU, UDP(), GTPU(7), vni=7, inside=IP6, inner=ENDPOINTS6),
    *carried("gtp-u, teid 0", Encap.GTPU, UDP(), GTPU(0), vni=0, inside=IP4),
    *carried(
        "gtp-u, the largest teid", Encap.GTPU, UDP(), GTPU(2**32 - 1), vni=2**32 - 1, inside=IP4
    ),
    *pdu("gtp-u, a sequence number", GTPU(TEID, sequence=0xABCD)),
    *pdu("gtp-u, an n-pdu number", GTPU(TEID, n_pdu=0xFF)),
    *pdu("gtp-u, both numbers", GTPU(TEID, sequence=1, n_pdu=2)),
    *pdu("gtp-u, the spare bit", GTPU(TEID, spare=True)),
    *pdu("gtp-u, an extension header", GTPU(TEID, extensions=(SESSION,))),
    *pdu("gtp-u, a longer one", GTPU(TEID, extensions=(LONG,))),
    *pdu("gtp-u, three extension headers", GTPU(TEID, 5, 6, extensions=(LONG, SESSION, COUNT))),
    *pdu("gtp-u, eight extension headers", GTPU(TEID, extensions=(SESSION,) * 8)),
    *pdu("gtp-u, the longest one", GTPU(TEID, extensions=(GTPUExtension(0x84, bytes(1018)),))),
    *pdu("gtp-u, a wrong length", GTPU(TEID, length=1)),
    *pdu("gtp-u, ipv4 with 40 bytes of options", GTPU(TEID), IPv4(*ENDPOINTS4, bytes(40))),
]

NO_IP: Final = [
    *carried("gtp-u, nothing", Encap.GTPU, UDP(), GTPU(7), vni=7, inside=(), inner=NO_INNER),
    *carried(
        "gtp-u, neither ipv4 nor ipv6",
        Encap.GTPU,
        *(UDP(), GTPU(7)),
        vni=7,
        inside=(payload(60),),
        inner=NO_INNER,
    ),
    *carried(
        "gtp-u, an ethernet frame",
        Encap.GTPU,
        *(UDP(), GTPU(7, extensions=(SESSION,))),
        vni=7,
        inside=PING4,
    ),
    *carried(
        "gtp-u, ipv4 cut off",
        Encap.GTPU,
        *(UDP(), GTPU(7, sequence=1)),
        vni=7,
        inside=IP4[:1],
        inner=NO_INNER,
        cut=1,
    ),
]

MESSAGES: Final = [
    *refused("gtp-u, echo request", Outcome.GTPU_MESSAGE, UDP(), GTPU(0, 1, message=1)),
    *refused("gtp-u, echo response", Outcome.GTPU_MESSAGE, UDP(), GTPU(0, 1, message=2)),
    *refused("gtp-u, error indication", Outcome.GTPU_MESSAGE, UDP(), GTPU(0, message=26), *IP4),
    *refused("gtp-u, end marker", Outcome.GTPU_MESSAGE, UDP(), GTPU(7, message=254)),
    *refused("gtp-u, an unknown message", Outcome.GTPU_MESSAGE, UDP(), GTPU(message=0), *IP4),
    *refused("gtp-u of version 0", Outcome.UNKNOWN_VERSION, UDP(), GTPU(version=0), *IP4),
    *refused("gtp-u of version 2", Outcome.UNKNOWN_VERSION, UDP(), GTPU(version=2), *IP4),
    *refused("gtp'", Outcome.UNKNOWN_VERSION, UDP(), GTPU(protocol_type=False), *IP4),
]

BROKEN: Final = [
    *refused("gtp-u cut off", Outcome.TRUNCATED, UDP(), GTPU(), cut=1),
    *refused("gtp-u not there", Outcome.TRUNCATED, UDP(), GTPU(), cut=8),
    *refused("gtp-u, optional fields cut off", Outcome.TRUNCATED, UDP(), GTPU(sequence=1), cut=1),
    *refused(
        "gtp-u, an extension header cut off",
        Outcome.TRUNCATED,
        *(UDP(), GTPU(extensions=(SESSION, LONG))),
        cut=1,
    ),
    *refused(
        "gtp-u, an extension header not there",
        Outcome.TRUNCATED,
        *(UDP(), GTPU(extensions=(SESSION,))),
        cut=4,
    ),
    *refused(
        "gtp-u, an extension header past the end",
        Outcome.TRUNCATED,
        *(UDP(), GTPU(extensions=(GTPUExtension(words=255),)), *IP4),
    ),
    *refused(
        "gtp-u, an extension header of length 0",
        Outcome.MALFORMED,
        *(UDP(), GTPU(extensions=(SESSION, GTPUExtension(words=0))), *IP4),
    ),
    *refused(
        "gtp-u, nine extension headers",
        Outcome.TOO_MANY_EXTENSIONS,
        *(UDP(), GTPU(extensions=(SESSION,) * 9), *IP4),
    ),
]

CASES: Final[list[Case]] = [*PDUS, *NO_IP, *MESSAGES, *BROKEN]
