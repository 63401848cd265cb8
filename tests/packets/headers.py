"""The headers of a packet as another program names them, and the record they make.

Such a program tells which headers it saw. Which of these make a record, and where a walk over
them ends, are rules of this project, so they are applied here, once for all programs asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tests.packets.expected import NO_INNER, Expected, Pair
from tests.packets.reference_ip import MAX_EXTENSIONS
from tests.packets.reference_link import MAX_TAGS
from tests.packets.reference_tunnels import PORTS

from tunnel_monitor.contract import MAX_DEPTH, Outcome


@dataclass(frozen=True)
class LinkHeader:
    """An Ethernet header."""


@dataclass(frozen=True)
class Tag:
    """A VLAN tag."""


@dataclass(frozen=True)
class IPHeader:
    """An IP header that is whole and valid, without extension headers."""

    src: str
    dst: str


@dataclass(frozen=True)
class ExtensionHeader:
    """An IPv6 extension header."""


@dataclass(frozen=True)
class UDPHeader:
    """A UDP header; where a datagram is cut off, its port may be there without the rest."""

    dport: int


@dataclass(frozen=True)
class TunnelHeader:
    """A whole VXLAN header; `vni` is None where the I flag is clear."""

    vni: int | None


Header = LinkHeader | Tag | IPHeader | ExtensionHeader | UDPHeader | TunnelHeader


@dataclass(frozen=True)
class Record:
    """The part of `Expected` that depends on dissecting: 0 deep is no tunnel."""

    depth: int = 0
    vni: int | None = None
    outer: Pair = ("", "")
    inner: Pair = NO_INNER


TOO_DEEP: Final = Record(depth=MAX_DEPTH + 1)


def record_of(expected: Expected) -> Record:
    """The same part of what the table or the reference says."""
    if expected.outcome is Outcome.TOO_DEEP:
        return TOO_DEEP
    return Record(
        len(expected.encap),
        expected.vni,
        (expected.outer_src, expected.outer_dst),
        (expected.inner_src, expected.inner_dst),
    )


def record_from(headers: Iterable[Header]) -> Record:
    """The record of a packet with these headers, which end where nothing more can be read."""
    record = Record()
    pair = NO_INNER
    tags = extensions = 0
    for header in headers:
        match header:
            case LinkHeader():
                tags = 0
            case Tag():
                tags += 1
            case IPHeader(src, dst):
                extensions = 0
                pair = (src, dst)
                if record.depth:
                    record = Record(record.depth, record.vni, record.outer, pair)
            case ExtensionHeader():
                extensions += 1
            case UDPHeader(dport) if dport not in PORTS:
                break
            case TunnelHeader(None):
                break
            case TunnelHeader(vni):
                record = Record(record.depth + 1, vni, outer=pair)
            case _:
                pass
        if tags > MAX_TAGS or extensions > MAX_EXTENSIONS:
            break
        if record.depth > MAX_DEPTH:
            return TOO_DEEP
    return record
