"""When packets were captured, in every way that captures say it, and where they do not."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest
from tests.unit.captures import (
    EXTENDED,
    MICROSECONDS,
    NANOSECONDS,
    PACKETS,
    Captured,
    enhanced,
    interface,
    old,
    option,
    pcap,
    section,
    simple,
)

from tunnel_monitor.capture.files import CaptureFile
from tunnel_monitor.capture.reader import CaptureReader
from tunnel_monitor.capture.reading import Reading, Span

SECOND_NS = 10**9
ONE = PACKETS[3]
TODAY_S = 1_763_800_000
OPTION_RESOLUTION, OPTION_OFFSET = 9, 14


def span_of(tmp_path: Path, data: bytes) -> Span:
    path = tmp_path / "capture"
    path.write_bytes(data)
    with CaptureFile(str(path)) as file, Reading(file) as reading:
        assert not reading.go_on()
        return reading.span()


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(
    ("magic", "unit_ns"), [(MICROSECONDS, 1000), (NANOSECONDS, 1), (EXTENDED, 1000)]
)
def test_pcap(tmp_path: Path, order: str, magic: int, unit_ns: int) -> None:
    times = [(TODAY_S, 999_999), (TODAY_S - 3, 7), (2**32 - 1, 0)]
    found = span_of(tmp_path, pcap([ONE] * 3, order=order, magic=magic, times=times))
    first = (TODAY_S - 3) * SECOND_NS + 7 * unit_ns
    assert found == Span(first, (2**32 - 1) * SECOND_NS, packets=3, unstamped=0)


def test_parts_that_run_over_the_second(tmp_path: Path) -> None:
    found = span_of(tmp_path, pcap([ONE], times=[(5, 2_500_000)]))
    assert found.first_ns == found.last_ns == 7_500_000_000


def resolved(resolution: int, stamp: int, order: str = "<", offset: int | None = None) -> bytes:
    """A pcapng of one packet, whose interface says what its stamp means."""
    options = option(2, b"eth0", order) + option(OPTION_RESOLUTION, bytes([resolution]), order)
    if offset is not None:
        options += option(OPTION_OFFSET, struct.pack(f"{order}q", offset), order)
    blocks = (section(order), interface(order, options=options), enhanced(ONE, 0, order, stamp))
    return b"".join(blocks)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(
    ("resolution", "stamp", "time_ns"),
    [
        (0, TODAY_S, TODAY_S * SECOND_NS),
        (3, TODAY_S * 1000 + 5, TODAY_S * SECOND_NS + 5_000_000),
        (6, TODAY_S * 10**6 + 5, TODAY_S * SECOND_NS + 5_000),
        (9, TODAY_S * 10**9 + 5, TODAY_S * SECOND_NS + 5),
        (12, 5_999, 5),
        (18, 3 * 10**18, 3 * SECOND_NS),
        (19, 10**19, SECOND_NS),
        (28, 10**19, 1),
        (0x80, 7, 7 * SECOND_NS),
        (0x80 | 10, (TODAY_S << 10) + 512, TODAY_S * SECOND_NS + SECOND_NS // 2),
        (0x80 | 32, (TODAY_S << 32) + (1 << 30), TODAY_S * SECOND_NS + SECOND_NS // 4),
        (0x80 | 63, 3 << 61, SECOND_NS * 3 // 4),
    ],
)
def test_resolutions_of_pcapng(
    tmp_path: Path, order: str, resolution: int, stamp: int, time_ns: int
) -> None:
    found = span_of(tmp_path, resolved(resolution, stamp, order))
    assert found == Span(time_ns, time_ns, packets=1, unstamped=0)


def test_without_options_they_are_microseconds(tmp_path: Path) -> None:
    for options in (b"", option(0, b""), option(OPTION_RESOLUTION, b"")):
        data = section() + interface(options=options) + old(ONE, stamp=TODAY_S * 10**6)
        assert span_of(tmp_path, data).first_ns == TODAY_S * SECOND_NS


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("offset", [0, TODAY_S, -TODAY_S, -1])
def test_offsets(tmp_path: Path, order: str, offset: int) -> None:
    stamp = 2 * TODAY_S * 10**6 + 3
    found = span_of(tmp_path, resolved(6, stamp, order, offset))
    assert found.first_ns == (2 * TODAY_S + offset) * SECOND_NS + 3000


@pytest.mark.parametrize(
    "data",
    [
        section() + interface() + simple(ONE),
        resolved(29, 5),
        resolved(0x80 | 64, 5),
        resolved(0, 1 << 62),
        resolved(6, 2**64 - 1),
        resolved(6, 5, offset=1 << 62),
        resolved(9, 2**63 - 1, offset=1),
    ],
    ids=["simple", "10^-29", "2^-64", "far off", "furthest", "offset", "together"],
)
def test_what_is_no_time(tmp_path: Path, data: bytes) -> None:
    assert span_of(tmp_path, data) == Span(None, None, packets=1, unstamped=1)


@pytest.mark.parametrize("cut", range(1, 24))
def test_options_that_end_anywhere(tmp_path: Path, cut: int) -> None:
    whole = option(2, b"eth") + option(OPTION_OFFSET, struct.pack("<q", 9)) + option(0, b"")
    data = section() + interface(options=whole[:cut]) + enhanced(ONE, stamp=10**6)
    assert span_of(tmp_path, data).first_ns == SECOND_NS * (
        10 if cut > 16 else 1
    )  # a block is padded


def test_each_interface_has_its_own_clock(tmp_path: Path) -> None:
    blocks = (
        section(),
        interface(options=option(OPTION_RESOLUTION, b"\x03")),
        interface(),
        enhanced(ONE, 0, stamp=9_000),
        enhanced(ONE, 1, stamp=9_000),
        section(">"),
        interface(">", options=b""),
        enhanced(ONE, 0, ">", stamp=10_000_000),
        simple(ONE, ">"),
    )
    assert span_of(tmp_path, b"".join(blocks)) == Span(9_000, 10 * SECOND_NS, 4, 1)


def test_capinfos_agrees(tmp_path: Path) -> None:
    source = tmp_path / "source"
    times = [(TODAY_S + 10 * number, 123_456) for number in range(len(PACKETS))]
    source.write_bytes(pcap(PACKETS, times=times))
    for kind in ("pcap", "nsecpcap", "pcapng"):
        path = tmp_path / kind
        subprocess.run(["editcap", "-F", kind, source, path], check=True, timeout=60)
        words = ["capinfos", "-T", "-r", "-S", "-a", "-e", str(path)]
        told = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60)
        found = span_of(tmp_path, path.read_bytes())
        ends = [int(word.replace(".", "")) for word in told.stdout.split()[-2:]]
        scale = SECOND_NS // 10 ** len(told.stdout.split()[-1].partition(".")[2])
        assert [found.first_ns, found.last_ns] == [end * scale for end in ends]


def read_until(tmp_path: Path, times: list[int | None], ends: list[int]) -> list[int]:
    """How many packets each stretch between two ends has, in microseconds."""
    stamped = (simple(ONE) if time is None else enhanced(ONE, stamp=1000 * time) for time in times)
    path = tmp_path / "capture"
    path.write_bytes(b"".join([section(), interface(), *stamped]))
    found = []
    with CaptureReader(chunk=200) as reader, CaptureFile(str(path)) as file:
        with reader.begin(file) as reading:
            begin = 0
            for end in ends:
                reading.go_on(from_ns=1000 * begin, until_ns=1000 * end)
                found.append(int(reader.take().ledger["packets"].sum()))
                begin = end
            found.append(reading.late)
        assert reader.packets == sum(found[:-1])
    return found


def test_reading_in_stretches(tmp_path: Path) -> None:
    times: list[int | None] = [1, 2, 2, 9, 10, 11, 20, 39]
    assert read_until(tmp_path, times, [10, 20, 30, 40]) == [4, 2, 1, 1, 0]
    assert read_until(tmp_path, times, [100, 200]) == [8, 0, 0]


def test_what_is_out_of_order_is_counted_where_it_is_met_and_told(tmp_path: Path) -> None:
    assert read_until(tmp_path, [5, 15, 4, None, 25, 14, 26], [10, 20, 30]) == [1, 3, 3, 2]


def test_taking_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    path.write_bytes(pcap([*PACKETS, Captured(bytes(4), 4)]))
    with CaptureReader() as reader:
        for _ in range(3):
            with CaptureFile(str(path)) as file:
                reader.read(file)
            taken = reader.take()
            assert taken.flows["packets"].tolist() == [1] * 5
            assert taken.ledger["packets"].sum() == len(PACKETS) + 1
        assert not len(reader.totals().flows)
        assert not reader.totals().ledger["packets"].any()
