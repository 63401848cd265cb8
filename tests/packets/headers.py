"""The headers of a packet as another program names them, and the record they make.

Such a program tells which headers it saw. Which of these make a record, and where a walk over
them ends, are rules of this project, so they are applied here, once for all programs asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from typing import Final

from tests.packets.expected import NO_INNER, Expected, Pair
from tests.packets.reference_ip import MAX_EXTENSIONS
from tests.packets.reference_link import MAX_TAGS
from tests.packets.reference_tunnels import BY_EITHER_PORT, PORTS

from tunnel_monitor.contract import MAX_DEPTH, Encap, Outcome


@dataclass(frozen=True)
class LinkHeader:
    """An Ethernet header, or any other that leads to IP and is no VLAN tag."""


@dataclass(frozen=True)
class Tag:
    """A VLAN tag."""


@dataclass(frozen=True)
class IPHeader:
    """An IP header that is whole and valid, without extension headers.

    `protocol` is None in a later fragment, behind which is no header.
    """

    src: str
    dst: str
    protocol: int | None

    @property
    def is_ipv4(self) -> bool:
        """By its addresses; a mapped one is not told apart, and no case puts a tunnel there."""
        return ":" not in self.src


@dataclass(frozen=True)
class ExtensionHeader:
    """An IPv6 extension header, or AH; `protocol` as that of an IP header."""

    protocol: int | None


@dataclass(frozen=True)
class UDPHeader:
    """A UDP header; where a datagram is cut off, its ports may be there without the rest."""

    sport: int
    dport: int

    def encap(self) -> Encap | None:
        """What its ports say."""
        by_source = PORTS.get(self.sport)
        return PORTS.get(self.dport) or (by_source if by_source in BY_EITHER_PORT else None)


@dataclass(frozen=True)
class TunnelHeader:
    """A whole and valid tunnel header."""

    encap: Encap
    vni: int | None


@dataclass(frozen=True)
class ClosedHeader:
    """A tunnel header that opens nothing: cut off, of another version, without a VNI, ..."""


Header = LinkHeader | Tag | IPHeader | ExtensionHeader | UDPHeader | TunnelHeader | ClosedHeader

# By protocol number: in IPv4, in IPv6.
IP_IN_IP: Final[dict[int | None, tuple[Encap, Encap]]] = {
    4: (Encap.IPIP, Encap.IP4IP6),
    41: (Encap.SIT, Encap.IP6IP6),
}


def gre_header(
    protocol: int, key: int | None, session: int | None, *, has: Set[str]
) -> TunnelHeader:
    """What a GRE header is called.

    Args:
        protocol: what it carries.
        key: None without one.
        session: of the ERSPAN header behind it, if there is one.
        has: the letters of the words it has: C, R, K, S.
    """
    if protocol == 0x6558 and has & {"C", "K", "S"} == {"K"} and key is not None:
        return TunnelHeader(Encap.NVGRE, key >> 8)
    if protocol == 0x6558:
        return TunnelHeader(Encap.GRETAP, key)
    if protocol == 0x88BE:
        return TunnelHeader(Encap.ERSPAN2 if "S" in has else Encap.ERSPAN1, session)
    if protocol == 0x22EB:
        return TunnelHeader(Encap.ERSPAN3, session)
    return TunnelHeader(Encap.GRE, key)


def enhanced_gre_header(protocol: int, key: int | None) -> TunnelHeader | ClosedHeader:
    """What a GRE header of version 1 is called; `key` as the number it is in network order."""
    call = None if key is None else key & 0xFFFF
    if protocol == 0x880B:
        return TunnelHeader(Encap.PPTP, call)
    if protocol == 0x6400:
        swapped = None if call is None else int.from_bytes(call.to_bytes(2), "little")
        return TunnelHeader(Encap.EOIP, swapped)
    return ClosedHeader()


@dataclass(frozen=True)
class Record:
    """The part of `Expected` that depends on dissecting: an empty path is no tunnel."""

    path: tuple[Encap, ...] = ()
    vni: int | None = None
    outer: Pair = ("", "")
    inner: Pair = NO_INNER

    def entered(self, tunnel: TunnelHeader, outer: IPHeader) -> Record:
        """The record one tunnel further in."""
        return Record((*self.path, tunnel.encap), tunnel.vni, (outer.src, outer.dst))

    def reached(self, inner: IPHeader) -> Record:
        """The record with an inner IP header, if it is in a tunnel."""
        return replace(self, inner=(inner.src, inner.dst)) if self.path else self


TOO_DEEP: Final = Record((Encap.NONE,) * (MAX_DEPTH + 1))


def record_of(expected: Expected) -> Record:
    """The same part of what the table or the reference says."""
    if expected.outcome is Outcome.TOO_DEEP:
        return TOO_DEEP
    return Record(
        expected.encap,
        expected.vni,
        (expected.outer_src, expected.outer_dst),
        (expected.inner_src, expected.inner_dst),
    )


def record_from(headers: Iterable[Header]) -> Record:
    """The record of a packet with these headers, which end where nothing more can be read."""
    record = Record()
    ip = IPHeader("", "", None)
    tags = extensions = 0
    for header in headers:
        match header:
            case LinkHeader():
                tags = 0
            case Tag():
                tags += 1
            case IPHeader():
                extensions = 0
                ip = header
                record = record.reached(ip)
            case ExtensionHeader():
                extensions += 1
            case UDPHeader():
                pass
            case ClosedHeader():
                break
            case TunnelHeader():
                record = record.entered(header, ip)
        if tags > MAX_TAGS or extensions > MAX_EXTENSIONS or leads_nowhere(header):
            break
        if isinstance(header, IPHeader | ExtensionHeader) and header.protocol in IP_IN_IP:
            tunnel = TunnelHeader(IP_IN_IP[header.protocol][not ip.is_ipv4], None)
            record = record.entered(tunnel, ip)
        if len(record.path) > MAX_DEPTH:
            return TOO_DEEP
    return record


def leads_nowhere(header: Header) -> bool:
    """Whether it is a UDP header of no tunnel's port."""
    return isinstance(header, UDPHeader) and header.encap() is None
