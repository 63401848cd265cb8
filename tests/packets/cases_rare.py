"""Tunnels that are read only if asked for, but L2TP's."""

from __future__ import annotations

from typing import Final

from tests.packets.cases_gre import ROUTES
from tests.packets.expected import ENDPOINTS6, NO_INNER, PEERS6, Case, other
from tests.packets.over import carried, refused
from tests.packets.stacks import PING4, PING6, TCP4

from tunnel_monitor.contract import Encap, Outcome
from tunnel_monitor.testing.packets import (
    GRE,
    GRE_ERSPAN,
    LISP,
    LISP_HAS_PROTOCOL,
    MPLS,
    NSH,
    PPP,
    UDP,
    VLAN,
    VXLAN,
    EnhancedGRE,
    EoIP,
    EtherIP,
    Ethernet,
    Fragment,
    IPv4,
    IPv6,
    Layer,
    Teredo,
    TeredoAuthentication,
    payload,
)

IP4, IP6 = PING4[1:], PING6[1:]
TRUNCATED: Final = Outcome.TRUNCATED
UNKNOWN_VERSION: Final = Outcome.UNKNOWN_VERSION


def teredo(name: str, *layers: Layer, cut: int = 0) -> list[Case]:
    """An IPv6 packet in Teredo."""
    return carried(name, Encap.TEREDO, *layers, vni=None, inside=IP6, inner=ENDPOINTS6, cut=cut)


PROOF: Final = TeredoAuthentication(b"client", b"secret of 17 byte", confirmation=1)
ORIGIN: Final = (40000, "192.0.2.45")

TEREDO: Final = [
    *teredo("teredo", UDP(), Teredo()),
    *teredo("teredo, an origin", UDP(), Teredo(origin=ORIGIN)),
    *teredo("teredo, an authentication", UDP(), Teredo(PROOF)),
    *teredo("teredo, both", UDP(), Teredo(PROOF, ORIGIN)),
    *teredo("teredo, an authentication of nothing", UDP(), Teredo(TeredoAuthentication(), ORIGIN)),
    *teredo(
        "teredo, the longest authentication",
        *(UDP(), Teredo(TeredoAuthentication(bytes(255), bytes(255)))),
    ),
    *teredo("teredo, an answer", UDP(sport=3544, dport=49152), Teredo()),
    *carried(
        "teredo, a bubble",
        Encap.TEREDO,
        *(UDP(), Teredo()),
        vni=None,
        inside=(IPv6(*ENDPOINTS6, next_header=59),),
        inner=ENDPOINTS6,
    ),
    *carried("teredo, ipv4", Encap.TEREDO, UDP(), Teredo(), vni=None, inside=IP4, inner=NO_INNER),
    *refused("teredo, nothing", TRUNCATED, UDP(), Teredo()),
    *refused("teredo, an origin cut off", TRUNCATED, UDP(), Teredo(origin=ORIGIN), cut=1),
    *refused("teredo, an authentication cut off", TRUNCATED, UDP(), Teredo(PROOF), cut=1),
    *refused("teredo, nothing behind an authentication", TRUNCATED, UDP(), Teredo(PROOF)),
    *refused("teredo, a short authentication", TRUNCATED, UDP(), Teredo(PROOF), cut=30),
]

EITHER_PORT: Final = [
    *carried("teredo, an answer to vxlan's port", Encap.VXLAN, UDP(sport=3544), VXLAN(10001)),
    *refused(
        "vxlan's port as source, and that of nobody",
        Outcome.NOT_TUNNELED,
        *(UDP(sport=4789, dport=3545), Teredo(), *IP6),
    ),
    *carried(
        "teredo, from lisp's port",
        Encap.TEREDO,
        UDP(sport=4341),
        Teredo(),
        vni=None,
        inside=IP6,
        inner=ENDPOINTS6,
    ),
]

OVER_UDP: Final = [
    *carried("mpls over udp, ipv4", Encap.MPLS_UDP, UDP(), vni=None, inside=(MPLS(), *IP4)),
    *carried(
        "mpls over udp, three labels and ipv6",
        Encap.MPLS_UDP,
        UDP(),
        vni=None,
        inside=(MPLS(1), MPLS(2), MPLS(3), *IP6),
        inner=ENDPOINTS6,
    ),
    *carried(
        "mpls over udp, nothing",
        Encap.MPLS_UDP,
        UDP(dport=6635),
        vni=None,
        inside=(),
        inner=NO_INNER,
    ),
    *carried("gre over udp, ipv4", Encap.GRE_UDP, UDP(), GRE(), vni=None, inside=IP4),
    *carried("gre over udp, a key", Encap.GRE_UDP, UDP(), GRE(10001, 5), inside=IP4),
    *carried("gre over udp, ethernet", Encap.GRE_UDP, UDP(), GRE(), vni=None),
    *carried("gre over udp, ethernet and a key", Encap.GRE_UDP, UDP(), GRE(10001)),
    *carried(
        "gre over udp, all words",
        Encap.GRE_UDP,
        *(UDP(), GRE(10001, 5, has_checksum=True, routes=ROUTES)),
        inside=IP4,
    ),
    *carried(
        "gre over udp, erspan",
        Encap.GRE_UDP,
        *(UDP(), GRE(protocol=GRE_ERSPAN)),
        vni=None,
        inner=NO_INNER,
    ),
    *refused("gre over udp, version 1", UNKNOWN_VERSION, UDP(), GRE(version=1), *IP4),
    *refused("gre over udp, cut off", TRUNCATED, UDP(), GRE(), cut=1),
    *refused("gre over udp, a key cut off", TRUNCATED, UDP(), GRE(7), cut=1),
]


