"""What may stand between a link or tunnel header and IP: MPLS, PPP, PPPoE, NSH, WCCP."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from tunnel_monitor.testing.layer import Layer, Space, Stack


@dataclass(frozen=True)
class MPLS(Layer):
    """RFC 3032, 2.1: one entry of a label stack, the last one unless another follows.

    `multicast` gives the EtherType that RFC 5332 keeps for upstream-assigned labels.
    """

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {
        Space.PPP: 0x0281,
        Space.NEXT_PROTOCOL: 5,
        Space.PORT: 6635,
    }

    label: int = 16
    traffic_class: int = 0
    ttl: int = 64
    is_last: bool | None = None
    multicast: bool = False

    def number(self, space: Space) -> int:
        """As the header in front announces it."""
        if space is Space.ETHERTYPE:
            return 0x8848 if self.multicast else 0x8847
        return super().number(space)

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """4 bytes."""
        del behind
        is_last = not isinstance(stack.above, MPLS) if self.is_last is None else self.is_last
        entry = self.label << 12 | self.traffic_class << 9 | is_last << 8 | self.ttl
        return struct.pack("!I", entry)


@dataclass(frozen=True)
class ControlWord(Layer):
    """RFC 4448, 4.6: in front of an Ethernet frame behind MPLS; `reserved` must be 0."""

    sequence: int = 0
    reserved: int = 0

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """4 bytes, the first four bits 0."""
        del behind, stack
        return struct.pack("!HH", self.reserved, self.sequence)


@dataclass(frozen=True)
class PPP(Layer):
    """RFC 1661, 2 and 6.5, 6.6.

    `has_address` puts the address and control field in front; `is_compressed` leaves out the
    first byte of the protocol field, which only one that is 0 may be.
    """

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.ETHERTYPE: 0x880B}

    protocol: int | None = None
    has_address: bool = False
    is_compressed: bool = False

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """1 to 4 bytes."""
        del behind
        protocol = stack.announced(Space.PPP) if self.protocol is None else self.protocol
        address = b"\xff\x03" if self.has_address else b""
        return address + struct.pack("!H", protocol)[self.is_compressed :]


@dataclass(frozen=True)
class PPPoE(Layer):
    """RFC 2516, 4: the session stage; a `PPP` follows."""

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.ETHERTYPE: 0x8864}

    session: int = 1
    version_and_type: int = 0x11
    code: int = 0
    length: int | None = None

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """6 bytes."""
        del stack
        length = len(behind) if self.length is None else self.length
        return struct.pack("!BBHH", self.version_and_type, self.code, self.session, length)


@dataclass(frozen=True)
class NSH(Layer):
    """RFC 8300, 2.2. `context` is behind the service path: 16 bytes with metadata type 1.

    `words` is the length of all of it in units of 4 bytes.
    """

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.ETHERTYPE: 0x894F, Space.NEXT_PROTOCOL: 4}

    path: int = 1
    index: int = 255
    context: bytes = bytes(16)
    version: int = 0
    ttl: int = 63
    words: int | None = None
    metadata_type: int | None = None
    next_protocol: int | None = None

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """8 bytes and the context."""
        del behind
        announced = stack.announced(Space.NEXT_PROTOCOL)
        computed_type = 1 if len(self.context) == 16 else 2
        words = 2 + len(self.context) // 4 if self.words is None else self.words
        first = struct.pack(
            "!HBB",
            self.version << 14 | self.ttl << 6 | words,
            computed_type if self.metadata_type is None else self.metadata_type,
            announced if self.next_protocol is None else self.next_protocol,
        )
        return first + struct.pack("!I", self.path << 8 | self.index) + self.context


@dataclass(frozen=True)
class WCCP(Layer):
    """draft-wilson-wrec-wccp-v2, 4.12: the redirect header between GRE and IPv4."""

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.ETHERTYPE: 0x883E}

    flags: int = 0
    service: int = 0
    bucket: int = 0

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """4 bytes."""
        del behind, stack
        return struct.pack("!BBBB", self.flags, self.service, 0, self.bucket)
