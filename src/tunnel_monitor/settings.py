"""What a user may set, validated once, at the edge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from tunnel_monitor.contract import Encap, Notice
from tunnel_monitor.errors import BadSetting

ALL_ENCAPS = frozenset(Encap) - {Encap.NONE}
# Read only if asked for: they are rare, and two of them are told by either UDP port.
RARE_ENCAPS = frozenset(
    {
        Encap.TEREDO,
        Encap.MPLS_UDP,
        Encap.GRE_UDP,
        Encap.L2TP,
        Encap.L2TP3_IP,
        Encap.PPTP,
        Encap.EOIP,
        Encap.ETHERIP,
        Encap.LISP,
    }
)
DEFAULT_ENCAPS = ALL_ENCAPS - RARE_ENCAPS
# Of those that run over UDP; the others are told by their IP protocol.
USUAL_PORTS: Mapping[Encap, tuple[int, ...]] = MappingProxyType(
    {
        Encap.VXLAN: (4789, 8472),
        Encap.VXLAN_GPE: (4790,),
        Encap.GENEVE: (6081,),
        Encap.GTPU: (2152,),
        Encap.TEREDO: (3544,),
        Encap.MPLS_UDP: (6635,),
        Encap.GRE_UDP: (4754,),
        Encap.L2TP: (1701,),
        Encap.LISP: (4341,),
    }
)
DEFAULT_PORTS: Mapping[Encap, tuple[int, ...]] = MappingProxyType(
    {encap: ports for encap, ports in USUAL_PORTS.items() if encap in DEFAULT_ENCAPS}
)
ALL_NOTICES = Notice.HEADERS | Notice.SEGMENTS | Notice.STATIONS
SMALLEST_TABLE, LARGEST_TABLE = 1, 1 << 24


@dataclass(frozen=True, slots=True)
class TableSizes:
    """How many flows each table holds, for one CPU and generation.

    Args:
        narrow: IPv4 in IPv4.
        wide: all other flows.
        tunnels: rows for what found no room in the other two.
        noticed: tunnels of which something is noticed beside sizes.
        segments: flows of which a large TCP segment is.
        stations: inner link addresses.
    """

    narrow: int = 65_536
    wide: int = 32_768
    tunnels: int = 1_024
    noticed: int = 1_024
    segments: int = 512
    stations: int = 1_024

    def __post_init__(self) -> None:
        for name in ("narrow", "wide", "tunnels", "noticed", "segments", "stations"):
            size = getattr(self, name)
            if not SMALLEST_TABLE <= size <= LARGEST_TABLE:
                raise BadSetting(
                    f"cannot keep a table for {size} flows",
                    f"choose {SMALLEST_TABLE} to {LARGEST_TABLE} with --flows",
                )

    @classmethod
    def of_flows(cls, flows: int) -> TableSizes:
        """Tables for so many IPv4 flows a CPU, and half as many others."""
        return cls(narrow=flows, wide=max(1, flows // 2))

    def noticing(self, notices: Notice) -> TableSizes:
        """The same, with the smallest tables for what is not noticed.

        ICMP about tunnels and rare packets go to `noticed`, whatever else is looked at.
        """
        needed_by = {
            "noticed": ALL_NOTICES,
            "segments": Notice.SEGMENTS,
            "stations": Notice.STATIONS,
        }
        return replace(
            self,
            **{name: SMALLEST_TABLE for name, kind in needed_by.items() if not kind & notices},
        )


class Preallocate(StrEnum):
    """Whether tables have memory for all their flows from the start (ADR 0024)."""

    AUTO = "auto"  # where that is little
    ALWAYS = "always"
    NEVER = "never"


class Boundary(StrEnum):
    """Which boundary makes the record of a tunnel in a tunnel: addresses, VNI, inner bytes."""

    INNERMOST = "innermost"
    OUTERMOST = "outermost"


@dataclass(frozen=True, slots=True)
class MonitorSettings:
    """How interfaces are watched.

    Args:
        interval_s: seconds from one drain to the next.
        tables: their sizes.
        preallocate: whether their memory is taken at once, or as flows come.
        encaps: which encapsulations are read; of others nothing is.
        ports: UDP destination ports by encapsulation, of those that are read.
        given_ports: the encapsulations whose ports the user named; the others have their usual
            ones, which yield to this host's tunnel devices.
        boundary: which makes the record of a tunnel in a tunnel.
        discover: whether the ports of this host's tunnel devices are read as well.
        notices: what is looked at beside sizes.
        own_cost: whether the kernel measures how long the programs run.
        attach: `auto` takes tcx where the kernel has it, else clsact; the others force one.
        user: whom to become once attached.
    """

    interval_s: float = 1.0
    tables: TableSizes = field(default_factory=TableSizes)
    preallocate: Preallocate = Preallocate.AUTO
    encaps: frozenset[Encap] = DEFAULT_ENCAPS
    ports: Mapping[Encap, tuple[int, ...]] = field(default_factory=lambda: DEFAULT_PORTS)
    given_ports: frozenset[Encap] = frozenset()
    boundary: Boundary = Boundary.INNERMOST
    discover: bool = True
    notices: Notice = ALL_NOTICES
    own_cost: bool = False
    attach: str = "auto"
    user: str = "nobody"

    @property
    def used_tables(self) -> TableSizes:
        """Their sizes, without room for what is not noticed."""
        return self.tables.noticing(self.notices)

    def __post_init__(self) -> None:
        if not 0.05 <= self.interval_s <= 3600:
            raise BadSetting(
                f"cannot drain every {self.interval_s:g} seconds", "choose 0.05 to 3600"
            )
        if self.attach not in ("auto", "tcx", "clsact"):
            raise BadSetting(f"cannot attach by {self.attach!r}", "choose auto, tcx or clsact")
