"""Every link type that is read, and what becomes of the others."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from tests.unit.captures import Captured, Counted, count, pcap, pcapng

from tunnel_monitor.testing.packets import (
    TCP,
    UDP,
    VLAN,
    VXLAN,
    Ethernet,
    IPv4,
    IPv6,
    Layer,
    packet,
)


def tunnel(outer: Layer) -> bytes:
    """A packet in VXLAN, from its outer IP header on."""
    return packet(outer, UDP(), VXLAN(vni=5), Ethernet(), IPv4(), TCP())


V4, V6 = tunnel(IPv4()), tunnel(IPv6())
TAGGED = packet(Ethernet(), VLAN(7), IPv4(), UDP(), VXLAN(vni=5), Ethernet(), IPv4(), TCP())[14:]


def cooked(protocol: int) -> bytes:
    return struct.pack("!HHH8sH", 4, 1, 6, bytes(8), protocol)


def cooked2(protocol: int) -> bytes:
    return struct.pack("!HHIHBB8s", protocol, 0, 3, 1, 4, 6, bytes(8))


SNAP = bytes.fromhex("aaaa03000000")
READ = {
    "Ethernet": (1, bytes(12) + b"\x08\x00" + V4),
    "raw IPv4": (101, V4),
    "raw IPv6": (101, V6),
    "raw, BSD's number": (12, V4),
    "raw, OpenBSD's number": (14, V6),
    "IPv4": (228, V4),
    "IPv6": (229, V6),
    "cooked": (113, cooked(0x0800) + V4),
    "cooked IPv6": (113, cooked(0x86DD) + V6),
    "cooked VLAN": (113, cooked(0x8100) + TAGGED),
    "cooked LLC": (113, cooked(4) + SNAP + b"\x08\x00" + V4),
    "cooked v2": (276, cooked2(0x0800) + V4),
    "cooked v2 IPv6": (276, cooked2(0x86DD) + V6),
    "cooked v2 VLAN": (276, cooked2(0x8100) + TAGGED),
    "PPP": (9, b"\x00\x21" + V4),
    "PPP IPv6": (9, b"\x00\x57" + V6),
    "PPP, short protocol": (9, b"\x21" + V4),
    "PPP in HDLC framing": (9, b"\xff\x03\x00\x21" + V4),
    "serial PPP": (50, b"\xff\x03\x00\x21" + V4),
    "serial Cisco HDLC": (50, b"\x0f\x00\x08\x00" + V4),
    "Cisco HDLC": (104, b"\x8f\x00\x86\xdd" + V6),
    "PPPoE": (51, struct.pack("!BBHHH", 0x11, 0, 1, len(V4) + 2, 0x21) + V4),
    "PPP with direction": (204, b"\x01\xff\x03\x00\x21" + V4),
    "MPLS": (219, struct.pack("!I", 16 << 12 | 1 << 8 | 64) + V4),
    "null": (0, struct.pack("<I", 2) + V4),
    "null, big-endian": (0, struct.pack(">I", 2) + V4),
    "loop": (108, struct.pack(">I", 2) + V4),
    **{
        f"null, IPv6 is {family}": (0, struct.pack("<I", family) + V6)
        for family in (10, 24, 28, 30)
    },
    **{f"loop, IPv6 is {family}": (108, struct.pack(">I", family) + V6) for family in (24, 28, 30)},
}


def read(tmp_path: Path, link_type: int, frame: bytes, *, ng: bool = False) -> Counted:
    path = tmp_path / "capture"
    write = pcapng if ng else pcap
    path.write_bytes(write([Captured(frame, len(frame))], link_type=link_type))
    return count(path)


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("ng", [False, True], ids=["pcap", "pcapng"])
def test_a_tunnel_behind(tmp_path: Path, name: str, *, ng: bool) -> None:
    link_type, frame = READ[name]
    found = read(tmp_path, link_type, frame, ng=ng)
    inner = len(V4) - 36  # IPv4, UDP, VXLAN
    assert found.error is None
    assert found.by_vni == {5: (1, len(frame), inner)}


@pytest.mark.parametrize("name", READ)
def test_a_link_header_cut_at_every_byte(tmp_path: Path, name: str) -> None:
    link_type, frame = READ[name]
    end = len(frame) - len(V6 if frame.endswith(V6) else V4)
    for length in range(end + 20):
        found = read(tmp_path, link_type, frame[:length])
        assert found.error is None
        assert found.packets == 1
        assert found.by_outcome.keys() <= {"truncated", "malformed", "not_tunneled"}


@pytest.mark.parametrize(
    ("link_type", "frame"),
    [
        (113, cooked(1) + V4),
        (113, cooked(4) + b"\x42\x42\x03" + V4),
        (276, cooked2(0x0806) + V4),
        (0, struct.pack("<I", 7) + V4),
        (9, b"\xc0\x21" + V4),
        (104, b"\x0f\x00\x20\x00" + V4),
    ],
)
def test_what_is_no_ip_is_in_no_tunnel(tmp_path: Path, link_type: int, frame: bytes) -> None:
    assert read(tmp_path, link_type, frame).by_outcome == {"not_tunneled": (1, len(frame))}


@pytest.mark.parametrize("ng", [False, True], ids=["pcap", "pcapng"])
def test_other_link_types_are_counted_by_themselves(tmp_path: Path, *, ng: bool) -> None:
    found = read(tmp_path, 105, V4, ng=ng)
    assert found.error is None
    assert found.by_outcome == {"unknown_link": (1, len(V4))}
    (link_type,) = found.totals.unknown_links
    row = found.totals.unknown_links[link_type]
    assert (link_type, row["packets"], row["bytes"]) == (105, 1, len(V4))
