"""What IP carries: UDP, TCP, ICMP and ICMPv6."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import ClassVar

from tunnel_monitor.testing.layer import Layer, Space, Stack, internet_checksum
from tunnel_monitor.testing.link import mac


@dataclass(frozen=True)
class UDP(Layer):
    """RFC 768. Without a `dport` the layer above names it: 4789 in front of VXLAN."""

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.PROTOCOL: 17}
    IS_TRANSPORT: ClassVar[bool] = True

    sport: int = 49152
    dport: int | None = None
    length: int | None = None
    checksum: int | None = None

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """8 bytes."""
        head = struct.pack(
            "!HHH",
            self.sport,
            stack.announced(Space.PORT) if self.dport is None else self.dport,
            8 + len(behind) if self.length is None else self.length,
        )
        checksum = self.checksum
        if checksum is None:  # 0 would mean that there is none
            checksum = stack.checksum(17, head + b"\0\0" + behind) or 0xFFFF
        return head + struct.pack("!H", checksum)


@dataclass(frozen=True)
class TCP(Layer):
    """RFC 9293, 3.1. `options` are padded to 4 bytes; `data_offset` counts units of 4 bytes."""

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.PROTOCOL: 6}
    IS_TRANSPORT: ClassVar[bool] = True

    sport: int = 49152
    dport: int = 80
    sequence: int = 1
    acknowledgment: int = 1
    flags: int = 0x10  # ACK
    window: int = 65535
    urgent: int = 0
    options: bytes = b""
    data_offset: int | None = None
    checksum: int | None = None

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """20 bytes and the options."""
        options = self.options + bytes(-len(self.options) % 4)
        words = 5 + len(options) // 4 if self.data_offset is None else self.data_offset
        head = struct.pack(
            "!HHIIBBH",
            self.sport,
            self.dport,
            self.sequence,
            self.acknowledgment,
            words << 4,
            self.flags,
            self.window,
        )
        tail = struct.pack("!H", self.urgent) + options
        computed = stack.checksum(6, head + b"\0\0" + tail + behind)
        checksum = computed if self.checksum is None else self.checksum
        return head + struct.pack("!H", checksum) + tail


@dataclass(frozen=True)
class ICMP(Layer):
    """RFC 792; an echo request unless told otherwise. `rest` is behind the checksum."""

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.PROTOCOL: 1}

    type: int = 8
    code: int = 0
    rest: bytes = b"\0\1\0\1"
    checksum: int | None = None

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """8 bytes."""
        del stack
        kind = struct.pack("!BB", self.type, self.code)
        computed = internet_checksum(kind + b"\0\0" + self.rest + behind)
        checksum = computed if self.checksum is None else self.checksum
        return kind + struct.pack("!H", checksum) + self.rest


@dataclass(frozen=True)
class ICMPv6(Layer):
    """RFC 4443, 2.1; an echo request unless told otherwise. `rest` is behind the checksum."""

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.PROTOCOL: 58}

    type: int = 128
    code: int = 0
    rest: bytes = b"\0\1\0\1"
    checksum: int | None = None

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """8 bytes."""
        kind = struct.pack("!BB", self.type, self.code)
        computed = stack.checksum(58, kind + b"\0\0" + self.rest + behind)
        checksum = computed if self.checksum is None else self.checksum
        return kind + struct.pack("!H", checksum) + self.rest


@dataclass(frozen=True)
class NeighborSolicitation(Layer):
    """RFC 4861, 4.3, with the source link-layer address option: ARP's question in IPv6."""

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.PROTOCOL: 58}

    target: str = "fd00::2"
    sender_mac: str = "02:00:00:00:00:01"

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """32 bytes."""
        option = b"\1\1" + mac(self.sender_mac)
        body = IPv6Address(self.target).packed + option + behind
        return ICMPv6(type=135, rest=bytes(4)).encode(body, stack)
