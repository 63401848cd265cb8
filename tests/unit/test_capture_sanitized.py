"""Random damage to captures, through the native reader under sanitizers."""

from __future__ import annotations

import os
import random
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.packets.table import CASES
from tests.unit.captures import (
    PACKETS,
    Captured,
    block,
    count,
    enhanced,
    interface,
    old,
    pcap,
    pcapng,
    section,
    simple,
)

FEEDER = Path(__file__).parent / "feed.c"
FLAGS = [
    "-g",
    "-O1",
    "-std=gnu11",
    "-fno-strict-aliasing",
    "-fsanitize=address,undefined",
    "-fno-sanitize=alignment",  # words of packets are read where they lie: bpf/parse/cursor.h
    "-fno-sanitize-recover=all",
]
SEED = 20250101
MUTANTS = 100  # of each capture; the fuzzer (tests/fuzz) tries many more
TRUE_LENGTHS = (0, 1, 4, 8, 12, 16, 20, 24, 28, 32, 0x7FFFFFFF, 0xFFFFFFFF, 0xFFFFFFFC, 1 << 24)

FRAMES = [Captured(case.frame, len(case.frame)) for case in CASES if case.link_header]
CAPTURES = [
    pcap(PACKETS),
    pcap(PACKETS, order=">", version=(2, 2)),
    pcap(FRAMES),
    *(pcap(PACKETS[3:7], link_type=kind) for kind in (0, 9, 50, 51, 101, 104, 113, 204, 219, 276)),
    pcapng(PACKETS, order=">"),
    section()
    + interface()
    + b"".join(enhanced(one) + simple(one) + old(one) for one in PACKETS)
    + section(">")
    + interface(">")
    + block(0xBAD, bytes(20), ">")
    + enhanced(PACKETS[0], 0, ">"),
]


def compiled(source: Path, result: Path) -> Path:
    subprocess.run(["clang", *FLAGS, str(source), "-o", str(result)], check=True)
    return result


@pytest.fixture(scope="module")
def feeder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(FEEDER, tmp_path_factory.mktemp("sanitized") / "feed")


def fed(feeder: Path, captures: Sequence[bytes], chunk: int) -> list[int]:
    """Packets of each capture; fails at the first thing that a sanitizer complains about."""
    corpus = b"".join(struct.pack("<I", len(one)) + one for one in captures)
    done = subprocess.run(
        [feeder, str(chunk)],
        input=corpus,
        capture_output=True,
        check=False,
        timeout=250,
        env={**os.environ, "ASAN_OPTIONS": "allocator_may_return_null=1"},
    )
    assert not done.stderr, done.stderr.decode(errors="replace")[:5000]
    assert done.returncode == 0
    return [int(line) for line in done.stdout.split()]


def mutant(capture: bytes, chosen: random.Random) -> bytes:
    """The capture with one to four faults: a bit, a number, a piece gone, twice or cut off."""
    data = bytearray(capture)
    for _ in range(chosen.randint(1, 4)):
        at = chosen.randrange(len(data))
        match chosen.randrange(6):
            case 0 | 1:
                data[at] ^= 1 << chosen.randrange(8)
            case 2:
                order = chosen.choice("<>")
                at -= at % 4
                data[at : at + 4] = struct.pack(f"{order}I", chosen.choice(TRUE_LENGTHS))
            case 3:
                del data[at : at + chosen.randint(1, 40)]
            case 4:
                data[at:at] = data[at : at + chosen.randint(1, 40)]
            case 5:
                del data[max(at, 4) :]
        if not data:
            return capture
    return bytes(data)


def test_whole_captures(feeder: Path, tmp_path: Path) -> None:
    for number, packets in enumerate(fed(feeder, CAPTURES, 100)):
        path = tmp_path / "capture"
        path.write_bytes(CAPTURES[number])
        found = count(path)
        assert found.error is None
        assert packets == found.packets


@pytest.mark.parametrize("chunk", [64, 4096])
def test_cut_at_every_byte(feeder: Path, chunk: int) -> None:
    for capture in (pcap(PACKETS[:3]), pcapng(PACKETS[:3], order=">")):
        cuts = [capture[:length] for length in range(len(capture))]
        packets = fed(feeder, cuts, chunk)
        assert packets == sorted(packets)
        assert packets[-1] == 2


@pytest.mark.parametrize("chunk", [64, 4096])
def test_random_damage(feeder: Path, tmp_path: Path, chunk: int) -> None:
    chosen = random.Random(SEED + chunk)  # noqa: S311  # the same damage every time
    mutants = [mutant(capture, chosen) for capture in CAPTURES for _ in range(MUTANTS)]
    packets = fed(feeder, mutants, chunk)
    assert len(packets) == len(mutants)
    for number in chosen.sample(range(len(mutants)), 200):
        path = tmp_path / "capture"
        path.write_bytes(mutants[number])
        assert count(path, chunk=chunk).packets == packets[number]


def test_a_fault_would_be_found(feeder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.c"
    text = FEEDER.read_text().replace("../../native", str(FEEDER.parents[2] / "native"))
    broken.write_text(text.replace("malloc(length)", "malloc(length - 1)"))
    result = compiled(broken, tmp_path / "broken")
    with pytest.raises(AssertionError, match="heap-buffer-overflow"):
        fed(result, CAPTURES[:1], 4096)
    assert fed(feeder, CAPTURES[:1], 4096) == [len(PACKETS)]
