"""Captures read slice by slice: everything once, and where its time is."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.unit.captures import (
    LENGTHS,
    PACKETS,
    Captured,
    enhanced,
    interface,
    pcap,
    pcapng,
    section,
    simple,
)

from tunnel_monitor.capture.files import CaptureFile
from tunnel_monitor.capture.playback import Playback, look_through
from tunnel_monitor.capture.reader import CaptureReader
from tunnel_monitor.capture.reading import Reading, Span
from tunnel_monitor.capture.slices import covered
from tunnel_monitor.contract import Direction, Outcome
from tunnel_monitor.errors import CaptureDamaged, CaptureUnreadable, TunnelMonitorError
from tunnel_monitor.flows.batch import FlowBatch

SECOND_NS = 10**9
TODAY_S = 1_763_800_000
# second -> packets and bytes
Timed = dict[int, tuple[int, int]]


def span_of(path: Path) -> Span:
    with CaptureFile(str(path)) as file, Reading(file) as reading:
        return look_through(reading)


class Played:
    """A playback of some files, all of it."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.errors: list[TunnelMonitorError] = []
        captures = [(str(path), span_of(path)) for path in paths]
        self.slices = covered(span for _, span in captures)
        with CaptureReader(chunk=400) as reader:
            playback = Playback(captures, self.slices, "files", reader, self.errors.append)
            self.batches = [FlowBatch.of(drained) for drained in playback.drains()]
            self.packets = reader.packets
        self.late = playback.late
        self.unknown_links = playback.unknown_links

    def timed(self) -> Timed:
        """What each slice has, by the second it begins in."""
        found: Timed = {}
        for batch in self.batches:
            ledger = batch.ledger[0, Direction.INGRESS]
            second = (batch.time_ns - batch.interval_ns) // SECOND_NS
            packets, size = found.get(second, (0, 0))
            found[second] = (
                packets + int(ledger["packets"].sum()),
                size + int(ledger["bytes"].sum()),
            )
        return {second: amount for second, amount in found.items() if amount[0]}


def written(path: Path, times_us: Sequence[int]) -> Path:
    """A capture with a packet at each of these times."""
    packets = [PACKETS[number % len(PACKETS)] for number in range(len(times_us))]
    times = [divmod(time, 10**6) for time in times_us]
    path.write_bytes(pcap(packets, times=times))
    return path


def expected(*files: Sequence[int]) -> Timed:
    found: Timed = {}
    for times_us in files:
        for number, time in enumerate(times_us):
            second = time // 10**6
            packets, size = found.get(second, (0, 0))
            found[second] = (packets + 1, size + PACKETS[number % len(PACKETS)].wire)
    return found


def ascending(chosen: random.Random, count: int, begin_s: int, lasts_s: int) -> list[int]:
    begin = (TODAY_S + begin_s) * 10**6
    return sorted(begin + chosen.randrange(lasts_s * 10**6) for _ in range(count))


def test_each_packet_is_in_the_slice_of_its_stamp(tmp_path: Path) -> None:
    times = ascending(random.Random(5), 700, 0, 300)  # noqa: S311  # the same every time
    played = Played([written(tmp_path / "one", times)])
    assert played.slices.length_ns < SECOND_NS
    assert played.timed() == expected(times)
    assert (played.late, played.errors, played.packets) == (0, [], len(times))
    assert [batch.number for batch in played.batches] == list(range(1, played.slices.count + 1))


def test_files_that_overlap_are_read_side_by_side(tmp_path: Path) -> None:
    chosen = random.Random(6)  # noqa: S311  # the same every time
    spans = ((0, 60), (500, 50), (30, 600), (200, 1))  # also not in the order of time
    files = [ascending(chosen, 150, *span) for span in spans]
    paths = [written(tmp_path / str(number), times) for number, times in enumerate(files)]
    played = Played(paths)
    assert played.timed() == expected(*files)
    assert (played.late, played.errors) == (0, [])


