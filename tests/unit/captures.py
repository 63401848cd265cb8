"""Captures written byte by byte, in every variant of both formats, and read back."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tunnel_monitor.capture.files import CaptureFile
from tunnel_monitor.capture.reader import CaptureReader
from tunnel_monitor.capture.totals import Totals
from tunnel_monitor.contract import Outcome
from tunnel_monitor.errors import TunnelMonitorError
from tunnel_monitor.testing.packets import (
    ARP,
    TCP,
    UDP,
    VXLAN,
    Ethernet,
    IPv4,
    IPv6,
    packet,
    payload,
)

ETHERNET = 1
MICROSECONDS, NANOSECONDS, EXTENDED = 0xA1B2C3D4, 0xA1B23C4D, 0xA1B2CD34
SECTION, INTERFACE, OLD_PACKET, SIMPLE_PACKET, PACKET = 0x0A0D0D0A, 1, 2, 3, 6
LENGTHS = (0, 1, 2, 3, 100)  # of payloads: every padding there is


@dataclass(frozen=True)
class Captured:
    """A packet in a file; `wire` bytes long before it was snapped."""

    data: bytes
    wire: int

    def snapped(self, length: int) -> Captured:
        return replace(self, data=self.data[:length])


def tunneled(vni: int, length: int = 0) -> Captured:
    """A TCP packet in VXLAN, with so much payload."""
    data = packet(
        Ethernet(),
        IPv4(src="172.16.1.100", dst="172.16.1.101"),
        UDP(),
        VXLAN(vni=vni),
        Ethernet(),
        IPv4(src="192.168.0.1", dst="192.168.0.2"),
        TCP(),
        payload(length),
    )
    return Captured(data, len(data))


def plain(length: int = 0) -> Captured:
    """A packet in no tunnel."""
    data = packet(Ethernet(), IPv4(), TCP(), payload(length))
    return Captured(data, len(data))


PACKETS = [
    *(tunneled(vni, length) for vni, length in enumerate(LENGTHS)),
    *(plain(length) for length in LENGTHS),
]


def framed(*layers: Any) -> Captured:
    data = packet(*layers)
    return Captured(data, len(data))


IN6 = framed(
    Ethernet(),
    IPv6(src="2001:db8::1", dst="2001:db8:0:0:1::2"),
    UDP(),
    VXLAN(vni=70000),
    Ethernet(),
    IPv6(src="fe80::1", dst="ff02::1"),
    TCP(),
)
IPIP = framed(
    Ethernet(), IPv4(src="10.0.0.1", dst="10.0.0.2"), IPv4(src="10.9.0.1", dst="10.9.0.2"), TCP()
)
NO_INNER = framed(
    Ethernet(), IPv4(src="192.0.2.1", dst="192.0.2.2"), UDP(), VXLAN(vni=9), Ethernet(), ARP()
)
MIXED = [*PACKETS, PACKETS[0], IN6, IPIP, NO_INNER]


def pcap(
    packets: Sequence[Captured],
    *,
    order: str = "<",
    magic: int = MICROSECONDS,
    link_type: int = ETHERNET,
    version: tuple[int, int] = (2, 4),
    longest: int = 262144,
    times: Sequence[tuple[int, int]] = (),
) -> bytes:
    """A pcap file; `times` are seconds and their parts, one after the other by default."""
    parts = [struct.pack(f"{order}IHHiIII", magic, *version, 0, 0, longest, link_type)]
    for number, one in enumerate(packets):
        lengths = (len(one.data), one.wire)
        if version[1] < 3:
            lengths = lengths[::-1]
        time = struct.pack(f"{order}II", *(times[number] if times else (number, 999_999)))
        parts.append(time + struct.pack(f"{order}II", *lengths))
        parts += [bytes(8) if magic == EXTENDED else b"", one.data]
    return b"".join(parts)


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    """A block of a pcapng file."""
    body += bytes(-len(body) % 4)
    length = struct.pack(f"{order}I", len(body) + 12)
    return struct.pack(f"{order}I", kind) + length + body + length


def section(order: str = "<", minor: int = 0) -> bytes:
    """A section header whose length is not given."""
    return block(SECTION, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, minor, -1), order)


def option(code: int, value: bytes, order: str = "<") -> bytes:
    """An option of a block."""
    return struct.pack(f"{order}HH", code, len(value)) + value + bytes(-len(value) % 4)


def interface(
    order: str = "<", link_type: int = ETHERNET, longest: int = 0, options: bytes | None = None
) -> bytes:
    """An interface; its options say by default that stamps are in nanoseconds."""
    if options is None:
        options = option(9, b"\x09", order) + option(0, b"", order)
    return block(INTERFACE, struct.pack(f"{order}HHI", link_type, 0, longest) + options, order)


def enhanced(one: Captured, number: int = 0, order: str = "<", stamp: int = 0) -> bytes:
    """An enhanced packet block, with a comment behind the packet."""
    high, low = divmod(stamp, 1 << 32)
    head = struct.pack(f"{order}IIIII", number, high, low, len(one.data), one.wire)
    comment = struct.pack(f"{order}HH4sHH", 1, 4, b"seen", 0, 0)
    return block(PACKET, head + one.data + bytes(-len(one.data) % 4) + comment, order)


def simple(one: Captured, order: str = "<") -> bytes:
    """A simple packet block."""
    return block(SIMPLE_PACKET, struct.pack(f"{order}I", one.wire) + one.data, order)


def old(one: Captured, number: int = 0, order: str = "<", stamp: int = 0) -> bytes:
    """An obsolete packet block."""
    high, low = divmod(stamp, 1 << 32)
    head = struct.pack(f"{order}HHIIII", number, 7, high, low, len(one.data), one.wire)
    return block(OLD_PACKET, head + one.data, order)


def pcapng(packets: Sequence[Captured], *, order: str = "<", link_type: int = ETHERNET) -> bytes:
    """A pcapng file of enhanced packet blocks."""
    blocks = [enhanced(one, order=order) for one in packets]
    return b"".join([section(order), interface(order, link_type), *blocks])


@dataclass(frozen=True)
class Counted:
    """What became of a capture."""

    totals: Totals
    error: TunnelMonitorError | None

    @property
    def by_outcome(self) -> dict[str, tuple[int, int]]:
        """Outcome -> packets and bytes, without those that were not met."""
        rows = zip(Outcome, self.totals.ledger, strict=True)
        found = {one.label: (int(row["packets"]), int(row["bytes"])) for one, row in rows}
        return {label: amount for label, amount in found.items() if any(amount)}

    @property
    def by_vni(self) -> dict[int, tuple[int, int, int]]:
        """VNI -> packets, bytes and inner bytes."""
        names = ("packets", "bytes", "inner_bytes")
        flows = self.totals.flows
        assert len(np.unique(flows["vni"])) == len(flows)
        return {int(row["vni"]): tuple(int(row[name]) for name in names) for row in flows}  # type: ignore[misc]  # of three

    @property
    def packets(self) -> int:
        return int(self.totals.ledger["packets"].sum())


def count(path: Path, *, chunk: int = 1 << 20, most_flows: int = 1 << 20) -> Counted:
    """Read one file."""
    error = None
    with CaptureReader(most_flows, chunk) as reader:
        try:
            with CaptureFile(str(path)) as file:
                reader.read(file)
        except TunnelMonitorError as raised:
            error = raised
        return Counted(reader.totals(), error)


def expected_outcomes(packets: Sequence[Captured]) -> dict[str, tuple[int, int]]:
    """What `by_outcome` must be for some of PACKETS."""
    amounts: dict[str, tuple[int, int]] = {}
    for one in packets:
        label = "flow" if one.data in {known.data for known in PACKETS[: len(LENGTHS)]} else ""
        label = label or "not_tunneled"
        before = amounts.get(label, (0, 0))
        amounts[label] = (before[0] + 1, before[1] + one.wire)
    return amounts
