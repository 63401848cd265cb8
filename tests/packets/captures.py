"""Captured packets with the flows that an independent decoder finds in them.

A folder of these has `pcaps/NAME`, `expected/NAME.json`, and `expected-extended/NAME.json` where
the rare encapsulations are read, too: in `tables.innermost` and `tables.outermost` a row for each
flow by that boundary, with packets and bytes on the wire, and how many of both are ambiguous; in
`ambiguous` the numbers of the frames which a correct program may count otherwise, or not at all.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Any, Final

from scapy.utils import RawPcapNgReader, RawPcapReader
from tests.packets.readers import parsed_natively

from tunnel_monitor.contract import Encap, Outcome
from tunnel_monitor.settings import ALL_ENCAPS, DEFAULT_ENCAPS, Boundary

VARIABLE: Final = "TUNNEL_MONITOR_CAPTURES"
# Folder of tables -> what is read there.
EXPECTED: Final = {"expected": DEFAULT_ENCAPS, "expected-extended": ALL_ENCAPS}
BESIDE: Final = Path(__file__).resolve().parents[3] / "shared" / "captures"

# https://www.tcpdump.org/linktypes.html; the parser needs no more to begin than Ethernet or IP.
ETHERNET: Final = 1
RAW_IP: Final = {12, 101, 228, 229}
LINKTYPE_MASK: Final = 0xFFFF  # the rest of a pcap's field tells of a frame check sequence

# (encap, vni, outer_src, outer_dst, inner_src, inner_dst) -> packets, bytes on the wire
Row = tuple[str, int | None, str, str, str, str]
Table = dict[Row, tuple[int, int]]


@dataclass(frozen=True)
class Capture:
    """One capture: its frames, their lengths on the wire, and what is expected of them.

    `encaps` are those that are read.
    """

    linktype: int
    frames: list[bytes]
    lengths: list[int]
    expected: Mapping[str, Any]
    encaps: frozenset[Encap] = DEFAULT_ENCAPS

    @property
    def is_readable(self) -> bool:
        """Whether packets begin as the parser can begin."""
        return self.linktype == ETHERNET or self.linktype in RAW_IP


def folder() -> Path | None:
    """Where the captures are: named by the variable, or beside the checkout; None if nowhere."""
    named = os.environ.get(VARIABLE)
    place = Path(named) if named else BESIDE
    return place if (place / "expected").is_dir() else None


def names() -> list[str]:
    """All captures that have an expected table."""
    place = folder()
    tables = place.glob("expected/*.json") if place else ()
    return sorted(table.name.removesuffix(".json") for table in tables)


def load(name: str, tables: str) -> Capture:
    """One capture of the folder, with one of EXPECTED."""
    place = folder()
    assert place is not None
    expected = json.loads((place / tables / f"{name}.json").read_text())
    with RawPcapReader(str(place / "pcaps" / name)) as reader:
        packets = list(reader)
        linktype = linktype_of(reader)
    lengths = [int(meta.wirelen) for _, meta in packets]
    return Capture(linktype, [data for data, _ in packets], lengths, expected, EXPECTED[tables])


def linktype_of(reader: RawPcapReader) -> int:
    """That of the first interface; a capture with several kinds is not among them."""
    if isinstance(reader, RawPcapNgReader):
        return int(reader.interfaces[0][0]) & LINKTYPE_MASK
    return int(reader.linktype) & LINKTYPE_MASK


def certain(capture: Capture, boundary: Boundary = Boundary.INNERMOST) -> Table:
    """The flows expected of the frames that are not ambiguous."""
    table: Table = {}
    for row in capture.expected["tables"][boundary.value]:
        packets = row["packets"] - row["ambiguous_packets"]
        if packets:
            key = key_of(row)
            before = table.get(key, (0, 0))
            size = row["bytes"] - row["ambiguous_bytes"]
            table[key] = (before[0] + packets, before[1] + size)
    return table


def key_of(row: Mapping[str, Any]) -> Row:
    """The key of a row, its addresses as the parser tells them."""
    return (
        row["encap"],
        row["vni"],
        address(row["outer_src"]),
        address(row["outer_dst"]),
        address(row["inner_src"]),
        address(row["inner_dst"]),
    )


def address(text: str) -> str:
    """RFC 5952 text; what maps an IPv4 address is told as that: the wide key keeps IPv4 so."""
    if not text:
        return ""
    found = ip_address(text)
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)


def counted(capture: Capture, boundary: Boundary) -> Table:
    """The flows that the native build finds in the frames that are not ambiguous."""
    ambiguous = {entry["frame"] for entry in capture.expected["ambiguous"]}
    sums: dict[Row, list[int]] = defaultdict(lambda: [0, 0])
    found = parsed_natively(
        capture.frames,
        link_header=capture.linktype == ETHERNET,
        encaps=capture.encaps,
        boundary=boundary,
    )
    for number, (one, length) in enumerate(zip(found, capture.lengths, strict=True), start=1):
        if one.outcome is not Outcome.FLOW or number in ambiguous:
            continue
        label = one.encap[0 if boundary is Boundary.OUTERMOST else -1].label
        row = (label, one.vni, one.outer_src, one.outer_dst, one.inner_src, one.inner_dst)
        sums[row][0] += 1
        sums[row][1] += length
    return {row: (packets, size) for row, (packets, size) in sums.items()}


def differences(expected: Table, found: Table) -> list[str]:
    """What differs, one line for each row."""
    return [
        f"{row}: expected {expected.get(row, (0, 0))}, found {found.get(row, (0, 0))}"
        for row in sorted(expected.keys() | found.keys(), key=str)
        if expected.get(row) != found.get(row)
    ]
