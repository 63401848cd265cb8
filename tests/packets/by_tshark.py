"""The packets as tshark sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.packets import by_tshark_rare
from tests.packets.headers import (
    ClosedHeader,
    ExtensionHeader,
    Header,
    IPHeader,
    LinkHeader,
    Tag,
    TunnelHeader,
    UDPHeader,
    enhanced_gre_header,
    gre_header,
)
from tests.packets.pdml import MPLS_PORT, Layer, Seen, layers_of

from tunnel_monitor.contract import Encap

LINKS: Final = {
    *("eth", "llc", "ieee8021ah", "mpls", "ppp", "pppoes", "nsh"),
    *("pwethheuristic", "pwethcw", "pwethnocw", "pwmcw"),
}
TAGS: Final = {"vlan", "ieee8021ad"}
EXTENSIONS: Final = {"ah": "ah.next_header", "mipv6": "mip6.proto", "hip": "hip.proto"}
NO_HEADERS: Final = {"geninfo", "frame", "raw", "ethertype", "fake-field-wrapper"}
FAULTS: Final = {"_ws.malformed", "_ws.short"}
UDP_SIZE: Final = 8


def dissect(frames: Sequence[bytes], folder: Path, *, link_header: bool) -> list[list[Header]]:
    """The headers of each frame, as far as tshark can read them.

    Args:
        frames: from their first header on.
        folder: for the files that tshark reads and writes.
        link_header: whether they begin with Ethernet.
    """
    seen = layers_of(frames, folder, link_header=link_header)
    return [list(headers(layers)) for layers in seen]


def headers(layers: Sequence[Layer]) -> Iterator[Header]:
    """The headers of one frame. What tshark found a fault in is its last layer."""
    is_faulty = any(layer.name in FAULTS for layer in layers)
    rest = [layer for layer in layers if layer.name not in FAULTS | NO_HEADERS]
    for place, layer in enumerate(rest):
        before = rest[place - 1] if place else None
        behind = rest[place + 1] if place + 1 < len(rest) else None
        seen = Seen(layer, before, behind, is_faulty and behind is None)
        found = list(headers_in(seen))
        yield from found
        if not found and layer.name != "erspan":
            return
    if rest and rest[-1].name == "udp" and is_mpls_over(rest[-1]):
        yield TunnelHeader(Encap.MPLS_UDP, None)  # which has no layer if there is no label


def headers_in(seen: Seen) -> Iterator[Header]:
    """What one layer is; nothing where the walk ends."""
    layer, is_cut = seen.layer, seen.is_cut
    if layer.name == "mpls" and seen.is_over_udp:
        yield TunnelHeader(Encap.MPLS_UDP, None)
        yield LinkHeader()
    elif layer.name in LINKS:
        yield LinkHeader()
    elif layer.name in TAGS:
        yield Tag()
    elif layer.name == "ip":
        yield from ipv4(layer)
    elif layer.name == "ipv6":
        yield from ipv6(layer, is_cut=is_cut)
    elif layer.name in EXTENSIONS:
        yield ExtensionHeader(None if is_cut else layer.number(EXTENSIONS[layer.name]))
    elif layer.name == "udp" and (port := layer.number("udp.dstport")) is not None:
        yield UDPHeader(layer.number("udp.srcport") or 0, port)
    elif layer.name in TUNNELS:
        yield TUNNELS[layer.name](seen)


def is_mpls_over(udp: Layer) -> bool:
    """Whether its ports announce labels, and it is whole."""
    return udp.number("udp.dstport") == MPLS_PORT and udp.size == UDP_SIZE


def ipv4(layer: Layer) -> Iterator[Header]:
    """None if the header is not whole."""
    if "ip.dst" in layer.fields and layer.size >= int(layer.fields["ip.hdr_len"]):
        is_later = layer.number("ip.frag_offset")
        protocol = None if is_later else layer.number("ip.proto")
        yield IPHeader(layer.fields["ip.src"], layer.fields["ip.dst"], protocol)


def ipv6(layer: Layer, *, is_cut: bool) -> Iterator[Header]:
    """The header and its extension headers; of one that is cut off, what it announces is not."""
    if "ipv6.dst" not in layer.fields:
        return
    protocols: list[int | None] = [*layer.following]
    is_extended = len(protocols) > 1
    if is_extended and (layer.number("ipv6.fraghdr.offset") or is_cut):
        protocols[-1] = None
    yield IPHeader(layer.fields["ipv6.src"], layer.fields["ipv6.dst"], protocols[0])
    for protocol in protocols[1:]:
        yield ExtensionHeader(protocol)


def vxlan(seen: Seen) -> Header:
    """VXLAN, or VXLAN-GPE, of which tshark shows the first byte alone as flags."""
    flags, vni = seen.layer.fields.get("vxlan.flags", ""), seen.layer.number("vxlan.vni")
    if vni is None or seen.layer.size < 8:
        return ClosedHeader()
    is_gpe = len(flags) == len("0x00")
    bits = int(flags, 16) if is_gpe else int(flags, 16) >> 8
    if not bits & 0x08 or (is_gpe and bits & 0x30):
        return ClosedHeader()
    return TunnelHeader(Encap.VXLAN_GPE if is_gpe else Encap.VXLAN, vni)


def geneve(seen: Seen) -> Header:
    """Geneve of version 0."""
    vni = seen.layer.number("geneve.vni")
    is_whole = seen.layer.size >= 8 + seen.number("geneve.option.length")
    if vni is None or not is_whole or seen.number("geneve.version"):
        return ClosedHeader()
    return TunnelHeader(Encap.GENEVE, vni)


def gtpu(seen: Seen) -> Header:
    """A user's packet in GTP-U of version 1."""
    teid = seen.layer.number("gtp.teid")
    is_ours = seen.number("gtp.flags.version") == seen.number("gtp.flags.payload") == 1
    if teid is None or not is_ours or seen.number("gtp.message") != 255:
        return ClosedHeader()
    is_extended = seen.number("gtp.flags.e")
    has_more = is_extended or seen.number("gtp.flags.s") or seen.number("gtp.flags.pn")
    if (has_more and seen.layer.size < 12) or (is_extended and seen.is_cut):
        return ClosedHeader()
    return TunnelHeader(Encap.GTPU, teid)


