"""L2TP: version 2 over UDP, version 3 over UDP and directly over IP."""

from __future__ import annotations

from typing import Final

from tests.packets.expected import ENDPOINTS6, NO_INNER, PEERS4, Case, other
from tests.packets.over import carried, refused
from tests.packets.stacks import PEER6, PING4, PING6

from tunnel_monitor.contract import Encap, Outcome
from tunnel_monitor.testing.packets import (
    L2TP,
    L2TP3,
    PPP,
    UDP,
    Ethernet,
    Fragment,
    IPv4,
    Layer,
    Raw,
    payload,
)

IP4, IP6 = PING4[1:], PING6[1:]
TRUNCATED: Final = Outcome.TRUNCATED
MESSAGE: Final = Outcome.L2TP_MESSAGE
BOTH: Final = 0x00050007  # tunnel 5, session 7


def in_ppp(name: str, header: L2TP, *inside: Layer, cut: int = 0) -> list[Case]:
    """A packet of session 7 of tunnel 5."""
    return carried(
        name, Encap.L2TP, UDP(), header, vni=BOTH, inside=inside or (PPP(), *IP4), cut=cut
    )


VERSION2: Final = [
    *in_ppp("l2tp", L2TP(5, 7)),
    *in_ppp("l2tp, address and control", L2TP(5, 7), PPP(has_address=True), *IP4),
    *in_ppp("l2tp, a length", L2TP(5, 7, has_length=True)),
    *in_ppp("l2tp, a wrong length", L2TP(5, 7, has_length=True, length=9)),
    *in_ppp("l2tp, numbers", L2TP(5, 7, sequence=(1, 2))),
    *in_ppp("l2tp, an offset of nothing", L2TP(5, 7, padding=b"")),
    *in_ppp("l2tp, an offset", L2TP(5, 7, padding=bytes(3))),
    *in_ppp("l2tp, all of it", L2TP(5, 7, sequence=(1, 2), padding=bytes(6), has_length=True)),
    *in_ppp("l2tp, reserved bits and priority", L2TP(5, 7, flags=0x35F0)),
    *carried(
        "l2tp, the largest numbers",
        Encap.L2TP,
        *(UDP(), L2TP(0xFFFF, 0xFFFF)),
        vni=0xFFFFFFFF,
        inside=(PPP(), *IP6),
        inner=ENDPOINTS6,
    ),
    *carried(
        "l2tp, an answer",
        Encap.L2TP,
        *(UDP(sport=1701, dport=50000), L2TP(5, 7)),
        vni=BOTH,
        inside=(PPP(), *IP4),
    ),
    *carried(
        "l2tp, link control",
        Encap.L2TP,
        *(UDP(), L2TP(5, 7)),
        vni=BOTH,
        inside=(PPP(), payload(20)),
        inner=NO_INNER,
    ),
    *carried("l2tp, nothing", Encap.L2TP, UDP(), L2TP(5, 7), vni=BOTH, inside=(), inner=NO_INNER),
    *refused("l2tp, a message", MESSAGE, UDP(), L2TP(is_message=True, sequence=(0, 0))),
    *refused("l2tp of version 1", Outcome.UNKNOWN_VERSION, UDP(), L2TP(version=1), PPP(), *IP4),
    *refused("l2tp of version 4", Outcome.UNKNOWN_VERSION, UDP(), L2TP(version=4), PPP(), *IP4),
    *refused("l2tp cut off", TRUNCATED, UDP(), L2TP(), cut=1),
    *refused("l2tp cut off in its flags", TRUNCATED, UDP(), L2TP(), cut=5),
    *refused("l2tp, numbers cut off", TRUNCATED, UDP(), L2TP(sequence=(1, 2)), cut=1),
    *refused("l2tp, an offset cut off", TRUNCATED, UDP(), L2TP(padding=b""), cut=1),
    *refused("l2tp, an offset past the end", TRUNCATED, UDP(), L2TP(padding=b"", offset=1)),
    *refused(
        "l2tp, the largest offset", TRUNCATED, UDP(), L2TP(padding=b"", offset=0xFFFF), *PING4
    ),
]

VERSION3: Final = [
    *carried(
        "l2tp of version 3, a frame",
        Encap.L2TP,
        *(UDP(), L2TP3(10001)),
        inner=NO_INNER,
    ),
    *carried(
        "l2tp of version 3, a cookie, a sublayer and ipv4",
        Encap.L2TP,
        *(UDP(), L2TP3(10001)),
        inside=(Raw(bytes(12)), *IP4),
        inner=NO_INNER,
    ),
    *carried(
        "l2tp of version 3, the largest session",
        Encap.L2TP,
        *(UDP(), L2TP3(2**32 - 1)),
        vni=2**32 - 1,
        inner=NO_INNER,
    ),
    *refused("l2tp of version 3, a message", MESSAGE, UDP(), L2TP3(is_message=True), *PING4),
    *refused("l2tp of version 3, cut off", TRUNCATED, UDP(), L2TP3(), cut=1),
    *carried("l2tp over ip", Encap.L2TP3_IP, L2TP3(10001), inner=NO_INNER),
    *carried("l2tp over ip, nothing", Encap.L2TP3_IP, L2TP3(10001), inside=(), inner=NO_INNER),
    *refused("l2tp over ip, a message", MESSAGE, L2TP3(0), payload(20)),
    *refused("l2tp over ip, cut off", TRUNCATED, L2TP3(1), cut=1),
    other(
        "later fragment of l2tp over ip",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), IPv4(*PEERS4, offset=9), L2TP3(), *PING4),
    ),
    other(
        "later fragment of l2tp over ip and ipv6",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), PEER6, Fragment(offset=9), L2TP3(), *PING4),
    ),
]

CASES: Final[list[Case]] = [*VERSION2, *VERSION3]
