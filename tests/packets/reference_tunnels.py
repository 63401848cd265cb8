"""The slow reference's reading of tunnel headers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tests.packets.reading import End, Reader, number
from tests.packets.reference_ip import GRE, IP, IPV4_IN_IP, IPV6_IN_IP, UDP
from tests.packets.reference_link import ETHERNET, IPV4, IPV6, NOTHING, of_next_protocol

from tunnel_monitor.contract import Encap, Outcome

PORTS: Final = {
    4789: Encap.VXLAN,  # RFC 7348
    8472: Encap.VXLAN,  # Linux before there was a number
    4790: Encap.VXLAN_GPE,
    6081: Encap.GENEVE,  # RFC 8926
    2152: Encap.GTPU,  # 3GPP TS 29.281, 4.4.2
}
MAX_ROUTES: Final = 8
MAX_GTPU_EXTENSIONS: Final = 8

ERSPAN: Final = 0x88BE
ERSPAN3: Final = 0x22EB


@dataclass(frozen=True)
class Opened:
    """A tunnel header that was read, and the EtherType of what is behind it."""

    encap: Encap
    vni: int | None
    ethertype: int


def read_tunnel(reader: Reader, ip: IP, protocol: int, ports: Mapping[int, Encap]) -> Opened:
    """Whatever tunnel header an IP packet carries."""
    if protocol == UDP:
        return read_udp(reader, ports)
    if protocol == GRE:
        return read_gre(reader)
    if protocol == IPV4_IN_IP:  # RFC 2003 and 2473
        return Opened(Encap.IPIP if ip.version == 4 else Encap.IP4IP6, None, IPV4)
    if protocol == IPV6_IN_IP:  # RFC 4213 and 2473
        return Opened(Encap.SIT if ip.version == 4 else Encap.IP6IP6, None, IPV6)
    raise End(Outcome.NOT_TUNNELED)


def read_udp(reader: Reader, ports: Mapping[int, Encap]) -> Opened:
    """RFC 768; the tunnel by destination port alone. A length of 0 is RFC 2675's, 4."""
    head = reader.take(8)
    length = number(head[4:6])
    encap = ports.get(number(head[2:4]))
    if encap is None:
        raise End(Outcome.NOT_TUNNELED)
    if length:
        reader.end_after(max(0, length - 8))
    return OVER_UDP[encap](reader)


def read_vxlan(reader: Reader) -> Opened:
    """RFC 7348, 5. All bits but the I flag are ignored."""
    head = reader.take(8)
    if not head[0] & 0x08:
        raise End(Outcome.NO_VNI)
    return Opened(Encap.VXLAN, number(head[4:7]), ETHERNET)


def read_vxlan_gpe(reader: Reader) -> Opened:
    """draft-ietf-nvo3-vxlan-gpe, 3. Without the P flag it is VXLAN."""
    head = reader.take(8)
    if head[0] & 0x30:
        raise End(Outcome.UNKNOWN_VERSION)
    if not head[0] & 0x08:
        raise End(Outcome.NO_VNI)
    following = of_next_protocol(head[3]) if head[0] & 0x04 else ETHERNET
    return Opened(Encap.VXLAN_GPE, number(head[4:7]), following)


def read_geneve(reader: Reader) -> Opened:
    """RFC 8926, 3.4."""
    head = reader.take(8)
    if head[0] >> 6:
        raise End(Outcome.UNKNOWN_VERSION)
    reader.take((head[0] & 0x3F) * 4)
    return Opened(Encap.GENEVE, number(head[4:7]), number(head[2:4]))


def read_gtpu(reader: Reader) -> Opened:
    """3GPP TS 29.281, 5.1. Version 1, protocol type 1 (0 is charging, GTP').

    A user's packet is IP or an Ethernet frame (TS 23.501, 5.6.10), and nothing tells which.
    """
    head = reader.take(8)
    if head[0] >> 4 != 0b0011:
        raise End(Outcome.UNKNOWN_VERSION)
    if head[1] != 255:
        raise End(Outcome.GTPU_MESSAGE)
    if head[0] & 0b111:
        following = reader.take(4)[3]
        if head[0] & 0b100:
            read_gtpu_extensions(reader, following)
    ethertype = {4: IPV4, 6: IPV6}.get(reader.next_nibble() or 0, ETHERNET)
    return Opened(Encap.GTPU, number(head[4:8]), ethertype)


def read_gtpu_extensions(reader: Reader, kind: int) -> None:
    """3GPP TS 29.281, 5.2.1: each has its length in words first, the next one's type last."""
    count = 0
    while kind:
        count += 1
        if count > MAX_GTPU_EXTENSIONS:
            raise End(Outcome.TOO_MANY_EXTENSIONS)
        head = reader.take(4)
        if not head[0]:
            raise End(Outcome.MALFORMED)
        kind = (bytes(head) + bytes(reader.take(head[0] * 4 - 4)))[-1]


OVER_UDP: Final[Mapping[Encap, Callable[[Reader], Opened]]] = {
    Encap.VXLAN: read_vxlan,
    Encap.VXLAN_GPE: read_vxlan_gpe,
    Encap.GENEVE: read_geneve,
    Encap.GTPU: read_gtpu,
}


def read_gre(reader: Reader) -> Opened:
    """RFC 2784, 2890 and 1701; the same bytes are NVGRE (RFC 7637) or ERSPAN."""
    head = reader.take(4)
    has_checksum, has_routes, has_key, has_sequence = (
        bool(head[0] & bit) for bit in (0x80, 0x40, 0x20, 0x10)
    )
    if head[1] & 0x07:
        raise End(Outcome.UNKNOWN_VERSION)
    if has_checksum or has_routes:
        reader.take(4)
    key = number(reader.take(4)) if has_key else None
    if has_sequence:
        reader.take(4)
    if has_routes:
        read_routes(reader)
    protocol = number(head[2:])
    if protocol == ERSPAN:
        return read_erspan2(reader) if has_sequence else Opened(Encap.ERSPAN1, None, ETHERNET)
    if protocol == ERSPAN3:
        return read_erspan3(reader)
    if protocol != ETHERNET:
        return Opened(Encap.GRE, key, protocol)
    if key is None or has_checksum or has_sequence:
        return Opened(Encap.GRETAP, key, ETHERNET)
    return Opened(Encap.NVGRE, key >> 8, ETHERNET)


def read_routes(reader: Reader) -> None:
    """RFC 1701: source route entries, up to one of family 0 and length 0."""
    for _ in range(MAX_ROUTES):
        head = reader.take(4)
        if number(head[:2]) == head[3] == 0:
            return
        reader.take(head[3])
    raise End(Outcome.TOO_MANY_EXTENSIONS)


def read_erspan2(reader: Reader) -> Opened:
    """draft-foschiano-erspan, 4.2."""
    head = reader.take(8)
    return Opened(Encap.ERSPAN2, number(head[2:4]) & 0x3FF, ETHERNET)


def read_erspan3(reader: Reader) -> Opened:
    """draft-foschiano-erspan, 4.3. Frame type 0 is Ethernet, 2 IP, others reserved."""
    head = reader.take(12)
    last = number(head[10:])
    if last & 1:
        reader.take(8)
    kind = last >> 10 & 0x1F
    ethertype = NOTHING if kind else ETHERNET
    if kind == 2:
        ethertype = {4: IPV4, 6: IPV6}.get(reader.next_nibble() or 0, NOTHING)
    return Opened(Encap.ERSPAN3, number(head[2:4]) & 0x3FF, ethertype)