def test_all_slices_together_are_the_whole(tmp_path: Path) -> None:
    times = ascending(random.Random(7), 500, 0, 90)  # noqa: S311  # the same every time
    path = written(tmp_path / "one", times)
    with CaptureReader() as reader, CaptureFile(str(path)) as file:
        reader.read(file)
        whole = reader.totals()
    played = Played([path])
    vnis: Counter[int] = Counter()
    for batch in played.batches:
        for row in batch.flows:
            vnis[int(row["vni"])] += int(row["bytes"])
    assert vnis == {int(row["vni"]): int(row["bytes"]) for row in whole.flows}
    assert len(vnis) == len(LENGTHS)
    for outcome in Outcome:
        packets = sum(
            int(batch.ledger[0, Direction.INGRESS, outcome]["packets"]) for batch in played.batches
        )
        assert packets == whole.ledger[outcome]["packets"]


def test_what_is_out_of_order_is_told(tmp_path: Path) -> None:
    times = [TODAY_S * 10**6 + second * 10**6 for second in (0, 100, 50, 101, 99, 800)]
    played = Played([written(tmp_path / "one", times)])
    seconds = [second - TODAY_S for second in played.timed()]
    assert seconds == [0, 100, 101, 800]  # 50 was met in 100, 99 in 101
    assert sum(packets for packets, _ in played.timed().values()) == len(times)
    assert played.late == 2


def test_packets_without_a_stamp_are_beside_their_neighbours(tmp_path: Path) -> None:
    one = PACKETS[0]
    path = tmp_path / "one"
    stamps = [TODAY_S * SECOND_NS, None, (TODAY_S + 500) * SECOND_NS, None]
    blocks = [simple(one) if stamp is None else enhanced(one, stamp=stamp) for stamp in stamps]
    path.write_bytes(b"".join([section(), interface(), *blocks]))
    timed = Played([path]).timed()
    assert {second - TODAY_S: packets for second, (packets, _) in timed.items()} == {0: 2, 500: 2}


def test_without_any_stamp_all_is_in_one_slice(tmp_path: Path) -> None:
    path = tmp_path / "one"
    path.write_bytes(section() + interface() + b"".join(simple(one) for one in PACKETS))
    played = Played([path])
    (batch,) = played.batches
    assert int(batch.ledger["packets"].sum()) == played.packets == len(PACKETS)
    assert played.late == 0


def test_a_damaged_file_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    times = [(TODAY_S + number) * 10**6 for number in range(len(PACKETS))]
    whole = written(tmp_path / "whole", times)
    cut = tmp_path / "cut"
    cut.write_bytes(whole.read_bytes()[:-1])
    played = Played([cut, whole])
    (error,) = played.errors
    assert isinstance(error, CaptureDamaged)
    assert played.packets == 2 * len(PACKETS) - 1


def test_a_file_that_went_meanwhile_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "one", [TODAY_S * 10**6])
    span = span_of(path)
    path.unlink()
    errors: list[TunnelMonitorError] = []
    with CaptureReader() as reader:
        captures = [(str(path), span)]
        playback = Playback(captures, covered([span]), "file", reader, errors.append)
        assert len(list(playback.drains())) == 1
    assert [type(error) for error in errors] == [CaptureUnreadable]


@pytest.mark.parametrize("write", [pcap, pcapng])
def test_link_types_that_are_not_read(tmp_path: Path, write: object) -> None:
    assert callable(write)
    path = tmp_path / "one"
    path.write_bytes(write([Captured(bytes(40), 40)] * 3, link_type=105))
    played = Played([path, path])
    assert {link: int(row["packets"]) for link, row in played.unknown_links.items()} == {105: 6}


def test_a_file_is_open_only_while_it_is_played(tmp_path: Path) -> None:
    paths = [
        written(tmp_path / str(number), ascending(random.Random(number), 50, number * 100, 90))  # noqa: S311  # the same every time
        for number in range(6)
    ]
    descriptors = Path("/proc/self/fd")
    before = len(list(descriptors.iterdir()))
    captures = [(str(path), span_of(path)) for path in paths]
    most = 0
    with CaptureReader(chunk=400) as reader:
        slices = covered(span for _, span in captures)
        for _ in Playback(captures, slices, "files", reader, lambda _: None).drains():
            most = max(most, len(list(descriptors.iterdir())) - before)
    assert most == 1
    assert len(list(descriptors.iterdir())) == before
