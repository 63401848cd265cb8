"""IPv4, IPv6 and the extension headers of IPv6."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import ClassVar

from tunnel_monitor.testing.layer import Layer, Space, Stack, internet_checksum

NO_NEXT_HEADER = 59


@dataclass(frozen=True)
class IPv4(Layer):
    """RFC 791, 3.1. `options` are padded to 4 bytes; `offset` is in units of 8 bytes."""

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {
        Space.ETHERTYPE: 0x0800,
        Space.PROTOCOL: 4,
        Space.PPP: 0x0021,
        Space.NEXT_PROTOCOL: 1,
    }

    src: str = "192.168.0.1"
    dst: str = "192.168.0.2"
    options: bytes = b""
    tos: int = 0
    id: int = 1
    reserved_bit: bool = False
    dont_fragment: bool = False
    more_fragments: bool = False
    offset: int = 0
    ttl: int = 64
    protocol: int | None = None
    version: int = 4
    ihl: int | None = None
    total_length: int | None = None
    checksum: int | None = None

    def pseudo_header(self, protocol: int, length: int) -> bytes:
        """RFC 768."""
        return self.addresses() + struct.pack("!BBH", 0, protocol, length & 0xFFFF)

    def addresses(self) -> bytes:
        """Source and destination, 8 bytes."""
        return IPv4Address(self.src).packed + IPv4Address(self.dst).packed

    def fragmentation(self) -> int:
        """The three flags and the offset."""
        flags = self.reserved_bit << 15 | self.dont_fragment << 14 | self.more_fragments << 13
        return flags | self.offset

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """20 bytes and the options."""
        options = self.options + bytes(-len(self.options) % 4)
        length = 20 + len(options)
        head = struct.pack(
            "!BBHHHBB",
            self.version << 4 | (length // 4 if self.ihl is None else self.ihl),
            self.tos,
            length + len(behind) if self.total_length is None else self.total_length,
            self.id,
            self.fragmentation(),
            self.ttl,
            stack.announced(Space.PROTOCOL) if self.protocol is None else self.protocol,
        )
        tail = self.addresses() + options
        computed = internet_checksum(head + tail)
        checksum = computed if self.checksum is None else self.checksum
        return head + struct.pack("!H", checksum) + tail


@dataclass(frozen=True)
class IPv6(Layer):
    """RFC 8200, 3."""

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {
        Space.ETHERTYPE: 0x86DD,
        Space.PROTOCOL: 41,
        Space.PPP: 0x0057,
        Space.NEXT_PROTOCOL: 2,
    }

    src: str = "fd00::1"
    dst: str = "fd00::2"
    traffic_class: int = 0
    flow_label: int = 0
    hop_limit: int = 64
    next_header: int | None = None
    version: int = 6
    payload_length: int | None = None

    def pseudo_header(self, protocol: int, length: int) -> bytes:
        """RFC 8200, 8.1; right behind a Routing header only if that has no segments left."""
        return self.addresses() + struct.pack("!IHBB", length, 0, 0, protocol)

    def addresses(self) -> bytes:
        """Source and destination, 32 bytes."""
        return IPv6Address(self.src).packed + IPv6Address(self.dst).packed

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """40 bytes."""
        announced = stack.announced(Space.PROTOCOL)
        head = struct.pack(
            "!IHBB",
            self.version << 28 | self.traffic_class << 20 | self.flow_label,
            len(behind) if self.payload_length is None else self.payload_length,
            announced if self.next_header is None else self.next_header,
            self.hop_limit,
        )
        return head + self.addresses()


@dataclass(frozen=True)
class Extension(Layer):
    """RFC 6564, 4: the common form of an extension header, by its protocol number.

    `body` is what follows the two common bytes, filled with zeros (the Pad1 option) to a
    multiple of 8 in all; `length` counts units of 8 bytes less the first.
    """

    protocol: int
    body: bytes = b""
    next_header: int | None = None
    length: int | None = None

    def number(self, space: Space) -> int:
        """As the header in front announces it."""
        return self.protocol if space is Space.PROTOCOL else super().number(space)

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """A multiple of 8 bytes."""
        del behind
        announced = stack.announced(Space.PROTOCOL)
        body = self.body + bytes(-(len(self.body) + 2) % 8)
        head = struct.pack(
            "!BB",
            announced if self.next_header is None else self.next_header,
            (len(body) + 2) // 8 - 1 if self.length is None else self.length,
        )
        return head + body


def pad_n(length: int) -> bytes:
    """RFC 8200, 4.2: an option of 2 to 257 bytes that says nothing."""
    return bytes([1, length - 2]) + bytes(length - 2)


def hop_by_hop(options: bytes = b"") -> Extension:
    """RFC 8200, 4.3."""
    return Extension(0, options)


def destination_options(options: bytes = b"") -> Extension:
    """RFC 8200, 4.6."""
    return Extension(60, options)


def routing(*via: str, kind: int = 2, segments_left: int = 0) -> Extension:
    """RFC 8200, 4.4, with the addresses at the place that types 0, 2 and 4 have in common."""
    addresses = b"".join(IPv6Address(address).packed for address in via)
    return Extension(43, struct.pack("!BBI", kind, segments_left, 0) + addresses)


@dataclass(frozen=True)
class Fragment(Layer):
    """RFC 8200, 4.5: always 8 bytes; `offset` is in units of 8 bytes.

    `reserved_byte` is where other extension headers have their length.
    """

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.PROTOCOL: 44}

    offset: int = 0
    reserved: int = 0
    reserved_byte: int = 0
    more: bool = False
    id: int = 1
    next_header: int | None = None

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """8 bytes."""
        del behind
        announced = stack.announced(Space.PROTOCOL)
        next_header = announced if self.next_header is None else self.next_header
        place = self.offset << 3 | self.reserved << 1 | self.more
        return struct.pack("!BBHI", next_header, self.reserved_byte, place, self.id)


@dataclass(frozen=True)
class AH(Layer):
    """RFC 4302, 2: an authentication header; `length` counts units of 4 bytes less two."""

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.PROTOCOL: 51}

    spi: int = 256
    sequence: int = 1
    check_value: bytes = bytes(12)
    next_header: int | None = None
    length: int | None = None

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """12 bytes and the integrity check value."""
        del behind
        announced = stack.announced(Space.PROTOCOL)
        computed = (12 + len(self.check_value)) // 4 - 2
        head = struct.pack(
            "!BBHII",
            announced if self.next_header is None else self.next_header,
            computed if self.length is None else self.length,
            0,
            self.spi,
            self.sequence,
        )
        return head + self.check_value
