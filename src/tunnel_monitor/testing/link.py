"""Link layers: Ethernet, VLAN tags, LLC, provider backbone bridges, and ARP."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import ClassVar

from tunnel_monitor.testing.layer import Layer, Space, Stack


def mac(text: str) -> bytes:
    """The six bytes of a MAC address with colons."""
    return bytes.fromhex(text.replace(":", ""))


def type_or_length(given: int | None, behind: bytes, stack: Stack) -> int:
    """IEEE 802.3, 3.2.6: what a link header announces, which in front of LLC is a length."""
    if given is not None:
        return given
    return len(behind) if isinstance(stack.above, LLCSNAP) else stack.announced(Space.ETHERTYPE)


@dataclass(frozen=True)
class Ethernet(Layer):
    """IEEE 802.3, 3.1.1: destination, source, type or length.

    `minimum` pads the frame with zeros to that length, as a card pads to 60.
    """

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.ETHERTYPE: 0x6558, Space.NEXT_PROTOCOL: 3}

    src: str = "02:00:00:00:00:01"
    dst: str = "02:00:00:00:00:02"
    type: int | None = None
    minimum: int = 0

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """14 bytes."""
        ethertype = type_or_length(self.type, behind, stack)
        return mac(self.dst) + mac(self.src) + struct.pack("!H", ethertype)

    def encode(self, behind: bytes, stack: Stack) -> bytes:
        """The frame, padded."""
        return super().encode(behind, stack).ljust(self.minimum, b"\0")


@dataclass(frozen=True)
class VLAN(Layer):
    """IEEE 802.1Q, 9.3: a tag of 4 bytes, its TPID being the type of the header in front."""

    vid: int = 1
    tpid: int = 0x8100
    priority: int = 0
    drop_eligible: bool = False
    type: int | None = None

    def number(self, space: Space) -> int:
        """The TPID: 0x8100 for a customer's tag, 0x88a8 (802.1ad) for a service provider's."""
        return self.tpid if space is Space.ETHERTYPE else super().number(space)

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """Tag control information and the next type: the 4 bytes behind the TPID."""
        ethertype = type_or_length(self.type, behind, stack)
        control = self.priority << 13 | self.drop_eligible << 12 | self.vid
        return struct.pack("!HH", control, ethertype)


def service_vlan(vid: int) -> VLAN:
    """The outer tag of QinQ, IEEE 802.1ad."""
    return VLAN(vid, tpid=0x88A8)


@dataclass(frozen=True)
class LLCSNAP(Layer):
    """IEEE 802.2 and RFC 1042: an EtherType behind a length; `oui` 0 says that it is one.

    `oui` 0x0000F8 is that of IEEE 802.1H, and says the same.
    """

    dsap: int = 0xAA
    ssap: int = 0xAA
    control: int = 3
    oui: int = 0
    type: int | None = None

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """8 bytes."""
        del behind
        ethertype = stack.announced(Space.ETHERTYPE) if self.type is None else self.type
        head = bytes([self.dsap, self.ssap, self.control])
        return head + self.oui.to_bytes(3) + struct.pack("!H", ethertype)


@dataclass(frozen=True)
class PBB(Layer):
    """IEEE 802.1Q, 9.7: the service tag of a provider backbone; an `Ethernet` follows."""

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.ETHERTYPE: 0x88E7}

    isid: int = 1
    priority: int = 0

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """The 4 bytes behind the EtherType."""
        del behind, stack
        return struct.pack("!I", self.priority << 29 | self.isid)


@dataclass(frozen=True)
class ARP(Layer):
    """RFC 826, for IPv4 over Ethernet; `operation` 1 asks and 2 answers."""

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.ETHERTYPE: 0x0806}

    sender: str = "192.168.0.1"
    target: str = "192.168.0.2"
    sender_mac: str = "02:00:00:00:00:01"
    target_mac: str = "00:00:00:00:00:00"
    operation: int = 1

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """28 bytes."""
        del behind, stack
        return (
            struct.pack("!HHBBH", 1, 0x0800, 6, 4, self.operation)
            + mac(self.sender_mac)
            + IPv4Address(self.sender).packed
            + mac(self.target_mac)
            + IPv4Address(self.target).packed
        )
