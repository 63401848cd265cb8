"""Super-packets of every kind count as the packets that they are cut into.

Each of these is built here, one by one, and their lengths are added up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from tests.packets.cases_mixed import ENCAPS, OPENINGS, Layers, divided, versions_of
from tests.packets.readers import NEXT_PROGRAM, KernelReader
from tests.packets.stacks import END4, END6, PEER4, PEER6

from tunnel_monitor.contract import Direction, Encap
from tunnel_monitor.settings import Boundary
from tunnel_monitor.testing.packets import (
    TCP,
    UDP,
    VLAN,
    VXLAN,
    Ethernet,
    Layer,
    Raw,
    destination_options,
    hop_by_hop,
    packet,
    payload,
)

pytestmark = pytest.mark.root

PAYLOAD, SEGMENT = 1234, 100  # the last packet has less
SCTP = Raw(bytes(12))
# RFC 2675, 2: what the kernel writes into a super-packet, and takes out again when it cuts.
JUMBO = hop_by_hop(b"\xc2\x04\0\1\2\3")

# The innermost headers: IP, and what each packet repeats behind it.
ENDS: dict[str, Layers] = {
    "tcp over ipv4": (END4, TCP()),
    "tcp over ipv6": (END6, TCP()),
    "tcp with options": (END4, TCP(options=bytes(12))),
    "tcp with all options": (END6, TCP(options=bytes(40))),
    "udp over ipv4": (END4, UDP(dport=9)),
    "udp over ipv6": (END6, UDP(dport=9)),
    "sctp": (replace(END4, protocol=132), SCTP),
    "ipv4 options": (replace(END4, options=bytes(8)), TCP()),
    "an extension header": (END6, destination_options(bytes(14)), TCP()),
    "big tcp over ipv4": (replace(END4, total_length=0), TCP(options=bytes(12))),
    "big tcp over ipv6": (replace(END6, payload_length=0), JUMBO, TCP(options=bytes(12))),
}
LINKS: dict[str, Layers] = {
    "": (Ethernet(),),
    ", tagged": (Ethernet(), VLAN(5), VLAN(6)),
}
OUTERS: dict[str, Layers] = {
    "over ipv4": (PEER4, UDP()),
    "over ipv6": (PEER6, UDP()),
    "of no length over ipv4": (replace(PEER4, total_length=0), UDP(length=0)),
    "of no length over ipv6": (replace(PEER6, payload_length=0), UDP(length=0)),
}


@dataclass(frozen=True)
class Whole:
    """A super-packet, in two parts: up to and with its tunnel header, and behind that."""

    outside: Layers
    inside: Layers

    @property
    def frame(self) -> bytes:
        """All of it in one buffer."""
        return packet(*self.outside, *self.inside, payload(PAYLOAD))

    def expected(self) -> tuple[int, int, int]:
        """Packets, bytes and inner bytes on the wire."""
        inside = [layer for layer in self.inside if layer is not JUMBO]
        parts = [min(SEGMENT, PAYLOAD - start) for start in range(0, PAYLOAD, SEGMENT)]
        lengths = [len(packet(*self.outside, *inside, payload(part))) for part in parts]
        inner = [len(packet(*inside, payload(part))) for part in parts]
        return len(parts), sum(lengths), sum(inner) if self.outside else 0


def in_vxlan(link: Layers, outer: Layers, inner_link: Layers, end: Layers) -> Whole:
    return Whole((*link, *outer, VXLAN(7)), (*inner_link, *end))


def in_each(*path: Encap) -> Whole:
    """TCP in these encapsulations, the record being the innermost's."""
    versions = versions_of(path)
    assert versions is not None
    layers: list[Layer] = [Ethernet()]
    for level, encap in enumerate(path):
        layers += [PEER4 if versions[level] == 4 else PEER6, *OPENINGS[encap](7)]
    inner = END4 if versions[-1] == 4 else END6
    outside, inside = divided(layers, [inner, TCP(options=bytes(12))])
    return Whole(tuple(outside), tuple(inside))


WHOLES = {
    **{f"{end}{link}": Whole((), (*LINKS[link], *ENDS[end])) for end in ENDS for link in LINKS},
    **{
        f"{end} in vxlan {outer}{link}": in_vxlan(
            LINKS[link], OUTERS[outer], LINKS[link], ENDS[end]
        )
        for end in ENDS
        for outer in OUTERS
        for link in LINKS
    },
    **{f"tcp in {encap.label}": in_each(encap) for encap in ENCAPS},
    "tcp in four tunnels": in_each(Encap.VXLAN, Encap.GENEVE, Encap.GRE, Encap.IPIP),
}


@pytest.fixture(scope="module", params=Direction)
def reader(request: pytest.FixtureRequest) -> Iterator[KernelReader]:
    """The object in the kernel."""
    with KernelReader(direction=request.param) as made:
        yield made


@pytest.mark.parametrize("is_counted", [True, False], ids=["counted", "not-counted"])
@pytest.mark.parametrize("whole", WHOLES.values(), ids=WHOLES.keys())
def test_a_super_packet_is_the_packets_it_is_cut_into(
    reader: KernelReader, whole: Whole, *, is_counted: bool
) -> None:
    """Also where nobody has counted its packets yet, as nobody has of a virtual machine's."""
    expected = whole.expected()
    segments = expected[0] if is_counted else 0
    for _ in range(2):  # a new flow, and a known one
        assert reader.run_whole(whole.frame, SEGMENT, segments) == NEXT_PROGRAM
        (found,) = reader.take().values()
        assert found == expected


def test_the_outermost_boundary_has_all_headers_behind_it_in_each_packet() -> None:
    path = (Encap.VXLAN, Encap.GRE)
    outer, inner = in_each(*path[:1]).outside, in_each(*path)
    whole = Whole(outer, (*inner.outside[len(outer) :], *inner.inside))
    assert packet(*whole.outside, *whole.inside) == packet(*inner.outside, *inner.inside)
    with KernelReader(boundary=Boundary.OUTERMOST) as reader:
        reader.run_whole(whole.frame, SEGMENT, whole.expected()[0])
        (found,) = reader.take().values()
    assert found == whole.expected()


def test_what_looks_like_a_jumbogram_and_is_none_is_left_as_it_is(reader: KernelReader) -> None:
    """A single packet was on the wire with all it has."""
    frame = packet(Ethernet(), *ENDS["big tcp over ipv6"], payload(10))
    reader.run_whole(frame, 0, 0)
    (found,) = reader.take().values()
    assert found == (1, len(frame), 0)
