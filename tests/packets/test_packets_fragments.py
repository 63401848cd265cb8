"""Later fragments are counted by their tunnel where the first one was seen, else by addresses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.packets.expected import PEERS4, PEERS6, Pair
from tests.packets.pdml import LINKTYPE_ETHERNET, pcap
from tests.packets.readers import KernelReader, ports_of
from tests.packets.stacks import OUTSIDE4, OUTSIDE6, PEER4, PEER6, PING4

from tunnel_monitor.capture import native
from tunnel_monitor.capture.files import CaptureFile
from tunnel_monitor.capture.reader import CaptureReader
from tunnel_monitor.contract import Direction, Outcome, Signal
from tunnel_monitor.flows import columns, labels, signals
from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.settings import ALL_ENCAPS, Boundary
from tunnel_monitor.testing.packets import (
    AH,
    GRE,
    TCP,
    UDP,
    VXLAN,
    Ethernet,
    Fragment,
    Geneve,
    IPv4,
    Layer,
    Raw,
    geneve_option,
    hop_by_hop,
    packet,
    payload,
)

LENGTH = 2000  # of the whole datagram: more than the first fragment has
INSIDE = (Ethernet(), IPv4(), UDP(dport=9), payload(40))
REST = payload(64)


def vxlan(vni: int) -> tuple[Layer, ...]:
    return (UDP(length=LENGTH), VXLAN(vni), *INSIDE)


def first4(number: int, *behind: Layer) -> bytes:
    """The first fragment of an IPv4 packet."""
    return packet(Ethernet(), replace(PEER4, id=number, more_fragments=True), *behind)


def later4(number: int, protocol: int = 17, *, offset: int = 100, more: bool = False) -> bytes:
    """A later one."""
    header = replace(PEER4, id=number, offset=offset, protocol=protocol, more_fragments=more)
    return packet(Ethernet(), header, REST)


def first6(number: int, *behind: Layer) -> bytes:
    """The first fragment of an IPv6 packet."""
    return packet(Ethernet(), PEER6, Fragment(id=number, more=True), *behind)


def later6(number: int, next_header: int = 17) -> bytes:
    """A later one."""
    header = Fragment(id=number, offset=100, next_header=next_header)
    return packet(Ethernet(), PEER6, header, REST)


# Path, VNI, outer source and destination, packets.
Row = tuple[str, int | None, str, str, int]


@dataclass(frozen=True)
class Case:
    """Packets one after the other, and what is said of the later fragments among them."""

    frames: Sequence[bytes]
    expected: list[Row]


def of(path: str, vni: int | None, packets: int, pair: Pair = PEERS4) -> Row:
    return (path, vni, *pair, packets)


CASES = {
    "vxlan": Case(
        [first4(7, *vxlan(5)), later4(7, offset=20, more=True), later4(7)], [of("vxlan", 5, 2)]
    ),
    "vxlan over ipv6": Case(
        [first6(0x70001, *vxlan(5)), later6(0x70001), later6(0x70001)],
        [of("vxlan", 5, 2, PEERS6)],
    ),
    "the first was not seen": Case(
        [later4(8), later6(8)], [of("none", None, 1), of("none", None, 1, PEERS6)]
    ),
    "the first comes last": Case([later4(9), first4(9, *vxlan(5))], [of("none", None, 1)]),
    "two packets side by side": Case(
        [first4(10, *vxlan(5)), first4(11, *vxlan(6)), later4(11), later4(10), later4(11)],
        [of("vxlan", 5, 1), of("vxlan", 6, 2)],
    ),
    "a number that is used again": Case(
        [first4(12, *vxlan(5)), later4(12), first4(12, *vxlan(6)), later4(12)],
        [of("vxlan", 5, 1), of("vxlan", 6, 1)],
    ),
    "a number that is used again, by no tunnel": Case(
        [first4(13, *vxlan(5)), first4(13, UDP(dport=53, length=LENGTH), REST), later4(13)],
        [of("none", None, 1)],
    ),
    "the same number of another protocol": Case(
        [first4(14, *vxlan(5)), later4(14, 47)], [of("none", None, 1)]
    ),
    "the same number the other way": Case(
        [
            first4(15, *vxlan(5)),
            packet(
                Ethernet(),
                IPv4(PEERS4[1], PEERS4[0], id=15, offset=100, protocol=17),
                REST,
            ),
        ],
        [of("none", None, 1, (PEERS4[1], PEERS4[0]))],
    ),
    "gre with a key": Case([first4(16, GRE(77), *INSIDE[1:]), later4(16, 47)], [of("gre", 77, 1)]),
    "gre without a key": Case(
        [first4(17, GRE(), *INSIDE[1:]), later4(17, 47)], [of("gre", None, 1)]
    ),
    "ipip": Case([first4(18, *INSIDE[1:]), later4(18, 4)], [of("ipip", None, 1)]),
    "a tunnel in a tunnel is named by the one that was cut": Case(
        [first4(19, GRE(77), IPv4("10.0.0.1", "10.0.0.2"), *OUTSIDE4[2:], *PING4), later4(19, 47)],
        [of("gre", 77, 1)],
    ),
    "behind an authentication header": Case(
        [first4(20, AH(), *vxlan(5)), later4(20, 51)], [of("vxlan", 5, 1)]
    ),
    "behind other extension headers": Case(
        [
            packet(Ethernet(), PEER6, hop_by_hop(), Fragment(id=21, more=True), *vxlan(5)),
            later6(21, 60),
        ],
        [of("vxlan", 5, 1, PEERS6)],
    ),
    "tcp": Case([first4(22, TCP(), REST), later4(22, 6)], []),
    "no fragment at all": Case(
        [
            packet(Ethernet(), PEER6, Fragment(id=23), *vxlan(5)),
            packet(Ethernet(), replace(PEER4, id=23), *vxlan(5)),
            later6(23),
            later4(23),
        ],
        [of("none", None, 1), of("none", None, 1, PEERS6)],
    ),
    "a first fragment in a tunnel": Case(
        [
            packet(*OUTSIDE6, *INSIDE[:1], replace(PEER4, id=24, more_fragments=True), *vxlan(5)),
            later4(24),
        ],
        [of("none", None, 1)],
    ),
    "a first fragment that ends in the tunnel header": Case(
        [first4(25, UDP(dport=4789, length=LENGTH), Raw(b"\x08")), later4(25)],
        [of("none", None, 1)],
    ),
    "options of geneve are the first fragment's alone": Case(
        [first4(26, UDP(length=LENGTH), Geneve(5, geneve_option(1)), *INSIDE), later4(26)],
        [of("geneve", 5, 1)],
    ),
}


def fragments(rows: Rows) -> list[Row]:
    """Those with the signal, in order."""
    chosen = columns.where(rows, rows["meta"] & Signal.LATER_FRAGMENT.bit != 0)
    addresses = (labels.texts(chosen, name) for name in ("outer_src", "outer_dst"))
    members = (labels.paths(chosen), labels.vnis(chosen), *addresses, chosen["packets"].tolist())
    return sorted(zip(*members, strict=True), key=str)


@pytest.fixture(scope="module", params=list(Boundary))
def boundary(request: pytest.FixtureRequest) -> Boundary:
    """It makes no difference here."""
    found: Boundary = request.param
    return found


@pytest.fixture(scope="module", params=list(Direction))
def reader(request: pytest.FixtureRequest, boundary: Boundary) -> Iterator[KernelReader]:
    """The object in the kernel."""
    with KernelReader(direction=request.param, boundary=boundary) as made:
        yield made


@pytest.mark.root
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_in_the_kernel(reader: KernelReader, case: Case) -> None:
    reader.run(case.frames)
    batch = reader.take_batch()
    assert fragments(batch.signals) == sorted(case.expected, key=str)
    told = sum(row[-1] for row in case.expected)
    assert int(batch.ledger["packets"][:, :, Outcome.LATER_FRAGMENT].sum()) == told
    assert not int(batch.ledger["packets"][:, :, Outcome.OVERFLOW].sum())


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_natively(boundary: Boundary, case: Case, tmp_path: Path) -> None:
    native.set_encaps(ALL_ENCAPS)
    native.set_ports(ports_of(ALL_ENCAPS))
    native.set_boundary(boundary)
    capture = tmp_path / "fragments.pcap"
    capture.write_bytes(pcap(case.frames, LINKTYPE_ETHERNET))
    with CaptureReader() as counting:
        with CaptureFile(str(capture)) as file:
            counting.read(file)
        totals = counting.totals()
    assert fragments(totals.tunnels) == sorted(case.expected, key=str)
    _, marks = signals.split(columns.join(totals.flows, totals.tunnels))
    assert fragments(marks) == sorted(case.expected, key=str)
    told = sum(row[-1] for row in case.expected)
    assert int(totals.ledger[Outcome.LATER_FRAGMENT]["packets"]) == told


@pytest.mark.root
def test_more_tunnels_than_there_is_room_for_are_in_the_ledger_and_in_a_row() -> None:
    """The table has room for sixteen on each CPU."""
    frames = [
        packet(Ethernet(), IPv4(f"10.0.{number}.1", offset=9, protocol=17), REST)
        for number in range(200)
    ]
    with KernelReader() as reader:
        reader.run(frames)
        batch = reader.take_batch()
    assert int(batch.ledger["packets"][:, :, Outcome.LATER_FRAGMENT].sum()) == 200
    assert int(batch.signals["packets"].sum()) == 200
    (lost,) = columns.where(batch.signals, ~labels.has_address(batch.signals, "outer_src"))
    assert 0 < int(lost["packets"]) < 200
    assert len(batch.tunnels) == 0


@pytest.mark.root
def test_more_heads_than_there_is_room_for_drop_the_oldest() -> None:
    """Both of a packet's fragments come close to each other."""
    with KernelReader() as reader:
        for number in range(30_000):
            reader.run([first4(number, *vxlan(5)), later4(number)])
        batch = reader.take_batch()
    assert fragments(batch.signals) == [of("vxlan", 5, 30_000)]
