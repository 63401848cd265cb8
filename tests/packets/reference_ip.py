"""The slow reference's reading of IP headers and of the extension headers behind them."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Final

from tests.packets.reading import End, Reader, address, number
from tests.packets.reference_link import IPV4

from tunnel_monitor.contract import Encap, Outcome

MAX_EXTENSIONS: Final = 8

HOP_BY_HOP, ROUTING, FRAGMENT, AH, DESTINATION = 0, 43, 44, 51, 60  # RFC 8200, 4.1
MOBILITY, HIP, SHIM6 = 135, 139, 140  # RFC 7045, 4
EXTENSIONS: Final = {
    *(HOP_BY_HOP, ROUTING, FRAGMENT, AH, DESTINATION),
    *(MOBILITY, HIP, SHIM6),
}
IPV4_IN_IP, UDP, IPV6_IN_IP, GRE, ETHERIP, L2TP3 = 4, 17, 41, 47, 97, 115
IP_IN_IP: Final = {Encap.IPIP, Encap.SIT, Encap.IP4IP6, Encap.IP6IP6}
CARRIED_BY: Final[Mapping[int, Set[Encap]]] = {
    IPV4_IN_IP: IP_IN_IP,
    IPV6_IN_IP: IP_IN_IP,
    UDP: {
        *(Encap.VXLAN, Encap.VXLAN_GPE, Encap.GENEVE, Encap.GTPU, Encap.TEREDO),
        *(Encap.MPLS_UDP, Encap.GRE_UDP, Encap.L2TP, Encap.LISP),
    },
    GRE: {
        *(Encap.GRE, Encap.GRETAP, Encap.NVGRE, Encap.ERSPAN1, Encap.ERSPAN2, Encap.ERSPAN3),
        *(Encap.PPTP, Encap.EOIP),
    },
    ETHERIP: {Encap.ETHERIP},
    L2TP3: {Encap.L2TP3_IP},
}


@dataclass(frozen=True)
class IP:
    """An IP header: addresses as text, and what it says is behind it."""

    version: int
    src: str
    dst: str
    protocol: int
    is_later_fragment: bool = False


def read_ip(reader: Reader, ethertype: int) -> IP:
    """An IP header of either version, without extension headers."""
    return read_ipv4(reader) if ethertype == IPV4 else read_ipv6(reader)


def read_ipv4(reader: Reader) -> IP:
    """RFC 791, 3.1. A total length of 0 is BIG TCP's (RFC 2675's idea, in IPv4)."""
    head = reader.take(20)
    version, ihl = head[0] >> 4, head[0] & 0x0F
    total_length = number(head[2:4])
    if version != 4 or ihl < 5 or 0 < total_length < ihl * 4:
        raise End(Outcome.MALFORMED)
    reader.take(ihl * 4 - 20)
    if total_length:
        reader.end_after(total_length - ihl * 4)
    return IP(
        version,
        address(head[12:16]),
        address(head[16:20]),
        protocol=head[9],
        is_later_fragment=bool(number(head[6:8]) & 0x1FFF),
    )


def read_ipv6(reader: Reader) -> IP:
    """RFC 8200, 3. A payload length of 0 is a jumbogram's (RFC 2675) or BIG TCP's."""
    head = reader.take(40)
    version = head[0] >> 4
    if version != 6:
        raise End(Outcome.MALFORMED)
    payload_length = number(head[4:6])
    if payload_length:
        reader.end_after(payload_length)
    return IP(version, address(head[8:24]), address(head[24:40]), protocol=head[6])


def read_protocol(reader: Reader, ip: IP, encaps: Set[Encap]) -> int:
    """The protocol behind an IP header and its extension headers; IPv4 has but AH (RFC 4302)."""
    if ip.is_later_fragment:
        raise later_fragment_of(ip.protocol, encaps)
    protocol = ip.protocol
    skipped = EXTENSIONS if ip.version == 6 else {AH}
    count = 0
    while protocol in skipped:
        count += 1
        if count > MAX_EXTENSIONS:
            raise End(Outcome.TOO_MANY_EXTENSIONS)
        protocol = read_extension(reader, protocol, encaps)
    return protocol


def read_extension(reader: Reader, kind: int, encaps: Set[Encap]) -> int:
    """One extension header; the protocol it announces."""
    if kind == FRAGMENT:  # RFC 8200, 4.5
        head = reader.take(8)
        if number(head[2:4]) >> 3:
            raise later_fragment_of(head[0], encaps)
        return head[0]
    head = reader.take(2)
    if kind == AH:  # RFC 4302, 2.2: in units of 4 bytes, less two
        reader.take((head[1] + 2) * 4 - 2)
    else:  # RFC 6564, 4: in units of 8 bytes, less the first
        reader.take((head[1] + 1) * 8 - 2)
    return head[0]


def later_fragment_of(protocol: int, encaps: Set[Encap]) -> End:
    """The end at a fragment that has no ports: only some protocols could have been a tunnel."""
    is_suspect = protocol in EXTENSIONS or CARRIED_BY.get(protocol, set()) & encaps
    return End(Outcome.LATER_FRAGMENT if is_suspect else Outcome.NOT_TUNNELED)
