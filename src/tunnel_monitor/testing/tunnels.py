"""Tunnel headers: what comes behind them is a packet again."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from tunnel_monitor.testing.layer import Layer, Space, Stack

VXLAN_HAS_VNI = 0x08
VXLAN_HAS_POLICY = 0x80


@dataclass(frozen=True)
class VXLAN(Layer):
    """RFC 7348, 5: flags, VNI, and reserved bits that a receiver ignores.

    `group_policy` is the group policy id of draft-smith-vxlan-group-policy, in reserved bits.
    """

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.PORT: 4789}

    vni: int = 1
    flags: int = VXLAN_HAS_VNI
    group_policy: int = 0
    reserved1: int = 0
    reserved2: int = 0

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """8 bytes."""
        del behind, stack
        head = struct.pack("!BBH", self.flags, self.reserved1, self.group_policy)
        return head + struct.pack("!I", self.vni << 8 | self.reserved2)


GPE_HAS_PROTOCOL = 0x04


@dataclass(frozen=True)
class VXLANGPE(Layer):
    """draft-ietf-nvo3-vxlan-gpe, 3: VXLAN that says what follows.

    `flags` are all eight bits of the first byte: version (0x30), I, P, B and O.
    """

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.PORT: 4790}

    vni: int = 1
    flags: int = VXLAN_HAS_VNI | GPE_HAS_PROTOCOL
    next_protocol: int | None = None
    reserved1: int = 0
    reserved2: int = 0

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """8 bytes."""
        del behind
        announced = stack.announced(Space.NEXT_PROTOCOL)
        following = announced if self.next_protocol is None else self.next_protocol
        head = struct.pack("!BHB", self.flags, self.reserved1, following)
        return head + struct.pack("!I", self.vni << 8 | self.reserved2)


@dataclass(frozen=True)
class Geneve(Layer):
    """RFC 8926, 3.4. `options` is all of them, see `geneve_option`; `words` their length."""

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.PORT: 6081}

    vni: int = 1
    options: bytes = b""
    version: int = 0
    control: bool = False
    critical: bool = False
    words: int | None = None
    protocol: int | None = None
    reserved1: int = 0
    reserved2: int = 0

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """8 bytes and the options."""
        del behind
        announced = stack.announced(Space.ETHERTYPE)
        words = len(self.options) // 4 if self.words is None else self.words
        head = struct.pack(
            "!BBH",
            self.version << 6 | words,
            self.control << 7 | self.critical << 6 | self.reserved1,
            announced if self.protocol is None else self.protocol,
        )
        return head + struct.pack("!I", self.vni << 8 | self.reserved2) + self.options


def geneve_option(kind: int, data: bytes = b"", option_class: int = 0xFFFF) -> bytes:
    """RFC 8926, 3.5: one option; its type's highest bit says that it is critical."""
    padded = data + bytes(-len(data) % 4)
    return struct.pack("!HBB", option_class, kind, len(padded) // 4) + padded


GTPU_PDU = 255


@dataclass(frozen=True)
class GTPUExtension:
    """3GPP TS 29.281, 5.2.1: an extension header; `words` is its length in units of 4 bytes."""

    type: int = 0x85  # PDU session container
    body: bytes = b"\0\0"
    words: int | None = None

    def encode(self, following: int) -> bytes:
        """Its bytes, ending with the type of the next one, or with 0."""
        body = self.body + bytes(-(len(self.body) + 2) % 4)
        words = (len(body) + 2) // 4 if self.words is None else self.words
        return bytes([words]) + body + bytes([following])


@dataclass(frozen=True)
class GTPU(Layer):
    """3GPP TS 29.281, 5.1. Whichever of the three optional fields is given sets its flag."""

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.PORT: 2152}

    teid: int = 1
    sequence: int | None = None
    n_pdu: int | None = None
    extensions: tuple[GTPUExtension, ...] = ()
    message: int = GTPU_PDU
    version: int = 1
    protocol_type: bool = True
    spare: bool = False
    length: int | None = None

    def optional(self) -> bytes:
        """Sequence number, N-PDU number and extension headers: all of them, or none."""
        if self.sequence is None and self.n_pdu is None and not self.extensions:
            return b""
        types = [*(extension.type for extension in self.extensions), 0]
        fixed = struct.pack("!HBB", self.sequence or 0, self.n_pdu or 0, types[0])
        following = zip(self.extensions, types[1:], strict=True)
        return fixed + b"".join(extension.encode(kind) for extension, kind in following)

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """8 bytes and the optional ones."""
        del stack
        optional = self.optional()
        flags = self.version << 5 | self.protocol_type << 4 | self.spare << 3
        flags |= bool(self.extensions) << 2
        flags |= (self.sequence is not None) << 1 | (self.n_pdu is not None)
        length = len(optional) + len(behind) if self.length is None else self.length
        return struct.pack("!BBHI", flags, self.message, length & 0xFFFF, self.teid) + optional
