"""The packets as Scapy sees them.

Scapy reads fields and judges nothing, so whether an IP header is valid is asked here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import (
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop,
    IPv6ExtHdrRouting,
    IPv6ExtHdrSegmentRouting,
)
from scapy.layers.l2 import Dot1AD, Dot1Q, Ether
from scapy.layers.vxlan import VXLAN
from scapy.packet import Packet, Padding
from tests.packets.headers import (
    ClosedHeader,
    ExtensionHeader,
    Header,
    IPHeader,
    LinkHeader,
    Tag,
    TunnelHeader,
    UDPHeader,
)

from tunnel_monitor.contract import Encap

OPTIONS: Final = (
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrHopByHop,
    IPv6ExtHdrRouting,
    IPv6ExtHdrSegmentRouting,
)
HAS_VNI: Final = 0x08
SHORTEST: Final = 14  # Scapy raises struct.error where not even the first header is whole


def dissect(frame: bytes) -> Iterator[Header]:
    """The headers of a frame that begins with Ethernet, as far as Scapy can read them."""
    if len(frame) < SHORTEST:
        return
    layer: Packet = Ether(frame)
    while header := header_of(layer):
        yield header
        layer = layer.payload
        if isinstance(header, TunnelHeader):
            # Some reserved bits make Scapy take what is behind for something else; padding
            # that belongs to the IP header outside it shows here, too.
            yield from dissect(b"" if isinstance(layer, Padding) else layer.original)
            return


def header_of(layer: Packet) -> Header | None:
    """What a layer of Scapy's is, None where the walk ends."""
    header: Header | None = None
    match layer:
        case Ether():
            header = LinkHeader()
        case Dot1Q() | Dot1AD():
            header = Tag()
        case IP() if is_whole_ipv4(layer):
            header = IPHeader(layer.src, layer.dst, None if layer.frag else layer.proto)
        case IPv6() if layer.version == 6:
            header = IPHeader(layer.src, layer.dst, layer.nh)
        case IPv6ExtHdrFragment():
            header = ExtensionHeader(None if layer.offset else layer.nh)
        case _ if isinstance(layer, OPTIONS) and len(layer.original) >= (layer.len + 1) * 8:
            header = ExtensionHeader(layer.nh)
        case UDP():
            header = UDPHeader(layer.dport)
        case VXLAN():
            is_open = int(layer.flags) & HAS_VNI
            header = TunnelHeader(Encap.VXLAN, layer.vni) if is_open else ClosedHeader()
    return header


def is_whole_ipv4(layer: IP) -> bool:
    """Whether the header does not contradict itself, and its options are all there."""
    size: int = layer.ihl * 4
    length: int = layer.len
    is_valid = layer.version == 4 and size >= 20 and (length == 0 or length >= size)
    return is_valid and len(layer.original) >= size
