"""The slow reference's reading of tunnel headers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from typing import Final

from tests.packets.reading import End, Reader, number
from tests.packets.reference_gre import read_gre, read_gre_udp
from tests.packets.reference_ip import (
    CARRIED_BY,
    ETHERIP,
    GRE,
    IP,
    IPV4_IN_IP,
    L2TP3,
    UDP,
)
from tests.packets.reference_link import ETHERNET, IPV4, IPV6, of_next_protocol
from tests.packets.reference_opened import Opened
from tests.packets.reference_rare import (
    read_etherip,
    read_l2tp,
    read_l2tp3_ip,
    read_lisp,
    read_mpls_udp,
    read_teredo,
)

from tunnel_monitor.contract import Encap, Outcome

PORTS: Final = {
    4789: Encap.VXLAN,  # RFC 7348
    8472: Encap.VXLAN,  # Linux before there was a number
    4790: Encap.VXLAN_GPE,
    6081: Encap.GENEVE,  # RFC 8926
    2152: Encap.GTPU,  # 3GPP TS 29.281, 4.4.2
    3544: Encap.TEREDO,  # RFC 4380, 2.7
    6635: Encap.MPLS_UDP,  # RFC 7510
    4754: Encap.GRE_UDP,  # RFC 8086
    1701: Encap.L2TP,  # RFC 2661
    4341: Encap.LISP,  # RFC 9300
}
# Answers come from the tunnel's port: RFC 4380, 5.3.2; RFC 2661, 8.1.
BY_EITHER_PORT: Final = {Encap.TEREDO, Encap.L2TP}
MAX_GTPU_EXTENSIONS: Final = 8


def read_tunnel(
    reader: Reader, ip: IP, protocol: int, ports: Mapping[int, Encap], encaps: Set[Encap]
) -> Opened:
    """Whatever tunnel header an IP packet carries; what is not in `encaps` is opaque."""
    if not CARRIED_BY.get(protocol, set()) & encaps:
        raise End(Outcome.NOT_TUNNELED)
    if protocol == UDP:
        return read_udp(reader, {port: one for port, one in ports.items() if one in encaps})
    if protocol == GRE:
        return read_gre(reader, encaps)
    if protocol == ETHERIP:
        return read_etherip(reader)
    if protocol == L2TP3:
        return read_l2tp3_ip(reader)
    opened = read_ip_in_ip(ip, protocol)
    if opened.encap not in encaps:
        raise End(Outcome.NOT_TUNNELED)
    return opened


def read_ip_in_ip(ip: IP, protocol: int) -> Opened:
    """There is no header: RFC 2003, 2473, 4213."""
    if protocol == IPV4_IN_IP:
        return Opened(Encap.IPIP if ip.version == 4 else Encap.IP4IP6, None, IPV4)
    return Opened(Encap.SIT if ip.version == 4 else Encap.IP6IP6, None, IPV6)


def read_udp(reader: Reader, ports: Mapping[int, Encap]) -> Opened:
    """RFC 768; the tunnel by destination port, seldom by the other. A length of 0 is RFC 2675's."""
    head = reader.take(8)
    length = number(head[4:6])
    encap = ports.get(number(head[2:4]))
    if encap is None and ports.get(number(head[:2])) in BY_EITHER_PORT:
        encap = ports[number(head[:2])]
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
    Encap.TEREDO: read_teredo,
    Encap.MPLS_UDP: read_mpls_udp,
    Encap.GRE_UDP: read_gre_udp,
    Encap.L2TP: read_l2tp,
    Encap.LISP: read_lisp,
}
