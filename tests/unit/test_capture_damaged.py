"""Damaged captures: all that comes before the damage is counted, and the place is named."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from backports import zstd
from tests.unit.captures import (
    PACKETS,
    SECTION,
    Captured,
    Counted,
    block,
    count,
    enhanced,
    expected_outcomes,
    interface,
    pcap,
    pcapng,
    section,
    simple,
    tunneled,
)

from tunnel_monitor.errors import CaptureDamaged, CaptureUnreadable

SOME = [*PACKETS[3:5], *PACKETS[7:9]]
Write = Callable[[list[Captured]], bytes]


def counted(tmp_path: Path, data: bytes, chunk: int = 1 << 20) -> Counted:
    path = tmp_path / "capture"
    path.write_bytes(data)
    return count(path, chunk=chunk)


@pytest.mark.parametrize("write", [pcap, pcapng])
def test_cut_at_every_byte(tmp_path: Path, write: Write) -> None:
    ends = {len(write(SOME[:length])): length for length in range(len(SOME) + 1)}
    begin = min(ends)
    whole = write(SOME)
    interface_at = len(section()) if write is pcapng else begin
    for cut in range(len(whole)):
        found = counted(tmp_path, whole[:cut])
        readable = max((end for end in ends if end <= cut), default=begin)
        assert found.by_outcome == expected_outcomes(SOME[: ends[readable]]), cut
        if cut in ends or cut == interface_at:
            assert found.error is None
        elif cut < 4:
            assert isinstance(found.error, CaptureUnreadable)
        else:
            assert isinstance(found.error, CaptureDamaged)
            place = readable if cut >= begin else interface_at if cut >= interface_at else 0
            assert f"at byte {place if cut >= interface_at else 0}:" in str(found.error)


HEADER = pcap([])
START = section() + interface()
FAULTS = {
    "packet of 4 GB": (
        pcap(PACKETS) + struct.pack("<4I", 0, 0, 0xFFFFFFFF, 0xFFFFFFFF),
        "4294967295 bytes",
    ),
    "packet over the usual": (pcap(PACKETS) + struct.pack("<4I", 0, 0, 262145, 60), "262145"),
    "block of 4 GB": (pcapng(PACKETS) + struct.pack("<II", 6, 0xFFFFFFFC) + bytes(4), "4294967292"),
    "block of odd length": (pcapng(PACKETS) + struct.pack("<II", 6, 35) + bytes(32), "35 bytes"),
    "block too short": (pcapng(PACKETS) + struct.pack("<II", 0xBAD, 8) + bytes(32), "8 bytes"),
    "packet block too short": (pcapng(PACKETS) + block(6, bytes(16)), "28 bytes"),
    "block whose ends disagree": (
        pcapng(PACKETS) + block(0xBAD, bytes(8))[:-4] + struct.pack("<I", 24),
        "says 24 bytes",
    ),
    "section without mark": (pcapng(PACKETS) + block(SECTION, bytes(16)), "0x00000000"),
    "section of version 2": (
        pcapng(PACKETS) + block(SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 2, 0, -1)),
        "version 2",
    ),
    "undeclared interface": (pcapng(PACKETS) + enhanced(PACKETS[0], 1), "interface 1"),
    "packet longer than its block": (
        pcapng(PACKETS) + block(6, struct.pack("<5I", 0, 0, 0, 99, 99) + bytes(8)),
        "99 bytes",
    ),
    "simple packet longer than its block": (
        pcapng(PACKETS) + simple(Captured(bytes(8), 99)),
        "99 bytes",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("chunk", [50, 1 << 20])
def test_a_fault_is_named_with_its_place(tmp_path: Path, name: str, chunk: int) -> None:
    data, said = FAULTS[name]
    place = len(pcap(PACKETS) if data.startswith(HEADER[:4]) else pcapng(PACKETS))
    found = counted(tmp_path, data + bytes(100), chunk)
    assert isinstance(found.error, CaptureDamaged)
    assert found.by_outcome == expected_outcomes(PACKETS)
    assert f"{tmp_path / 'capture'}: at byte {place}: " in str(found.error)
    assert said in str(found.error)


def test_a_simple_packet_without_an_interface(tmp_path: Path) -> None:
    found = counted(tmp_path, section() + simple(PACKETS[0]))
    assert f"at byte {len(section())}: a packet of interface 0" in str(found.error)


def test_interfaces_end_with_their_section(tmp_path: Path) -> None:
    found = counted(tmp_path, START + enhanced(PACKETS[0]) + section() + enhanced(PACKETS[1]))
    assert found.packets == 1
    assert isinstance(found.error, CaptureDamaged)


def test_too_many_interfaces(tmp_path: Path) -> None:
    least = block(1, struct.pack("<HHI", 1, 0, 0))
    found = counted(tmp_path, section() + least * 65536 + enhanced(PACKETS[0], 65535) + least)
    assert found.packets == 1
    assert "more than 65536 interfaces" in str(found.error)


def test_an_unknown_version_of_pcap(tmp_path: Path) -> None:
    found = counted(tmp_path, pcap(PACKETS, version=(3, 0)))
    assert found.packets == 0
    assert "at byte 0: version 3" in str(found.error)


@pytest.mark.parametrize("data", [b"#!/bin/sh\nexit\n", b"\x7fELF" + bytes(99), bytes(4), b"ab"])
def test_no_capture_at_all(tmp_path: Path, data: bytes) -> None:
    found = counted(tmp_path, data)
    assert isinstance(found.error, CaptureUnreadable)
    assert "pcap or pcapng" in str(found.error)


def readable(compressed: bytes) -> bytes:
    """What zlib gives of a damaged gzip file, byte by byte."""
    stream, plain = zlib.decompressobj(31), b""
    try:
        for place in range(len(compressed)):
            plain += stream.decompress(compressed[place : place + 1])
    except zlib.error:
        pass
    return plain


def packets_in(plain: bytes) -> int:
    """Whole records of a pcap file."""
    at, found = 24, 0
    while at + 16 <= len(plain):
        at += 16 + struct.unpack_from("<I", plain, at + 8)[0]
        found += at <= len(plain)
    return found


MANY = pcap([tunneled(vni % 50, vni * 7 % 300) for vni in range(2000)])


@pytest.mark.parametrize("cut", [100, 5000, -9, -8, -1])
def test_gzip_that_ends_early(tmp_path: Path, cut: int) -> None:
    compressed = gzip.compress(MANY)[:cut]
    found = counted(tmp_path, compressed)
    assert found.packets == packets_in(readable(compressed))
    assert isinstance(found.error, CaptureDamaged)


@pytest.mark.parametrize("place", [200, 3000, 9000, -8, -4])
def test_gzip_with_a_wrong_byte(tmp_path: Path, place: int) -> None:
    compressed = bytearray(gzip.compress(MANY))
    compressed[place] ^= 0xFF
    plain = readable(bytes(compressed))
    found = counted(tmp_path, bytes(compressed))
    assert found.error is not None
    if MANY.startswith(plain):
        assert found.packets == packets_in(plain)
        assert "compressed content" in str(found.error)


def test_zstd_that_ends_early(tmp_path: Path) -> None:
    compressed = zstd.compress(MANY)
    found = counted(tmp_path, compressed[: len(compressed) * 3 // 4])
    assert 0 < found.packets < len(MANY)
    assert "decompressed content" in str(found.error)


def test_zstd_with_a_wrong_byte(tmp_path: Path) -> None:
    options: dict[int, int] = {zstd.CompressionParameter.checksum_flag: 1}
    compressed = bytearray(zstd.compress(MANY, options=options))
    compressed[-1] ^= 0xFF
    found = counted(tmp_path, bytes(compressed))
    assert "its compressed content is damaged" in str(found.error)
