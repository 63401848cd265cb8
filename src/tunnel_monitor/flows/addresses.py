"""Addresses as people write them, and back: RFC 5952 text, IPv4-mapped ones as dotted quads."""

from __future__ import annotations

import socket

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.errors import BadSetting
from tunnel_monitor.flows.columns import Words

MAPPED_PREFIX = bytes(10) + b"\xff\xff"  # RFC 4291, section 2.5.5.2
MAPPED_WORD = np.uint64(int.from_bytes(MAPPED_PREFIX[8:], "little"))  # the second, without IPv4
EMBEDDED_PREFIX = bytes(12)
MOST_CACHED = 1 << 15  # 6 MB; whoever sends chooses how many addresses there are

_cache: dict[bytes, str] = {}


def text(address: bytes) -> str:
    """One address of 16 bytes.

    Source: RFC 5952. The C library writes `::102:304` as `::1.2.3.4`; that old embedding of
    IPv4 (RFC 4291, section 2.5.5.1) is withdrawn, and ours must not look like a mapped one.
    """
    if address.startswith(MAPPED_PREFIX):
        return socket.inet_ntop(socket.AF_INET, address[12:])
    written = socket.inet_ntop(socket.AF_INET6, address)
    if "." in written and address.startswith(EMBEDDED_PREFIX):
        return f"::{address[12] << 8 | address[13]:x}:{address[14] << 8 | address[15]:x}"
    return written


def texts(addresses: Words) -> list[str]:
    """Text of (n, 2) addresses; the same address twice costs little more than once.

    The cache is emptied when it is full, so it stays bounded whatever is sent. Threads may
    share it: at worst two of them write the same text.
    """
    packed = np.ascontiguousarray(addresses).tobytes()
    written = []
    for start in range(0, len(packed), 16):
        address = packed[start : start + 16]
        known = _cache.get(address)
        if known is None:
            known = text(address)
            if len(_cache) >= MOST_CACHED:
                _cache.clear()
            _cache[address] = known
        written.append(known)
    return written


def parse(written: str) -> bytes:
    """The 16 bytes of an address, IPv4 mapped.

    Raises:
        BadSetting: it is no address.
    """
    for family, prefix in ((socket.AF_INET, MAPPED_PREFIX), (socket.AF_INET6, b"")):
        try:
            return prefix + socket.inet_pton(family, written)
        except (OSError, ValueError):
            continue
    raise BadSetting(f"{written!r} is no address", "give one like 172.16.1.100 or 2001:db8::1")


def as_words(address: bytes) -> Words:
    """(2,) words of 16 bytes, to compare with columns of rows."""
    return np.frombuffer(address, np.uint64)


def are_hosts(addresses: Words) -> NDArray[np.bool_]:
    """(n,) which of (n, 2) addresses belong to one host: no group, no broadcast, not empty."""
    first, second = addresses.T
    ipv4 = second >> 32
    groups = (ipv4 & 0xF0 == 0xE0) | (ipv4 == 0xFFFFFFFF)
    nobodys = np.where(are_mapped(addresses), groups, first & 0xFF == 0xFF)
    return np.asarray((first | second != 0) & ~nobodys)


def are_mapped(addresses: Words) -> NDArray[np.bool_]:
    """(n,) which of (n, 2) addresses are IPv4 ones."""
    first, second = addresses.T
    return np.asarray((first == 0) & (second & 0xFFFFFFFF == MAPPED_WORD))
