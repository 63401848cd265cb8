"""Tunnel headers that are read only if asked for: Teredo, L2TP, PPTP, EoIP, EtherIP, LISP."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import ClassVar

from tunnel_monitor.testing.layer import Layer, Space, Stack
from tunnel_monitor.testing.transport import UDP


@dataclass(frozen=True)
class TeredoAuthentication:
    """RFC 4380, 5.1.1: an authentication indication."""

    client: bytes = b""
    value: bytes = b""
    nonce: bytes = bytes(8)
    confirmation: int = 0

    def encode(self) -> bytes:
        """13 bytes and the two parts of any length."""
        head = struct.pack("!HBB", 1, len(self.client), len(self.value))
        return head + self.client + self.value + self.nonce + bytes([self.confirmation])


@dataclass(frozen=True)
class Teredo(Layer):
    """RFC 4380: nothing but indications, if there are any; an `IPv6` follows.

    `origin` is a UDP port and an address, which are written with all their bits inverted.
    """

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.PORT: 3544}

    authentication: TeredoAuthentication | None = None
    origin: tuple[int, str] | None = None

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """Any number of bytes."""
        del behind, stack
        first = self.authentication.encode() if self.authentication else b""
        if self.origin is None:
            return first
        port, address = self.origin
        hidden = ~int(IPv4Address(address)) & 0xFFFFFFFF
        return first + struct.pack("!HHI", 0, ~port & 0xFFFF, hidden)


@dataclass(frozen=True)
class L2TP(Layer):
    """RFC 2661, 3.1: version 2; a `PPP` follows. What is given sets its flag.

    `padding` stands behind its own length; `flags` are further bits of the first 16.
    """

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.PORT: 1701}

    tunnel: int = 1
    session: int = 1
    has_length: bool = False
    sequence: tuple[int, int] | None = None
    padding: bytes | None = None
    is_message: bool = False
    flags: int = 0
    version: int = 2
    length: int | None = None
    offset: int | None = None

    def first(self) -> int:
        """The first 16 bits."""
        has = (self.is_message, self.has_length, self.sequence is not None, self.is_padded())
        bits = sum(flag << place for flag, place in zip(has, (15, 14, 11, 9), strict=True))
        return bits | self.flags | self.version

    def is_padded(self) -> bool:
        """Whether the offset field is there."""
        return self.padding is not None

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """6 bytes and the optional ones."""
        del stack
        tail = struct.pack("!HH", self.tunnel, self.session)
        if self.sequence is not None:
            tail += struct.pack("!HH", *self.sequence)
        if self.padding is not None:
            offset = len(self.padding) if self.offset is None else self.offset
            tail += struct.pack("!H", offset) + self.padding
        if not self.has_length:
            return struct.pack("!H", self.first()) + tail
        length = 4 + len(tail) + len(behind) if self.length is None else self.length
        return struct.pack("!HH", self.first(), length & 0xFFFF) + tail


@dataclass(frozen=True)
class L2TP3(Layer):
    """RFC 3931, 4.1: version 3 over UDP, or directly over IP, where it has no flags.

    Cookie and sublayer, which both ends agree upon, are left to what stands behind.
    """

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.PORT: 1701, Space.PROTOCOL: 115}

    session: int = 1
    is_message: bool = False

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """8 bytes over UDP, 4 over IP."""
        del behind
        over_udp = bool(stack.below) and isinstance(stack.below[-1], UDP)
        flags = struct.pack("!HH", self.is_message << 15 | 3, 0) if over_udp else b""
        return flags + struct.pack("!I", self.session)


@dataclass(frozen=True)
class EnhancedGRE(Layer):
    """RFC 2637, 4.1: GRE of version 1, by which PPTP carries a `PPP`."""

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.PROTOCOL: 47}

    call: int = 1
    sequence: int | None = None
    acknowledgment: int | None = None
    has_key: bool = True
    protocol: int = 0x880B
    length: int | None = None

    def key(self, behind: bytes) -> bytes:
        """The length of the payload, and what tells calls apart."""
        length = len(behind) if self.length is None else self.length
        return struct.pack("!HH", length & 0xFFFF, self.call)

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """4 bytes and the optional ones."""
        del stack
        numbers = [n for n in (self.sequence, self.acknowledgment) if n is not None]
        flags = self.has_key << 13 | (self.sequence is not None) << 12
        flags |= (self.acknowledgment is not None) << 7 | 1
        head = struct.pack("!HH", flags, self.protocol)
        key = self.key(behind) if self.has_key else b""
        return head + key + struct.pack(f"!{len(numbers)}I", *numbers)


@dataclass(frozen=True)
class EoIP(EnhancedGRE):
    """MikroTik's Ethernet over IP: `call` is the tunnel's id, in the other byte order."""

    protocol: int = 0x6400

    def key(self, behind: bytes) -> bytes:
        """The length of the frame, and the tunnel's id."""
        length = len(behind) if self.length is None else self.length
        return struct.pack("!H", length & 0xFFFF) + struct.pack("<H", self.call)


@dataclass(frozen=True)
class EtherIP(Layer):
    """RFC 3378, 3: an `Ethernet` follows."""

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.PROTOCOL: 97}

    version: int = 3
    reserved: int = 0

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """2 bytes."""
        del behind, stack
        return struct.pack("!H", self.version << 12 | self.reserved)


LISP_HAS_PROTOCOL = 0x04


@dataclass(frozen=True)
class LISP(Layer):
    """RFC 9300, 5.1: an IP header follows, or what RFC 9305's next protocol says.

    `flags` are all bits of the first byte but that of the instance id.
    """

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.PORT: 4341}

    instance: int | None = None
    flags: int = 0
    nonce: int = 0
    next_protocol: int | None = None
    rest: int = 0

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """8 bytes."""
        del behind
        announced = stack.announced(Space.NEXT_PROTOCOL)
        following = announced if self.next_protocol is None else self.next_protocol
        second = self.nonce & 0xFFFF00 | following if self.flags & LISP_HAS_PROTOCOL else self.nonce
        flags = self.flags | (0 if self.instance is None else 0x08)
        number = self.rest if self.instance is None else self.instance << 8 | self.rest
        return struct.pack("!II", flags << 24 | second, number)
