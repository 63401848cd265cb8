"""Every encapsulation in every other, and four and five of them in each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from tests.packets.cases_nested import PAIR4, PAIR6
from tests.packets.expected import Case, flow, other

from tunnel_monitor.contract import Encap, Outcome
from tunnel_monitor.settings import DEFAULT_ENCAPS, RARE_ENCAPS
from tunnel_monitor.testing.packets import (
    ERSPAN2,
    ERSPAN3,
    GRE,
    GTPU,
    L2TP,
    LISP,
    MPLS,
    PPP,
    TCP,
    UDP,
    VXLAN,
    VXLANGPE,
    EnhancedGRE,
    EoIP,
    EtherIP,
    Ethernet,
    Geneve,
    IPv4,
    IPv6,
    Layer,
    Teredo,
    erspan1,
    nvgre,
)

Layers = tuple[Layer, ...]

# From behind the outer IP header to the inner one, for a number that stands for the VNI.
OPENINGS: Final[dict[Encap, Callable[[int], Layers]]] = {
    Encap.VXLAN: lambda vni: (UDP(), VXLAN(vni), Ethernet()),
    Encap.VXLAN_GPE: lambda vni: (UDP(), VXLANGPE(vni)),
    Encap.GENEVE: lambda vni: (UDP(), Geneve(vni, bytes(8))),
    Encap.GTPU: lambda vni: (UDP(), GTPU(vni, sequence=1)),
    Encap.GRE: lambda vni: (GRE(vni, 2),),
    Encap.GRETAP: lambda vni: (GRE(vni, has_checksum=True), Ethernet()),
    Encap.NVGRE: lambda vni: (nvgre(vni, 7), Ethernet()),
    Encap.ERSPAN1: lambda _: (erspan1(), Ethernet()),
    Encap.ERSPAN2: lambda vni: (GRE(sequence=1), ERSPAN2(vni), Ethernet()),
    Encap.ERSPAN3: lambda vni: (GRE(sequence=1), ERSPAN3(vni, platform=bytes(8)), Ethernet()),
    Encap.TEREDO: lambda _: (UDP(), Teredo()),
    Encap.MPLS_UDP: lambda _: (UDP(dport=6635), MPLS()),
    Encap.GRE_UDP: lambda vni: (UDP(), GRE(vni), Ethernet()),
    Encap.L2TP: lambda vni: (UDP(), L2TP(0, vni, sequence=(1, 2)), PPP()),
    Encap.PPTP: lambda vni: (EnhancedGRE(vni, 1, 2), PPP()),
    Encap.EOIP: lambda vni: (EoIP(vni), Ethernet()),
    Encap.ETHERIP: lambda _: (EtherIP(), Ethernet()),
    Encap.LISP: lambda vni: (UDP(), LISP(vni)),
    **dict.fromkeys((Encap.IPIP, Encap.SIT, Encap.IP4IP6, Encap.IP6IP6), lambda _: ()),
}
NO_VNI: Final = {
    *(Encap.ERSPAN1, Encap.IPIP, Encap.SIT, Encap.IP4IP6, Encap.IP6IP6),
    *(Encap.TEREDO, Encap.MPLS_UDP, Encap.ETHERIP),
}
# The versions of the outer and of the inner IP header, where it matters.
VERSIONS: Final = {
    Encap.IPIP: (4, 4),
    Encap.SIT: (4, 6),
    Encap.IP4IP6: (6, 4),
    Encap.IP6IP6: (6, 6),
}
INNER_VERSIONS: Final = {Encap.TEREDO: 6}


def versions_of(path: Sequence[Encap]) -> list[int] | None:
    """The version of each IP header, outermost first; None if two tunnels want different ones."""
    found: list[int] = []
    inner: int | None = None
    for level, encap in enumerate(path):
        default = 4 if level % 2 == 0 else 6
        wanted = VERSIONS.get(encap, (inner or default, INNER_VERSIONS.get(encap)))
        if inner is not None and inner != wanted[0]:
            return None
        found.append(wanted[0])
        inner = wanted[1]
    return [*found, inner or 4]


def divided(outside: list[Layer], inside: list[Layer]) -> tuple[list[Layer], list[Layer]]:
    """The same layers, those right behind a tunnel header in the second part."""
    first = len(outside)
    while isinstance(outside[first - 1], Ethernet | PPP | MPLS):
        first -= 1
    return outside[:first], [*outside[first:], *inside]


def mixed(*path: Encap) -> list[Case]:
    """One case, or none if no packet has such tunnels."""
    versions = versions_of(path)
    if versions is None:
        return []
    pairs = [(PAIR4 if version == 4 else PAIR6)[level] for level, version in enumerate(versions)]
    headers = [
        IPv4(*pair) if version == 4 else IPv6(*pair)
        for version, pair in zip(versions, pairs, strict=True)
    ]
    outside: list[Layer] = [Ethernet()]
    for level, encap in enumerate(path):
        outside += [headers[level], *OPENINGS[encap](100 + level)]
    outside, inside = divided(outside, [headers[-1], TCP()])
    name = " in ".join(encap.label for encap in reversed(path))
    if len(path) > 4:
        return [other(name, Outcome.TOO_DEEP, *outside, *inside)]
    vni = None if path[-1] in NO_VNI else 99 + len(path)
    return [flow(name, outside, inside, outer=pairs[-2], inner=pairs[-1], vni=vni, path=path)]


COMMON: Final = [encap for encap in OPENINGS if encap in DEFAULT_ENCAPS]
RARE: Final = [encap for encap in OPENINGS if encap in RARE_ENCAPS]
ENCAPS: Final = [*COMMON, *RARE]
PAIRS: Final = [case for outer in COMMON for inner in COMMON for case in mixed(outer, inner)]
WITH_RARE: Final = [
    case
    for rare in RARE
    for other_one in (Encap.VXLAN, Encap.GRE, Encap.SIT, *RARE)
    for case in (
        *mixed(rare, other_one),
        *(mixed(other_one, rare) if other_one not in RARE else ()),
    )
]


def rounds(depth: int) -> list[Case]:
    """Each encapsulation with those behind it in the list, and in the list of every third."""
    thirds = [ENCAPS[place * 3 % len(ENCAPS)] for place in range(len(ENCAPS))]
    return [
        case
        for order in (ENCAPS, thirds)
        for start in range(len(ENCAPS))
        for case in mixed(*(order[(start + level) % len(order)] for level in range(depth)))
    ]


CASES: Final[list[Case]] = [*PAIRS, *WITH_RARE, *rounds(4), *rounds(5)]
