"""IP in IP, which has no tunnel header: all four of its kinds, and what may go wrong with them."""

from __future__ import annotations

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
    other,
)
from tests.packets.stacks import END4, END6, PEER4, PEER6, PING4, PING6

from tunnel_monitor.contract import Encap, Outcome
from tunnel_monitor.testing.packets import (
    AH,
    TCP,
    VLAN,
    Ethernet,
    Fragment,
    IPv4,
    IPv6,
    Layer,
    destination_options,
    hop_by_hop,
    payload,
    routing,
)

IP4, IP6 = PING4[1:], PING6[1:]


def in4(name: str, *inside: Layer, behind: tuple[Layer, ...] = (), cut: int = 0) -> Case:
    """IPv4 in IPv4; `behind` the outer header are more."""
    return flow(
        name,
        (Ethernet(), PEER4, *behind),
        inside or IP4,
        vni=None,
        path=(Encap.IPIP,),
        cut=cut,
    )


def in6(name: str, *behind: Layer) -> Case:
    """IPv6 in IPv6."""
    return flow(
        name,
        (Ethernet(), PEER6, *behind),
        IP6,
        outer=PEERS6,
        inner=ENDPOINTS6,
        vni=None,
        path=(Encap.IP6IP6,),
    )


def unreadable(name: str, encap: Encap, outer: Layer, *inside: Layer, cut: int = 0) -> Case:
    """The protocol field says that IP follows, and it does not."""
    pair: Pair = PEERS4 if isinstance(outer, IPv4) else PEERS6
    return flow(
        name,
        (Ethernet(), outer),
        inside,
        outer=pair,
        inner=NO_INNER,
        vni=None,
        path=(encap,),
        cut=cut,
    )


KINDS: Final = [
    in4("ipip"),
    in4("ipip, tcp", END4, TCP(), payload(5)),
    in4("ipip, inner header alone", END4),
    in6("ip6ip6"),
    flow("sit", (Ethernet(), PEER4), IP6, inner=ENDPOINTS6, vni=None, path=(Encap.SIT,)),
    flow("ip4ip6", (Ethernet(), PEER6), IP4, outer=PEERS6, vni=None, path=(Encap.IP4IP6,)),
    flow(
        "sit, extension headers inside",
        (Ethernet(), PEER4),
        (END6, hop_by_hop(), routing(ENDPOINTS6[1]), *PING6[2:]),
        inner=ENDPOINTS6,
        vni=None,
        path=(Encap.SIT,),
    ),
    flow("ipip behind a tag", (Ethernet(), VLAN(5), PEER4), IP4, vni=None, path=(Encap.IPIP,)),
    flow(
        "ipip with options",
        (Ethernet(), IPv4(*PEERS4, options=bytes(8))),
        (IPv4(*ENDPOINTS4, options=bytes(4)), TCP()),
        vni=None,
        path=(Encap.IPIP,),
    ),
    in6("ip6ip6 behind destination options", destination_options(b"\4\1\4")),
    in6("ip6ip6 behind ah", AH()),
    in6("ip6ip6, first fragment", Fragment(more=True)),
    in4("ipip behind ah", behind=(AH(),)),
    in4("ipip behind two ah", behind=(AH(), AH(check_value=bytes(32)))),
    in4("ipip behind eight ah", behind=(AH(),) * 8),
    flow(
        "ipip, first fragment",
        (Ethernet(), IPv4(*PEERS4, more_fragments=True)),
        IP4,
        vni=None,
        path=(Encap.IPIP,),
    ),
    flow(
        "ipip, the inner one a later fragment",
        (Ethernet(), PEER4),
        (IPv4(*ENDPOINTS4, offset=9, protocol=17), payload(30)),
        vni=None,
        path=(Encap.IPIP,),
    ),
    flow(
        "ipip of length 0",
        (Ethernet(), IPv4(*PEERS4, total_length=0)),
        (IPv4(*ENDPOINTS4, total_length=0), TCP()),
        vni=None,
        path=(Encap.IPIP,),
    ),
]

UNREADABLE: Final = [
    unreadable("ipip, nothing", Encap.IPIP, IPv4(*PEERS4, protocol=4)),
    unreadable("ipip, inner header cut off", Encap.IPIP, PEER4, END4, cut=1),
    unreadable("sit, nothing", Encap.SIT, IPv4(*PEERS4, protocol=41)),
    unreadable("sit, inner header cut off", Encap.SIT, PEER4, END6, cut=1),
    unreadable("ip4ip6, nothing", Encap.IP4IP6, IPv6(*PEERS6, next_header=4)),
    unreadable("ip6ip6, inner header cut off", Encap.IP6IP6, PEER6, END6, cut=1),
    unreadable("ipip, ipv6 inside", Encap.IPIP, IPv4(*PEERS4, protocol=4), *IP6),
    unreadable("sit, ipv4 inside", Encap.SIT, IPv4(*PEERS4, protocol=41), *IP4),
    unreadable("ipip, inner ihl 4", Encap.IPIP, PEER4, IPv4(ihl=4), TCP()),
]

NO_TUNNEL: Final = [
    other(
        "later fragment of ipip", Outcome.LATER_FRAGMENT, Ethernet(), IPv4(*PEERS4, offset=1), *IP4
    ),
    other(
        "later fragment of sit", Outcome.LATER_FRAGMENT, Ethernet(), IPv4(*PEERS4, offset=1), *IP6
    ),
    other(
        "later fragment of ip6ip6",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), PEER6, Fragment(offset=1), *IP6),
    ),
    other(
        "later fragment of ah",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), IPv4(*PEERS4, offset=1), AH(), *IP4),
    ),
    other(
        "later fragment of gre",
        Outcome.LATER_FRAGMENT,
        *(Ethernet(), IPv4(*PEERS4, offset=1, protocol=47), payload(40)),
    ),
    other("ah in ipv4 cut off", Outcome.TRUNCATED, *(Ethernet(), PEER4, AH()), cut=1),
    other(
        "nine ah in ipv4",
        Outcome.TOO_MANY_EXTENSIONS,
        *(Ethernet(), PEER4, *[AH()] * 9, *IP4),
    ),
    other("ah and tcp in ipv4", Outcome.NOT_TUNNELED, Ethernet(), PEER4, AH(), TCP()),
    other(
        "an ipv6 extension header in ipv4",
        Outcome.NOT_TUNNELED,
        *(Ethernet(), PEER4, destination_options(), *IP4),
    ),
    other("esp", Outcome.NOT_TUNNELED, Ethernet(), IPv4(*PEERS4, protocol=50), *IP4),
]

CASES: Final[list[Case]] = [*KINDS, *UNREADABLE, *NO_TUNNEL]
