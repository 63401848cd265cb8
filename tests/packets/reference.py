"""What the parser must make of a frame, read slowly: the rules in their plainest form.

Written from the RFCs and the rules below, not from the parser, so that two readers must agree.

Before a tunnel is open, whatever cannot be read has a reason. Once one is open the packet is a
flow whatever follows: reading on can only add inner addresses or a further tunnel. A tunnel is
open when its header is whole and valid; the inner addresses are known when an IP header with
its IPv4 options is whole and valid, whatever is behind it. Limits hold for each link header
(tags) and each IP header (extension headers) on its own.

Of two faults in one IPv4 header the one in its first 20 bytes is told: a wrong version, header
length or total length counts before options that are not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from tests.packets.expected import Expected

from tunnel_monitor.contract import MAX_DEPTH, Encap, Outcome

PORTS: Final = {4789: Encap.VXLAN, 8472: Encap.VXLAN}

MAX_TAGS: Final = 3
MAX_EXTENSIONS: Final = 8

TAGS: Final = {0x8100, 0x88A8, 0x9100}  # IEEE 802.1Q, 802.1ad, and what preceded the latter
IPV4: Final = 0x0800
IPV6: Final = 0x86DD

HOP_BY_HOP, ROUTING, FRAGMENT, AH, DESTINATION = 0, 43, 44, 51, 60  # RFC 8200, 4.1
MOBILITY, HIP, SHIM6 = 135, 139, 140  # RFC 7045, 4
EXTENSIONS: Final = {
    *(HOP_BY_HOP, ROUTING, FRAGMENT, AH, DESTINATION),
    *(MOBILITY, HIP, SHIM6),
}
UDP: Final = 17
CAN_CARRY_A_TUNNEL: Final = {UDP}


class End(Exception):
    """Nothing further can be read; `outcome` is why, if no tunnel was open by then."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.label)
        self.outcome = outcome


class Reader:
    """The bytes not yet read, and how many lie behind the end that a length field set."""

    def __init__(self, frame: bytes) -> None:
        self.left = memoryview(frame)
        self.beyond = 0

    def take(self, count: int) -> memoryview:
        """The next bytes, all of them or the end."""
        if len(self.left) < count:
            raise End(Outcome.TRUNCATED)
        taken, self.left = self.left[:count], self.left[count:]
        return taken

    def end_after(self, count: int) -> None:
        """Forget what is behind the next `count` bytes, if there is anything."""
        self.beyond += max(0, len(self.left) - count)
        self.left = self.left[:count]


@dataclass(frozen=True)
class IP:
    """An IP header: addresses as text, and what it says is behind it."""

    version: int
    src: str
    dst: str
    protocol: int
    is_later_fragment: bool = False


def reference(
    frame: bytes, *, link_header: bool = True, ports: Mapping[int, Encap] = PORTS
) -> Expected:
    """What the parser must make of a frame.

    Args:
        frame: from its link header on, without the frame check sequence.
        link_header: False where the frame begins with an IP header.
        ports: UDP destination port to the tunnel behind it.
    """
    reader = Reader(frame)
    flow: Expected | None = None
    try:
        ethertype = read_link(reader) if link_header else version_as_ethertype(reader)
        while True:
            ip = read_ip(reader, ethertype)
            if flow is not None:
                flow = replace(flow, inner_src=ip.src, inner_dst=ip.dst)
            encap = read_udp(reader, read_protocol(reader, ip), ports)
            vni = read_vxlan(reader)
            path = (*flow.encap, encap) if flow is not None else (encap,)
            if len(path) > MAX_DEPTH:
                return Expected(Outcome.TOO_DEEP, len(frame))
            flow = Expected(
                Outcome.FLOW,
                len(frame),
                encap=path,
                vni=vni,
                outer_src=ip.src,
                outer_dst=ip.dst,
                inner_bytes=len(reader.left) + reader.beyond,
            )
            ethertype = read_link(reader)
    except End as end:
        return flow if flow is not None else Expected(end.outcome, len(frame))


def read_link(reader: Reader) -> int:
    """Ethernet header and VLAN tags (IEEE 802.3, 802.1Q); the EtherType behind them."""
    ethertype = number(reader.take(14)[12:])
    tags = 0
    while ethertype in TAGS:
        tags += 1
        if tags > MAX_TAGS:
            raise End(Outcome.TOO_MANY_TAGS)
        ethertype = number(reader.take(4)[2:])
    return ethertype


def version_as_ethertype(reader: Reader) -> int:
    """The EtherType for a frame without link header: only IP can be in one."""
    is_ipv6 = len(reader.left) > 0 and reader.left[0] >> 4 == 6
    return IPV6 if is_ipv6 else IPV4


def read_ip(reader: Reader, ethertype: int) -> IP:
    """An IP header of either version, without extension headers."""
    if ethertype == IPV4:
        return read_ipv4(reader)
    if ethertype == IPV6:
        return read_ipv6(reader)
    raise End(Outcome.NOT_TUNNELED)


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


def read_protocol(reader: Reader, ip: IP) -> int:
    """The protocol behind an IP header and its extension headers."""
    if ip.is_later_fragment:
        raise later_fragment_of(ip.protocol)
    protocol = ip.protocol
    extensions = 0
    while ip.version == 6 and protocol in EXTENSIONS:
        extensions += 1
        if extensions > MAX_EXTENSIONS:
            raise End(Outcome.TOO_MANY_EXTENSIONS)
        protocol = read_extension(reader, protocol)
    return protocol


def read_extension(reader: Reader, kind: int) -> int:
    """One IPv6 extension header; the protocol it announces."""
    if kind == FRAGMENT:  # RFC 8200, 4.5
        head = reader.take(8)
        if number(head[2:4]) >> 3:
            raise later_fragment_of(head[0])
        return head[0]
    head = reader.take(2)
    if kind == AH:  # RFC 4302, 2.2: in units of 4 bytes, less two
        reader.take((head[1] + 2) * 4 - 2)
    else:  # RFC 6564, 4: in units of 8 bytes, less the first
        reader.take((head[1] + 1) * 8 - 2)
    return head[0]


def later_fragment_of(protocol: int) -> End:
    """The end at a fragment that has no ports: only some protocols could have been a tunnel."""
    is_suspect = protocol in CAN_CARRY_A_TUNNEL | EXTENSIONS
    return End(Outcome.LATER_FRAGMENT if is_suspect else Outcome.NOT_TUNNELED)


def read_udp(reader: Reader, protocol: int, ports: Mapping[int, Encap]) -> Encap:
    """RFC 768; the tunnel behind it, by destination port alone."""
    if protocol != UDP:
        raise End(Outcome.NOT_TUNNELED)
    port = number(reader.take(8)[2:4])
    if port not in ports:
        raise End(Outcome.NOT_TUNNELED)
    return ports[port]


def read_vxlan(reader: Reader) -> int:
    """RFC 7348, 5; the VNI. All bits but the I flag are ignored."""
    head = reader.take(8)
    if not head[0] & 0x08:
        raise End(Outcome.NO_VNI)
    return number(head[4:7])


def number(data: memoryview) -> int:
    """In network order."""
    return int.from_bytes(data)


def address(data: memoryview) -> str:
    """RFC 5952 text of 4 or 16 bytes.

    What maps an IPv4 address (::ffff:a.b.c.d) is told as that: the wide key keeps IPv4 so.
    """
    if len(data) == 4:
        return str(IPv4Address(bytes(data)))
    whole = IPv6Address(bytes(data))
    return str(whole.ipv4_mapped or whole)
