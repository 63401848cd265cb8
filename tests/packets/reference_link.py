"""The slow reference's reading of what lies between a link or tunnel header and IP.

Each reader takes one header, whose kind the EtherType in front of it told, and gives the
EtherType behind it: that of IEEE's list, or of the same meaning where the header has numbers of
its own. 0 stands for all that cannot lead to IP.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from tests.packets.reading import End, Reader, number

from tunnel_monitor.contract import Outcome

IPV4: Final = 0x0800
IPV6: Final = 0x86DD
ETHERNET: Final = 0x6558  # RFC 1701: transparent Ethernet bridging
MPLS: Final = 0x8847
MPLS_MULTICAST: Final = 0x8848
PPP: Final = 0x880B
PPPOE: Final = 0x8864
PBB: Final = 0x88E7
NSH: Final = 0x894F
WCCP: Final = 0x883E
NOTHING: Final = 0

TAGS: Final = {0x8100, 0x88A8, 0x9100}  # IEEE 802.1Q, 802.1ad, and what preceded the latter

# A link header counts as one of the headers in front of IP, each tag as another; a label stack
# is one whatever its height.
MAX_BETWEEN: Final = 10
MAX_TAGS: Final = 3
MAX_LABELS: Final = 16


def read_to_ip(reader: Reader, ethertype: int) -> int:
    """All headers in front of IP; the EtherType is that of IPv4 or IPv6 then."""
    headers = tags = 0
    while ethertype not in {IPV4, IPV6}:
        headers += 1
        tags = tags + 1 if ethertype in TAGS else 0
        if headers > MAX_BETWEEN or tags > MAX_TAGS:
            raise End(Outcome.TOO_MANY_TAGS)
        if ethertype not in READERS:
            raise End(Outcome.NOT_TUNNELED)
        ethertype = READERS[ethertype](reader)
    return ethertype


def read_ethernet(reader: Reader) -> int:
    """IEEE 802.3, 3.1.1."""
    return type_or_length(reader, number(reader.take(14)[12:]))


def read_tag(reader: Reader) -> int:
    """IEEE 802.1Q, 9.3."""
    return type_or_length(reader, number(reader.take(4)[2:]))


def type_or_length(reader: Reader, announced: int) -> int:
    """IEEE 802.3, 3.2.6: below 0x600 it is a length, and IEEE 802.2 follows.

    Only SNAP (RFC 1042, or 802.1H's way of the same) leads to IP. It has 8 bytes.
    """
    if announced >= 0x600:
        return announced
    if len(reader.left) < 8:
        return NOTHING
    head = reader.take(8)
    is_snap = number(head[:3]) == 0xAAAA03 and number(head[3:6]) in {0, 0x0000F8}
    return number(head[6:]) if is_snap else NOTHING


def read_pbb(reader: Reader) -> int:
    """IEEE 802.1Q, 9.7: behind the service instance's number is the customer's frame."""
    reader.take(4)
    return ETHERNET


def read_mpls(reader: Reader) -> int:
    """RFC 3032, 2.1. What follows is told by its first four bits: RFC 4928, 4385, 4448.

    A control word is followed by a frame; what begins neither as IP nor as a control word nor
    as an associated channel (1) is taken for a frame without one.
    """
    for _ in range(MAX_LABELS):
        if number(reader.take(4)) & 0x100:
            break
    else:
        raise End(Outcome.TOO_MANY_TAGS)
    nibble = reader.next_nibble()
    if nibble is None:
        raise End(Outcome.TRUNCATED)
    if nibble in {4, 6}:
        return IPV4 if nibble == 4 else IPV6
    if nibble == 1:
        return NOTHING
    if reader.begins_with(b"\0\0"):
        reader.take(4)
    return ETHERNET


def read_ppp(reader: Reader) -> int:
    """RFC 1661, 2, 6.5 and 6.6."""
    if reader.begins_with(b"\xff\x03"):
        reader.take(2)
    protocol = reader.take(1)[0]
    if not protocol & 1:  # the last byte is odd, all before it even
        protocol = protocol << 8 | reader.take(1)[0]
    known = {0x0021: IPV4, 0x0057: IPV6, 0x0281: MPLS, 0x0283: MPLS_MULTICAST}
    return known.get(protocol, NOTHING)


def read_pppoe(reader: Reader) -> int:
    """RFC 2516, 4."""
    head = reader.take(6)
    if head[0] != 0x11:
        raise End(Outcome.UNKNOWN_VERSION)
    reader.end_after(number(head[4:]))
    return PPP


def read_nsh(reader: Reader) -> int:
    """RFC 8300, 2.2."""
    head = reader.take(8)
    if head[0] >> 6:
        raise End(Outcome.UNKNOWN_VERSION)
    words = head[1] & 0x3F
    if words < 2:
        raise End(Outcome.MALFORMED)
    reader.take((words - 2) * 4)
    return of_next_protocol(head[3])


def of_next_protocol(following: int) -> int:
    """The EtherType for a number of RFC 8300, 9.1.3; VXLAN-GPE uses the same ones."""
    known = {1: IPV4, 2: IPV6, 3: ETHERNET, 4: NSH, 5: MPLS}
    return known.get(following, NOTHING)


def read_wccp(reader: Reader) -> int:
    """draft-wilson-wrec-wccp-v2, 4.12: 4 bytes, which version 1 has not, in front of IPv4."""
    if reader.next_nibble() != 4:
        reader.take(4)
    return IPV4


READERS: Final[Mapping[int, Callable[[Reader], int]]] = {
    **dict.fromkeys(TAGS, read_tag),
    ETHERNET: read_ethernet,
    PBB: read_pbb,
    MPLS: read_mpls,
    MPLS_MULTICAST: read_mpls,
    PPP: read_ppp,
    PPPOE: read_pppoe,
    NSH: read_nsh,
    WCCP: read_wccp,
}