def lisp(name: str, header: LISP, *inside: Layer, vni: int | None = None) -> list[Case]:
    """A packet in LISP."""
    return carried(name, Encap.LISP, UDP(), header, vni=vni, inside=inside or IP4)


GPE: Final = LISP_HAS_PROTOCOL

LISP_CASES: Final = [
    *lisp("lisp", LISP()),
    *lisp("lisp, an instance", LISP(10001), vni=10001),
    *lisp("lisp, instance 0", LISP(0), vni=0),
    *lisp("lisp, the largest instance", LISP(0xFFFFFF, rest=0xFF), vni=0xFFFFFF),
    *lisp("lisp, every other flag", LISP(7, flags=0xF3, nonce=0xFFFFFF, rest=0xFF), vni=7),
    *lisp("lisp, no instance but its bits", LISP(rest=0xFFFFFFFF)),
    *lisp("lisp, next protocol ipv4", LISP(5, flags=GPE), vni=5),
    *lisp("lisp, next protocol ethernet", LISP(5, flags=GPE), *PING4, vni=5),
    *lisp("lisp, next protocol nsh", LISP(5, flags=GPE), NSH(), *PING4, vni=5),
    *carried("lisp, ipv6", Encap.LISP, UDP(), LISP(), vni=None, inside=IP6, inner=ENDPOINTS6),
    *carried(
        "lisp, neither ipv4 nor ipv6",
        Encap.LISP,
        *(UDP(), LISP()),
        vni=None,
        inside=(payload(60),),
        inner=NO_INNER,
    ),
    *carried("lisp, nothing", Encap.LISP, UDP(), LISP(), vni=None, inside=(), inner=NO_INNER),
    *refused("lisp cut off", TRUNCATED, UDP(), LISP(), cut=1),
]

ENHANCED_GRE: Final = [
    *carried("pptp", Encap.PPTP, EnhancedGRE(300, 1), vni=300, inside=(PPP(), *IP4)),
    *carried(
        "pptp, both numbers",
        Encap.PPTP,
        EnhancedGRE(0xFFFF, 1, 2),
        vni=0xFFFF,
        inside=(PPP(has_address=True, is_compressed=True), *IP6),
        inner=ENDPOINTS6,
    ),
    *carried(
        "pptp, an acknowledgment alone",
        Encap.PPTP,
        EnhancedGRE(7, acknowledgment=9),
        vni=7,
        inside=(),
        inner=NO_INNER,
    ),
    *carried(
        "pptp, link control",
        Encap.PPTP,
        EnhancedGRE(7, 9),
        vni=7,
        inside=(PPP(), payload(20)),
        inner=NO_INNER,
    ),
    *carried(
        "pptp without a key",
        Encap.PPTP,
        EnhancedGRE(has_key=False),
        vni=None,
        inside=(PPP(), *IP4),
    ),
    *carried("eoip", Encap.EOIP, EoIP(0x0102), vni=0x0102),
    *carried("eoip, tags", Encap.EOIP, EoIP(1), vni=1, inside=(Ethernet(), VLAN(5), *TCP4[1:])),
    *carried("eoip, a keepalive", Encap.EOIP, EoIP(9), vni=9, inside=(), inner=NO_INNER),
    *carried("eoip without a key", Encap.EOIP, EoIP(has_key=False), vni=None),
    *refused("pptp cut off", TRUNCATED, EnhancedGRE(), cut=1),
    *refused("pptp, a number cut off", TRUNCATED, EnhancedGRE(1, 2), cut=1),
    *refused("pptp, an acknowledgment cut off", TRUNCATED, EnhancedGRE(1, 2, 3), cut=1),
    *refused("eoip cut off", TRUNCATED, EoIP(), cut=1),
    *refused("gre of version 1, ipv4", UNKNOWN_VERSION, EnhancedGRE(protocol=0x0800), *IP4),
]

ETHERIP: Final = [
    *carried("etherip", Encap.ETHERIP, EtherIP(), vni=None),
    *carried(
        "etherip, tags", Encap.ETHERIP, EtherIP(), vni=None, inside=(*PING4[:1], VLAN(), *IP4)
    ),
    *carried("etherip, reserved bits", Encap.ETHERIP, EtherIP(reserved=0xFFF), vni=None),
    *carried("etherip, nothing", Encap.ETHERIP, EtherIP(), vni=None, inside=(), inner=NO_INNER),
    *refused("etherip of version 0", UNKNOWN_VERSION, EtherIP(version=0), *PING4),
    *refused("etherip of version 2", UNKNOWN_VERSION, EtherIP(version=2), *PING4),
    *refused("etherip cut off", TRUNCATED, EtherIP(), cut=1),
    other(
        "later fragment of etherip",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), IPv4(offset=9), EtherIP(), *PING4),
    ),
    other(
        "later fragment of etherip over ipv6",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), IPv6(*PEERS6), Fragment(offset=9), EtherIP(), *PING4),
    ),
]

CASES: Final[list[Case]] = [*TEREDO, *EITHER_PORT, *OVER_UDP, *LISP_CASES, *ENHANCED_GRE, *ETHERIP]
