"""Where captures come from: files, pipes, compressed ones, and what cannot be opened."""

from __future__ import annotations

import gzip
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from backports import zstd
from tests.unit.captures import PACKETS, count, expected_outcomes, pcap, pcapng, tunneled

from tunnel_monitor.capture.files import CaptureFile
from tunnel_monitor.errors import CaptureUnreadable, TunnelMonitorError

PAIRS = [(tunneled(vni % 7, vni % 90)) for vni in range(3000)]
LARGE = pcap(PAIRS)


@pytest.mark.parametrize("compress", [gzip.compress, zstd.compress])
@pytest.mark.parametrize("write", [pcap, pcapng])
def test_compressed(
    tmp_path: Path, compress: Callable[[bytes], bytes], write: Callable[..., bytes]
) -> None:
    path = tmp_path / "named-without-an-ending"
    path.write_bytes(compress(write(PACKETS)))
    found = count(path)
    assert found.error is None
    assert found.by_outcome == expected_outcomes(PACKETS)


@pytest.mark.parametrize("compress", [gzip.compress, zstd.compress])
@pytest.mark.parametrize("padding", [b"", bytes(1000)], ids=["tight", "padded"])
def test_several_members(
    tmp_path: Path, compress: Callable[[bytes], bytes], padding: bytes
) -> None:
    path = tmp_path / "members"
    parts = [LARGE[:100], LARGE[100:100_000], b"", LARGE[100_000:]]
    path.write_bytes(b"".join(compress(part) for part in parts) + padding)
    found = count(path)
    assert found.error is None
    assert found.packets == len(PAIRS)


def test_what_is_compressed_well_is_read_in_pieces(tmp_path: Path) -> None:
    plain = pcap([]) + bytes(1 << 25)  # records of no bytes
    for compress in (gzip.compress, zstd.compress):
        path = tmp_path / "well"
        path.write_bytes(compress(plain))
        longest = 0
        with CaptureFile(str(path)) as file:
            while data := file.read(1 << 16):
                longest = max(longest, len(data))
        assert longest <= 1 << 16
        assert count(path).packets == (1 << 25) // 16


def test_a_pipe_hands_over_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)

    def write() -> None:
        with path.open("wb", buffering=0) as pipe:
            for start in range(0, len(LARGE), 1000):
                pipe.write(LARGE[start : start + 1000])

    writer = threading.Thread(target=write)
    writer.start()
    found = count(path)
    writer.join()
    assert found.error is None
    assert found.packets == len(PAIRS)


@pytest.mark.parametrize(
    ("name", "said"), [("gone", "No such file"), (".", "Is a directory"), ("empty", "it is empty")]
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(CaptureUnreadable, match=said), CaptureFile(str(tmp_path / name)):
        pass


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    with pytest.raises(TunnelMonitorError), CaptureFile(str(tmp_path / ("x" * 300))):
        pass


def test_nothing_stays_open(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    path.write_bytes(pcap(PACKETS))
    empty = tmp_path / "empty"
    empty.touch()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(50):
        count(path)
        count(empty)
        count(tmp_path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
