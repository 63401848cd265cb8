"""The table of flows: as many as there are, each once, and what happens when it is full."""

from __future__ import annotations

import random
import socket
import struct
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tests.unit.captures import Captured, count, pcap, tunneled

from tunnel_monitor.capture.files import CaptureFile
from tunnel_monitor.capture.reader import CaptureReader
from tunnel_monitor.contract import META_HAS_INNER, Outcome

INNER_SRC = 14 + 20 + 8 + 8 + 14 + 12  # where it lies in a tunneled packet


def from_inner(address: int, vni: int = 1) -> Captured:
    """A packet of the inner source with this number."""
    data = tunneled(vni).data
    data = data[:INNER_SRC] + struct.pack("!I", address) + data[INNER_SRC + 4 :]
    return Captured(data, len(data))


def inner_sources(flows: NDArray[np.void]) -> dict[int, int]:
    """Inner source -> packets."""
    return {
        struct.unpack("!I", row["inner_src"].tobytes()[12:])[0]: int(row["packets"])
        for row in flows
    }


def test_each_flow_is_there_once_with_all_its_packets(tmp_path: Path) -> None:
    chosen = random.Random(3)  # noqa: S311  # the same flows every time
    addresses = [chosen.randrange(30_000) for _ in range(100_000)]
    path = tmp_path / "capture"
    path.write_bytes(pcap([from_inner(address) for address in addresses]))
    found = count(path)
    assert inner_sources(found.totals.flows) == Counter(addresses)
    assert len(found.totals.flows) == len(set(addresses))
    assert found.totals.flows["bytes"].sum() == found.totals.ledger[Outcome.FLOW]["bytes"]


def test_what_finds_no_room_is_counted_by_its_tunnel(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    packets = [from_inner(address, vni) for vni in (1, 2) for address in (1, 2, 3, 1, 2, 3)]
    path.write_bytes(pcap(packets))
    found = count(path, most_flows=2)
    size = packets[0].wire
    assert inner_sources(found.totals.flows) == {1: 2, 2: 2}
    assert found.by_outcome == {"flow": (4, 4 * size), "overflow": (8, 8 * size)}
    tunnels = {int(row["vni"]): row for row in found.totals.tunnels}
    assert {vni: int(row["packets"]) for vni, row in tunnels.items()} == {1: 2, 2: 6}
    for row in tunnels.values():
        assert not row["meta"] & META_HAS_INNER
        assert row["inner_src"].tobytes() == row["inner_dst"].tobytes() == bytes(16)
        assert row["outer_src"].tobytes()[12:] == socket.inet_aton("172.16.1.100")


def test_files_are_added_up(tmp_path: Path) -> None:
    paths = [tmp_path / "one", tmp_path / "two"]
    paths[0].write_bytes(pcap([from_inner(1), from_inner(2)]))
    paths[1].write_bytes(pcap([from_inner(2), from_inner(3)], order=">"))
    with CaptureReader() as reader:
        for path in paths:
            with CaptureFile(str(path)) as file:
                reader.read(file)
        assert reader.packets == 4
        assert inner_sources(reader.totals().flows) == {1: 1, 2: 2, 3: 1}
