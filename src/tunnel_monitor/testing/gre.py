"""GRE, and what is called otherwise by what it carries: NVGRE, ERSPAN."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from tunnel_monitor.testing.layer import Layer, Space, Stack, internet_checksum

GRE_ERSPAN = 0x88BE


@dataclass(frozen=True)
class Route:
    """RFC 1701: a source route entry; one of family 0 without addresses ends them."""

    addresses: bytes = b""
    family: int = 0x0800
    offset: int = 0
    length: int | None = None

    def encode(self) -> bytes:
        """4 bytes and the addresses."""
        length = len(self.addresses) if self.length is None else self.length
        return struct.pack("!HBB", self.family, self.offset, length) + self.addresses


END_OF_ROUTES = Route(family=0)


@dataclass(frozen=True)
class GRE(Layer):
    """RFC 2784, 2890 and 1701. `key`, `sequence` and `routes` set their flags if given.

    `routes` stand as they are, so they should end with `END_OF_ROUTES`. `flags` are further bits
    of the first 16.
    """

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.PROTOCOL: 47, Space.PORT: 4754}

    key: int | None = None
    sequence: int | None = None
    has_checksum: bool = False
    routes: tuple[Route, ...] = ()
    flags: int = 0
    version: int = 0
    protocol: int | None = None
    checksum: int | None = None

    def first(self) -> int:
        """The first 16 bits."""
        has = (self.has_checksum, self.routes, self.key is not None, self.sequence is not None)
        bits = sum(bool(flag) << place for flag, place in zip(has, (15, 14, 13, 12), strict=True))
        return bits | self.flags | self.version

    def behind_checksum(self) -> bytes:
        """Key, sequence number and routing."""
        words = [word for word in (self.key, self.sequence) if word is not None]
        return struct.pack(f"!{len(words)}I", *words) + b"".join(
            route.encode() for route in self.routes
        )

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """4 bytes and the optional ones."""
        announced = stack.announced(Space.ETHERTYPE)
        protocol = announced if self.protocol is None else self.protocol
        head = struct.pack("!HH", self.first(), protocol)
        tail = self.behind_checksum()
        if not self.has_checksum and not self.routes:
            return head + tail
        checksum = self.checksum
        if checksum is None:
            whole = head + bytes(4) + tail + behind
            checksum = internet_checksum(whole) if self.has_checksum else 0
        return head + struct.pack("!HH", checksum, 0) + tail


def nvgre(vsid: int, flow_id: int = 0) -> GRE:
    """RFC 7637, 3.2: an `Ethernet` follows."""
    return GRE(key=vsid << 8 | flow_id)


def erspan1() -> GRE:
    """draft-foschiano-erspan, 4.1: type I has no header of its own; an `Ethernet` follows."""
    return GRE(protocol=GRE_ERSPAN)


@dataclass(frozen=True)
class ERSPAN2(Layer):
    """draft-foschiano-erspan, 4.2: behind a GRE with a sequence number."""

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.ETHERTYPE: GRE_ERSPAN}

    session: int = 1
    vlan: int = 0
    priority: int = 0
    encapsulation: int = 0
    is_cut: bool = False
    version: int = 1
    index: int = 0

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """8 bytes."""
        del behind, stack
        kind = self.priority << 13 | self.encapsulation << 11 | self.is_cut << 10 | self.session
        return struct.pack("!HHI", self.version << 12 | self.vlan, kind, self.index)


@dataclass(frozen=True)
class ERSPAN3(Layer):
    """draft-foschiano-erspan, 4.3. `platform`, 8 bytes, is announced by the O bit.

    `frame_type` 0 is an Ethernet frame, 2 an IP packet.
    """

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.ETHERTYPE: 0x22EB}

    session: int = 1
    vlan: int = 0
    frame_type: int = 0
    platform: bytes = b""
    priority: int = 0
    is_cut: bool = False
    version: int = 2
    timestamp: int = 0
    group: int = 0
    rest: int = 0

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """12 bytes and the platform's. `rest` fills hardware id, direction and granularity."""
        del behind, stack
        kind = self.priority << 13 | self.is_cut << 10 | self.session
        last = self.frame_type << 10 | self.rest << 1 | bool(self.platform)
        head = struct.pack("!HHI", self.version << 12 | self.vlan, kind, self.timestamp)
        return head + struct.pack("!HH", self.group, last) + self.platform
