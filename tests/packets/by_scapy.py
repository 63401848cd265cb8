"""The packets as Scapy sees them.

Scapy reads fields and judges nothing, so whether a header is valid is asked here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scapy.contrib.erspan import ERSPAN_I, ERSPAN_II, ERSPAN_III, ERSPAN_PlatformSpecific
from scapy.contrib.etherip import EtherIP
from scapy.contrib.geneve import GENEVE
from scapy.contrib.gtp import GTP_U_Header, GTPPDUSessionContainer
from scapy.contrib.mpls import MPLS, EoMCW
from scapy.contrib.nsh import NSH
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import (
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop,
    IPv6ExtHdrRouting,
    IPv6ExtHdrSegmentRouting,
)
from scapy.layers.l2 import GRE, GRE_PPTP, LLC, SNAP, Dot1AD, Dot1AH, Dot1Q, Dot3, Ether
from scapy.layers.l2tp import L2TP
from scapy.layers.ppp import HDLC, PPP, PPPoE
from scapy.layers.vxlan import VXLAN
from scapy.packet import NoPayload, Packet, Padding, bind_layers
from tests.packets.headers import (
    ClosedHeader,
    ExtensionHeader,
    Header,
    IPHeader,
    LinkHeader,
    Tag,
    TunnelHeader,
    UDPHeader,
    gre_header,
)

from tunnel_monitor.contract import Encap

OPTIONS: Final = (
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrHopByHop,
    IPv6ExtHdrRouting,
    IPv6ExtHdrSegmentRouting,
)
LINKS: Final = (Ether, Dot3, LLC, Dot1AH, MPLS, EoMCW, PPPoE, HDLC, PPP, NSH)
# Parts of a tunnel header that are layers of their own.
PARTS: Final = (ERSPAN_I, ERSPAN_II, ERSPAN_III, ERSPAN_PlatformSpecific, GTPPDUSessionContainer)
ERSPANS: Final = (0x88BE, 0x22EB)

# What it can read, but does not expect there.
bind_layers(UDP, GRE, dport=4754)
bind_layers(IPv6, EtherIP, nh=97)

HAS_VNI: Final = 0x08
L2TP_IS_MESSAGE: Final = 0x800
SHORTEST: Final = 14  # Scapy raises struct.error where not even the first header is whole


def dissect(frame: bytes) -> Iterator[Header]:
    """The headers of a frame that begins with Ethernet, as far as Scapy can read them."""
    if len(frame) < SHORTEST:
        return
    layer: Packet = Ether(frame)
    dport = 0
    while not isinstance(layer, NoPayload):
        if isinstance(layer, MPLS) and isinstance(layer.underlayer, UDP):
            yield TunnelHeader(Encap.MPLS_UDP, None)
        header = header_of(layer, dport)
        if header is None and not isinstance(layer, PARTS):
            return
        if header is not None:
            yield header
        if isinstance(header, UDPHeader):
            dport = header.dport
        if isinstance(header, TunnelHeader) and header.encap is Encap.VXLAN:
            # Some reserved bits make Scapy take what is behind for something else; padding
            # that belongs to the IP header outside it shows here, too.
            behind = layer.payload
            yield from dissect(b"" if isinstance(behind, Padding) else behind.original)
            return
        layer = layer.payload


def header_of(layer: Packet, dport: int) -> Header | None:
    """What a layer of Scapy's is, None where the walk ends or it is part of another."""
    header: Header | None = None
    match layer:
        case Dot1Q() | Dot1AD():
            header = Tag()
        case SNAP() if layer.OUI in {0, 0x0000F8}:
            header = LinkHeader()
        case _ if isinstance(layer, LINKS):
            header = LinkHeader()
        case IP() | IPv6():
            header = ip_header(layer)
        case IPv6ExtHdrFragment():
            header = ExtensionHeader(None if layer.offset else layer.nh)
        case _ if isinstance(layer, OPTIONS) and len(layer.original) >= (layer.len + 1) * 8:
            header = ExtensionHeader(layer.nh)
        case UDP():
            header = UDPHeader(layer.sport, layer.dport)
        case VXLAN() | GENEVE() | GTP_U_Header() | GRE() | L2TP() | EtherIP():
            header = tunnel_header(layer, dport)
    return header


def ip_header(layer: Packet) -> Header | None:
    """An IP header that does not contradict itself, its options all there."""
    if isinstance(layer, IPv6):
        return IPHeader(layer.src, layer.dst, layer.nh) if layer.version == 6 else None
    size: int = layer.ihl * 4
    length: int = layer.len
    is_valid = layer.version == 4 and size >= 20 and (length == 0 or length >= size)
    if not is_valid or len(layer.original) < size:
        return None
    return IPHeader(layer.src, layer.dst, None if layer.frag else layer.proto)


def tunnel_header(layer: Packet, dport: int) -> Header:
    """VXLAN and VXLAN-GPE are one to Scapy; the port tells."""
    header: Header = ClosedHeader()
    match layer:
        case VXLAN() if int(layer.flags) & HAS_VNI and dport != 4790:
            header = TunnelHeader(Encap.VXLAN, layer.vni)
        case VXLAN() if int(layer.flags) & (HAS_VNI | 0x30) == HAS_VNI:
            header = TunnelHeader(Encap.VXLAN_GPE, layer.vni)
        case GENEVE() if not layer.version and len(layer.original) >= 8 + layer.optionlen * 4:
            header = TunnelHeader(Encap.GENEVE, layer.vni)
        case GTP_U_Header() if layer.version == layer.PT == 1 and layer.gtp_type == 255:
            header = TunnelHeader(Encap.GTPU, layer.teid)
        case GRE_PPTP() if not isinstance(layer.underlayer, UDP):
            header = TunnelHeader(Encap.PPTP, layer.call_id)
        case GRE() if not layer.version:
            header = gre(layer)
        case L2TP() if layer.version == 2 and not int(layer.hdr) & L2TP_IS_MESSAGE:
            header = TunnelHeader(Encap.L2TP, layer.tunnel_id << 16 | layer.session_id)
        case EtherIP() if layer.version == 3:
            header = TunnelHeader(Encap.ETHERIP, None)
    return header


def gre(layer: Packet) -> Header:
    """GRE with the ERSPAN header behind it."""
    present = {
        "C": layer.chksum_present,
        "R": layer.routing_present,
        "K": layer.key_present,
        "S": layer.seqnum_present,
    }
    has = {letter for letter, is_set in present.items() if is_set}
    if isinstance(layer.underlayer, UDP):
        return TunnelHeader(Encap.GRE_UDP, layer.key if "K" in has else None)
    session = None
    if isinstance(layer.payload, ERSPAN_II | ERSPAN_III):
        session = layer.payload.session_id
    elif layer.proto in ERSPANS and (layer.proto == 0x22EB or "S" in has):
        return ClosedHeader()
    return gre_header(layer.proto, layer.key if "K" in has else None, session, has=has)