def gre(seen: Seen) -> Header:
    """GRE of version 0, with the ERSPAN header behind it, or of version 1."""
    protocol = seen.layer.number("gre.proto")
    names = {"C": "checksum", "R": "routing", "K": "key", "S": "sequence_number"}
    has = {letter for letter, name in names.items() if seen.number(f"gre.flags.{name}")}
    words = len(has & {"K", "S"}) + bool(has & {"C", "R"})
    version = seen.number("gre.flags.version")
    has_acknowledgment = version and seen.number("gre.flags.ack")
    if protocol is None or seen.layer.size < 4 + 4 * words + 4 * bool(has_acknowledgment):
        return ClosedHeader()
    if version:
        is_enhanced = version == 1 and not seen.is_over_udp
        return enhanced_gre_header(protocol, gre_key(seen)) if is_enhanced else ClosedHeader()
    if "R" in has and seen.is_cut:
        return ClosedHeader()
    if seen.is_over_udp:
        return TunnelHeader(Encap.GRE_UDP, seen.layer.number("gre.key"))
    session = None
    if protocol == 0x22EB or (protocol == 0x88BE and "S" in has):
        session = erspan_session(seen.behind)
        if session is None:
            return ClosedHeader()
    return gre_header(protocol, seen.layer.number("gre.key"), session, has=has)


def gre_key(seen: Seen) -> int | None:
    """The key, of which tshark shows the lower half where it knows what it is."""
    call = seen.layer.number("gre.key.call_id")
    return seen.layer.number("gre.key") if call is None else call


def erspan_session(layer: Layer | None) -> int | None:
    """The session of an ERSPAN header of type II or III, None if that is not whole."""
    if layer is None:
        return None
    size = 12 + 8 * bool(layer.number("erspan.o")) if "erspan.ft" in layer.fields else 8
    is_third = layer.number("erspan.version") == 2
    return layer.number("erspan.spanid") if layer.size >= max(size, 12 * is_third) else None


TUNNELS: Final[Mapping[str, Callable[[Seen], Header]]] = {
    "vxlan": vxlan,
    "geneve": geneve,
    "gtp": gtpu,
    "gre": gre,
    "teredo": by_tshark_rare.teredo,
    "l2tp": by_tshark_rare.l2tp,
    "etherip": by_tshark_rare.etherip,
    "lisp-data": by_tshark_rare.lisp,
}
