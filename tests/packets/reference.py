"""What the parser must make of a frame, read slowly: the rules in their plainest form.

Written from the RFCs and the rules below, not from the parser, so that two readers must agree.

Before a tunnel is open, whatever cannot be read has a reason. Once one is open the packet is a
flow whatever follows: reading on can only add inner addresses or a further tunnel, and makes the
record its own, unless the outermost is asked for: then it only makes the path longer. A tunnel is
open when its header is whole and valid; the inner addresses are known when an IP header with
its IPv4 options is whole and valid, whatever is behind it. Limits hold for the headers in front
of each IP header, and for those behind it, on their own.

Of two faults in one IPv4 header the one in its first 20 bytes is told: a wrong version, header
length or total length counts before options that are not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace

from tests.packets.expected import Expected
from tests.packets.reading import End, Reader
from tests.packets.reference_ip import IP, read_ip, read_protocol
from tests.packets.reference_link import ETHERNET, IPV4, IPV6, read_to_ip
from tests.packets.reference_opened import Opened
from tests.packets.reference_tunnels import PORTS, read_tunnel

from tunnel_monitor.contract import MAX_DEPTH, Encap, Outcome
from tunnel_monitor.settings import ALL_ENCAPS, Boundary


def reference(
    frame: bytes,
    *,
    link_header: bool = True,
    ports: Mapping[int, Encap] = PORTS,
    encaps: Set[Encap] = ALL_ENCAPS,
    boundary: Boundary = Boundary.INNERMOST,
) -> Expected:
    """What the parser must make of a frame.

    Args:
        frame: from its link header on, without the frame check sequence.
        link_header: False where the frame begins with an IP header.
        ports: UDP destination port to the tunnel behind it.
        encaps: which tunnels are read.
        boundary: which makes the record.
    """
    reader = Reader(frame)
    flow: Expected | None = None
    is_innermost = boundary is Boundary.INNERMOST
    ethertype = ETHERNET if link_header else version_as_ethertype(reader)
    try:
        while True:
            ip = read_ip(reader, read_to_ip(reader, ethertype))
            if flow is not None and (is_innermost or len(flow.encap) == 1):
                flow = replace(flow, inner_src=ip.src, inner_dst=ip.dst)
            protocol = read_protocol(reader, ip, encaps)
            opened = read_tunnel(reader, ip, protocol, ports, encaps)
            path = (*flow.encap, opened.encap) if flow is not None else (opened.encap,)
            if len(path) > MAX_DEPTH:
                return Expected(Outcome.TOO_DEEP, len(frame))
            if flow is None or is_innermost:
                flow = flow_of(path, ip, opened, reader, len(frame))
            flow = replace(flow, encap=path)
            ethertype = opened.ethertype
    except End as end:
        return flow if flow is not None else Expected(end.outcome, len(frame))


def flow_of(
    path: tuple[Encap, ...], ip: IP, opened: Opened, reader: Reader, length: int
) -> Expected:
    """The flow of a packet whose tunnel header was just read, as long as nothing is known of it."""
    return Expected(
        Outcome.FLOW,
        length,
        encap=path,
        vni=opened.vni,
        outer_src=ip.src,
        outer_dst=ip.dst,
        inner_bytes=len(reader.left) + reader.beyond,
    )


def version_as_ethertype(reader: Reader) -> int:
    """The EtherType for a frame without link header: only IP can be in one."""
    return IPV6 if reader.next_nibble() == 6 else IPV4
