"""Every variant of both formats is read, and packets count what they were on the wire."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit import captures
from tests.unit.captures import (
    EXTENDED,
    LENGTHS,
    MICROSECONDS,
    NANOSECONDS,
    PACKETS,
    Captured,
    Counted,
    block,
    count,
    enhanced,
    interface,
    old,
    pcap,
    pcapng,
    section,
    simple,
    tunneled,
)

IN_FRONT = 50  # of the inner packet: Ethernet, IPv4, UDP, VXLAN


def check(found: Counted) -> None:
    """It is PACKETS that were read, all of them."""
    assert found.error is None
    assert found.by_outcome == captures.expected_outcomes(PACKETS)
    wire = [one.wire for one in PACKETS[: len(LENGTHS)]]
    assert found.by_vni == {vni: (1, size, size - IN_FRONT) for vni, size in enumerate(wire)}


def written(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "capture"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("magic", [MICROSECONDS, NANOSECONDS, EXTENDED], ids=hex)
@pytest.mark.parametrize("version", [(2, 4), (2, 3), (2, 2)], ids=str)
def test_pcap(tmp_path: Path, order: str, magic: int, version: tuple[int, int]) -> None:
    check(count(written(tmp_path, pcap(PACKETS, order=order, magic=magic, version=version))))


def test_pcap_that_says_how_long_its_check_sequences_are(tmp_path: Path) -> None:
    link_type = 1 | 1 << 26 | 4 << 28
    check(count(written(tmp_path, pcap(PACKETS, link_type=link_type))))


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("write", [enhanced, simple, old])
def test_pcapng(tmp_path: Path, order: str, write: object) -> None:
    assert callable(write)
    blocks = [write(one, order=order) for one in PACKETS]
    check(count(written(tmp_path, b"".join([section(order), interface(order), *blocks]))))


@pytest.mark.parametrize("minor", [0, 2])
def test_pcapng_versions(tmp_path: Path, minor: int) -> None:
    blocks = [enhanced(one) for one in PACKETS]
    check(count(written(tmp_path, b"".join([section(minor=minor), interface(), *blocks]))))


def test_sections_have_orders_and_interfaces_of_their_own(tmp_path: Path) -> None:
    here = [
        section(),
        interface(link_type=147),
        interface(),
        *(enhanced(p, 1) for p in PACKETS[:5]),
    ]
    there = [section(">"), interface(">"), *(enhanced(p, 0, ">") for p in PACKETS[5:])]
    check(count(written(tmp_path, b"".join([*here, *there]))))


def test_many_interfaces_of_one_section(tmp_path: Path) -> None:
    blocks = [interface(link_type=147)] * 1000 + [interface()]
    packets = [enhanced(one, 1000) for one in PACKETS]
    check(count(written(tmp_path, b"".join([section(), *blocks, *packets]))))


def test_unknown_blocks_are_skipped(tmp_path: Path) -> None:
    unknown = [
        block(kind, bytes(size)) for kind in (4, 5, 0xBAD, 0x40000BAD) for size in (0, 3, 64)
    ]
    packets = [enhanced(one) for one in PACKETS]
    mixed = [part for one in packets for part in (*unknown, one)]
    check(count(written(tmp_path, b"".join([section(), *unknown, interface(), *mixed]))))


@pytest.mark.parametrize("write", [pcap, pcapng])
@pytest.mark.parametrize("chunk", [1, 7, 100, 1 << 20])
def test_chunks_may_end_anywhere(tmp_path: Path, write: object, chunk: int) -> None:
    assert callable(write)
    check(count(written(tmp_path, write(PACKETS)), chunk=chunk))


@pytest.mark.parametrize("write", [pcap, pcapng])
def test_no_packets_at_all(tmp_path: Path, write: object) -> None:
    assert callable(write)
    found = count(written(tmp_path, write([])))
    assert found.error is None
    assert found.packets == 0


@pytest.mark.parametrize("write", [pcap, pcapng])
def test_snapped_packets_count_what_was_on_the_wire(tmp_path: Path, write: object) -> None:
    assert callable(write)
    whole = tunneled(9, 1000)
    found = count(written(tmp_path, write([whole.snapped(96)] * 3)))
    assert found.by_vni == {9: (3, 3 * whole.wire, 3 * (whole.wire - IN_FRONT))}


def test_simple_packets_are_snapped_by_their_interface(tmp_path: Path) -> None:
    whole = tunneled(9, 1000)
    blocks = [section(), interface(longest=96), simple(whole.snapped(96))]
    found = count(written(tmp_path, b"".join(blocks)))
    assert found.by_vni == {9: (1, whole.wire, whole.wire - IN_FRONT)}


@pytest.mark.parametrize("write", [pcap, pcapng])
def test_a_header_that_was_snapped_is_truncated(tmp_path: Path, write: object) -> None:
    assert callable(write)
    whole = tunneled(9, 1000)
    found = count(written(tmp_path, write([whole.snapped(40)])))
    assert found.by_outcome == {"truncated": (1, whole.wire)}


@pytest.mark.parametrize("write", [pcap, pcapng])
def test_packets_of_no_bytes(tmp_path: Path, write: object) -> None:
    assert callable(write)
    found = count(written(tmp_path, write([Captured(b"", 60)] * 2)))
    assert found.error is None
    assert found.by_outcome == {"truncated": (2, 120)}


@pytest.mark.parametrize("write", [pcap, pcapng])
def test_a_packet_larger_than_a_chunk(tmp_path: Path, write: object) -> None:
    assert callable(write)
    data = tunneled(3).data + bytes(200_000)
    found = count(written(tmp_path, write([Captured(data, len(data))])), chunk=4096)
    assert found.by_vni[3][:2] == (1, len(data))


def test_a_length_on_the_wire_below_the_tunnel_header_leaves_no_inner_bytes(tmp_path: Path) -> None:
    found = count(written(tmp_path, pcap([Captured(tunneled(3).data, 20)])))
    assert found.by_vni == {3: (1, 20, 0)}
