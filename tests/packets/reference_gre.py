"""The slow reference's reading of GRE, and of what is called otherwise by what it carries."""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from tests.packets.reading import End, Reader, number
from tests.packets.reference_link import ETHERNET, IPV4, IPV6, NOTHING, PPP
from tests.packets.reference_opened import Opened

from tunnel_monitor.contract import Encap, Outcome

MAX_ROUTES: Final = 8

ERSPAN: Final = 0x88BE
ERSPAN3: Final = 0x22EB
EOIP: Final = 0x6400


def read_gre(reader: Reader, encaps: Set[Encap]) -> Opened:
    """GRE directly over IP, of either version; opaque where its name is not in `encaps`."""
    head = reader.take(4)
    version, protocol = head[1] & 0x07, number(head[2:])
    if version == 1:
        enhanced = {PPP: Encap.PPTP, EOIP: Encap.EOIP}.get(protocol)
        if enhanced is None or enhanced not in encaps:
            raise End(Outcome.UNKNOWN_VERSION)
        return read_enhanced(reader, head, enhanced)
    if version:
        raise End(Outcome.UNKNOWN_VERSION)
    kind = name_of(head, protocol)
    if kind not in encaps:
        raise End(Outcome.NOT_TUNNELED)
    key = read_words(reader, head)
    if kind is Encap.ERSPAN2:
        return read_erspan2(reader)
    if kind is Encap.ERSPAN3:
        return read_erspan3(reader)
    if kind is Encap.ERSPAN1:
        return Opened(kind, None, ETHERNET)
    if kind is Encap.NVGRE and key is not None:
        return Opened(kind, key >> 8, ETHERNET)
    return Opened(kind, key, protocol)


def read_gre_udp(reader: Reader) -> Opened:
    """RFC 8086, 3: GRE of version 0, by one name whatever it carries."""
    head = reader.take(4)
    if head[1] & 0x07:
        raise End(Outcome.UNKNOWN_VERSION)
    return Opened(Encap.GRE_UDP, read_words(reader, head), number(head[2:]))


def name_of(head: memoryview, protocol: int) -> Encap:
    """RFC 7637, 3.2, and draft-foschiano-erspan: what the same bytes are called."""
    has_checksum, has_key, has_sequence = (bool(head[0] & bit) for bit in (0x80, 0x20, 0x10))
    if protocol == ERSPAN:
        return Encap.ERSPAN2 if has_sequence else Encap.ERSPAN1
    if protocol == ERSPAN3:
        return Encap.ERSPAN3
    if protocol != ETHERNET:
        return Encap.GRE
    return Encap.NVGRE if has_key and not has_checksum | has_sequence else Encap.GRETAP


def read_words(reader: Reader, head: memoryview) -> int | None:
    """RFC 2784, 2890 and 1701: the optional words; the key, if there is one."""
    has_checksum, has_routes, has_key, has_sequence = (
        bool(head[0] & bit) for bit in (0x80, 0x40, 0x20, 0x10)
    )
    if has_checksum or has_routes:
        reader.take(4)
    key = number(reader.take(4)) if has_key else None
    if has_sequence:
        reader.take(4)
    if has_routes:
        read_routes(reader)
    return key


def read_enhanced(reader: Reader, head: memoryview, kind: Encap) -> Opened:
    """RFC 2637, 4.1, and what MikroTik makes of it, whose number is little-endian."""
    key = read_words(reader, head)
    if head[1] & 0x80:
        reader.take(4)
    call = None if key is None else key & 0xFFFF
    if kind is Encap.PPTP:
        return Opened(kind, call, PPP)
    return Opened(kind, None if call is None else (call & 0xFF) << 8 | call >> 8, ETHERNET)


def read_routes(reader: Reader) -> None:
    """RFC 1701: source route entries, up to one of family 0 and length 0."""
    for _ in range(MAX_ROUTES):
        head = reader.take(4)
        if number(head[:2]) == head[3] == 0:
            return
        reader.take(head[3])
    raise End(Outcome.TOO_MANY_EXTENSIONS)


def read_erspan2(reader: Reader) -> Opened:
    """draft-foschiano-erspan, 4.2."""
    head = reader.take(8)
    return Opened(Encap.ERSPAN2, number(head[2:4]) & 0x3FF, ETHERNET)


def read_erspan3(reader: Reader) -> Opened:
    """draft-foschiano-erspan, 4.3. Frame type 0 is Ethernet, 2 IP, others reserved."""
    head = reader.take(12)
    last = number(head[10:])
    if last & 1:
        reader.take(8)
    kind = last >> 10 & 0x1F
    ethertype = NOTHING if kind else ETHERNET
    if kind == 2:
        ethertype = {4: IPV4, 6: IPV6}.get(reader.next_nibble() or 0, NOTHING)
    return Opened(Encap.ERSPAN3, number(head[2:4]) & 0x3FF, ethertype)
