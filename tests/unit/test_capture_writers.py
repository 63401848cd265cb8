"""Captures that other programs wrote, counted as other programs count them."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from scapy.layers.inet import IP
from scapy.layers.l2 import Ether
from scapy.utils import PcapNgWriter, PcapWriter
from tests.unit.captures import LENGTHS, PACKETS, Counted, count, expected_outcomes, pcap, tunneled

HELD_BY_EDITCAP = ("pcap", "nsecpcap", "modpcap", "pcapng")


def run(*words: str | Path) -> str:
    done = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60)
    return done.stdout


def counted_by_capinfos(path: Path) -> tuple[int, int]:
    """Packets, and their bytes on the wire."""
    words = run("capinfos", "-T", "-r", "-M", "-c", "-d", path).split("\t")
    return int(words[1]), int(words[2])


def sums(found: Counted) -> tuple[int, int]:
    ledger = found.totals.ledger
    return int(ledger["packets"].sum()), int(ledger["bytes"].sum())


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(pcap(PACKETS))
    return path


@pytest.mark.parametrize("kind", HELD_BY_EDITCAP)
def test_editcap_writes(source: Path, tmp_path: Path, kind: str) -> None:
    path = tmp_path / kind
    run("editcap", "-F", kind, source, path)
    found = count(path)
    assert found.error is None
    assert found.by_outcome == expected_outcomes(PACKETS)
    assert sums(found) == counted_by_capinfos(path)


@pytest.mark.parametrize("kind", HELD_BY_EDITCAP)
@pytest.mark.parametrize("length", [10, 60, 110])
def test_editcap_snaps(source: Path, tmp_path: Path, kind: str, length: int) -> None:
    path = tmp_path / kind
    run("editcap", "-F", kind, "-s", str(length), source, path)
    found = count(path)
    assert found.error is None
    assert sums(found) == counted_by_capinfos(path)
    assert sums(found)[1] == sum(one.wire for one in PACKETS)
    assert sum(row[0] for row in found.by_vni.values()) == (len(LENGTHS) if length >= 50 else 0)


def test_mergecap_keeps_link_types_apart(source: Path, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    writer = PcapWriter(str(raw), linktype=228)
    writer.write([IP(tunneled(77).data[14:])])
    writer.close()
    merged = tmp_path / "merged"
    run("mergecap", "-F", "pcapng", "-w", merged, source, raw, source)
    found = count(merged)
    assert found.error is None
    assert sums(found) == counted_by_capinfos(merged)
    assert found.by_vni[77][:2] == (1, len(tunneled(77).data) - 14)
    assert found.by_vni[1][0] == 2


def test_text2pcap_writes(tmp_path: Path) -> None:
    text, path = tmp_path / "text", tmp_path / "capture"
    text.write_text("".join(dump(one.data) for one in PACKETS))
    run("text2pcap", "-q", text, path)
    found = count(path)
    assert found.error is None
    assert found.by_outcome == expected_outcomes(PACKETS)


def dump(data: bytes) -> str:
    """A packet as `od -Ax -tx1` writes it."""
    rows = range(0, len(data), 16)
    return "".join(f"{at:06x} {data[at : at + 16].hex(' ')}\n" for at in rows) + "\n"


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("nano", [False, True])
def test_scapy_writes_pcap(tmp_path: Path, order: str, *, nano: bool) -> None:
    path = tmp_path / "capture"
    check_scapy(path, PcapWriter(str(path), endianness=order, nano=nano, linktype=1))


def test_scapy_writes_pcapng(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    check_scapy(path, PcapNgWriter(str(path)))


def check_scapy(path: Path, writer: PcapWriter | PcapNgWriter) -> None:
    packets: Sequence[Ether] = [Ether(one.data) for one in PACKETS]
    writer.write(packets)
    writer.close()
    found = count(path)
    assert found.error is None
    assert found.by_outcome == expected_outcomes(PACKETS)
    assert sums(found) == counted_by_capinfos(path)
