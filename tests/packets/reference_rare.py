"""The slow reference's reading of the tunnel headers that are read only if asked for."""

from __future__ import annotations

from tests.packets.reading import End, Reader, number
from tests.packets.reference_link import (
    ETHERNET,
    IPV4,
    IPV6,
    MPLS,
    NOTHING,
    PPP,
    of_next_protocol,
)
from tests.packets.reference_opened import Opened

from tunnel_monitor.contract import Encap, Outcome


def read_teredo(reader: Reader) -> Opened:
    """RFC 4380, 5.1.1: first an authentication, then an origin indication, either if at all."""
    if reader.peek(2) == b"\0\1":
        head = reader.take(4)
        reader.take(head[2] + head[3] + 9)
    if reader.peek(2) == b"\0\0":
        reader.take(8)
    return Opened(Encap.TEREDO, None, IPV6)


def read_mpls_udp(reader: Reader) -> Opened:
    """RFC 7510, 3."""
    del reader
    return Opened(Encap.MPLS_UDP, None, MPLS)


def read_l2tp(reader: Reader) -> Opened:
    """RFC 2661, 3.1, and RFC 3931, 4.1.2.1: the version is in the fourth half-byte of both."""
    flags = number(reader.take(2))
    version, is_message = flags & 0xF, flags >> 15
    if version not in {2, 3}:
        raise End(Outcome.UNKNOWN_VERSION)
    if is_message:
        raise End(Outcome.L2TP_MESSAGE)
    if version == 3:
        reader.take(2)
        return Opened(Encap.L2TP, number(reader.take(4)), NOTHING)
    has_length, has_sequence, has_offset = (flags >> place & 1 for place in (14, 11, 9))
    reader.take(2 * has_length)
    both = number(reader.take(4))
    reader.take(4 * has_sequence)
    if has_offset:
        reader.take(number(reader.take(2)))
    return Opened(Encap.L2TP, both, PPP)


def read_l2tp3_ip(reader: Reader) -> Opened:
    """RFC 3931, 4.1.1: a session of 0 is for the messages."""
    session = number(reader.take(4))
    if not session:
        raise End(Outcome.L2TP_MESSAGE)
    return Opened(Encap.L2TP3_IP, session, NOTHING)


def read_etherip(reader: Reader) -> Opened:
    """RFC 3378, 3."""
    if reader.take(2)[0] >> 4 != 3:
        raise End(Outcome.UNKNOWN_VERSION)
    return Opened(Encap.ETHERIP, None, ETHERNET)


def read_lisp(reader: Reader) -> Opened:
    """RFC 9300, 5.1; RFC 9305, 3."""
    head = reader.take(8)
    instance = number(head[4:7]) if head[0] & 0x08 else None
    if head[0] & 0x04:
        return Opened(Encap.LISP, instance, of_next_protocol(head[3]))
    ethertype = {4: IPV4, 6: IPV6}.get(reader.next_nibble() or 0, NOTHING)
    return Opened(Encap.LISP, instance, ethertype)
