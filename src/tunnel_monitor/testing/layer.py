"""What a layer is, and how a stack of layers becomes the bytes of one packet.

A layer writes its own header in front of the bytes behind it. What it cannot know by itself it
asks its `Stack`: by which number it announces the layer above (an EtherType, an IP protocol, a
UDP port, ...), and the pseudo-header of the IP header it is carried in.
"""

from __future__ import annotations

import struct
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar


class Space(Enum):
    """Where a header announces what follows it; the value stands for what has no number."""

    ETHERTYPE = 0x88B5  # IEEE 802, local experimental EtherType 1
    PROTOCOL = 253  # RFC 3692, use for experimentation and testing
    PORT = 9  # RFC 863, discard
    PPP = 0xC021  # RFC 1661, link control protocol
    NEXT_PROTOCOL = 0xFE  # RFC 8300, experiment 1; VXLAN-GPE has the same numbers


@dataclass(frozen=True)
class Layer(ABC):
    """One header, or the bytes behind the last.

    A new layer is a frozen dataclass with a `KNOWN_AS` and a `header`. By custom a field that
    is `None` is computed (lengths, checksums, what comes next) and any other value is written as
    it stands, so that broken packets are made by naming what is wrong with them.
    """

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {}
    IS_TRANSPORT: ClassVar[bool] = False

    def number(self, space: Space) -> int:
        """The number by which the header below announces this layer."""
        return self.KNOWN_AS.get(space, space.value)

    def pseudo_header(self, protocol: int, length: int) -> bytes | None:
        """What the checksum of a carried transport header covers; IP layers alone have one."""
        del protocol, length
        return None

    @abstractmethod
    def header(self, behind: bytes, stack: Stack) -> bytes:
        """This layer's own bytes.

        Args:
            behind: the encoded layers above, for lengths and checksums.
            stack: the layers around this one.
        """

    def encode(self, behind: bytes, stack: Stack) -> bytes:
        """The header and all that is behind it."""
        return self.header(behind, stack) + behind


@dataclass(frozen=True)
class Stack:
    """The layers around one layer: those `below` it, outermost first, and the one `above`."""

    below: tuple[Layer, ...]
    above: Layer | None

    def announced(self, space: Space) -> int:
        """The number of the layer above."""
        return space.value if self.above is None else self.above.number(space)

    def checksum(self, protocol: int, segment: bytes) -> int:
        """Checksum of a transport segment, with the pseudo-header of the IP header below it."""
        for layer in reversed(self.below):
            pseudo = layer.pseudo_header(protocol, len(segment))
            if pseudo is not None:
                return internet_checksum(pseudo + segment)
        return internet_checksum(segment)


@dataclass(frozen=True)
class Raw(Layer):
    """Bytes as they are."""

    data: bytes

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """The bytes."""
        del behind, stack
        return self.data


def payload(length: int) -> Raw:
    """That many bytes which are no header: counting up, so that a shift shows."""
    return Raw(bytes(place & 0xFF for place in range(length)))


def packet(*layers: Layer) -> bytes:
    """One packet.

    Args:
        layers: as on the wire, outermost first.
    Returns:
        Its bytes, without the frame check sequence.
    """
    data = b""
    for place in reversed(range(len(layers))):
        above = layers[place + 1] if place + 1 < len(layers) else None
        data = layers[place].encode(data, Stack(layers[:place], above))
    return data


def headers_length(*layers: Layer) -> int:
    """Bytes from the start of a packet to the end of its innermost UDP or TCP header.

    This is what segmentation offload repeats in front of each segment: a super-packet of n
    segments is (n - 1) times this much longer on the wire. 0 without a transport header.
    """
    places = [place for place, layer in enumerate(layers) if layer.IS_TRANSPORT]
    last = places[-1] if places else -1
    return sum(
        len(layer.header(b"", Stack(layers[:place], None)))
        for place, layer in enumerate(layers[: last + 1])
    )


def internet_checksum(data: bytes) -> int:
    """RFC 1071: the complement of the one's complement sum of 16-bit words."""
    even = data + bytes(len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(even) // 2}H", even))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
