"""`tunnel-monitor read --kernel`: the programs in the kernel read what the native parser reads."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.packets import captures
from tests.packets.table import CASES
from tests.unit.captures import (
    LENGTHS,
    PACKETS,
    Captured,
    enhanced,
    interface,
    pcap,
    pcapng,
    section,
    tunneled,
)
from tests.unit.test_capture_links import READ as LINKS
from tests.unit.test_capture_table import from_inner

from tunnel_monitor.capture import kernel_run, native
from tunnel_monitor.cli.main import main
from tunnel_monitor.contract import Encap

pytestmark = pytest.mark.root

NAMES = captures.names()
OPTIONS = [(), ("--encaps", "all"), ("--boundary", "outermost")]


def printed(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[Any, str, int]:
    """What `read` prints, what it says beside, and its exit code."""
    code = main(["read", "--json", "--ledger", *map(str, words)])
    output = capsys.readouterr()
    return json.loads(output.out), output.err, code


def alike(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    """Both builds say the same; what is said beside."""
    table, _, code = printed(capsys, *words)
    found, said, kernel_code = printed(capsys, "--kernel", *words)
    assert found == table
    assert kernel_code == code
    assert "disagree" not in said
    return said


def written(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "capture"
    path.write_bytes(data)
    return path


def whole(frames: Sequence[bytes]) -> list[Captured]:
    return [Captured(frame, len(frame)) for frame in frames]


def test_both_builds_say_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = alike(capsys, written(tmp_path, pcap(PACKETS)))
    assert f"agree on {len(PACKETS)} packets" in said
    assert "alone" not in said


@pytest.mark.parametrize("words", OPTIONS, ids=str)
def test_the_packet_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    frames = [case.frame for case in CASES if case.link_header]
    alike(capsys, written(tmp_path, pcap(whole(frames))), *words)
    raw = [case.frame for case in CASES if not case.link_header]
    alike(capsys, written(tmp_path, pcap(whole(raw), link_type=101)), *words)


def test_snapped_packets_keep_their_length(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packets = [tunneled(vni, 1000).snapped(length) for vni, length in enumerate(range(0, 200, 3))]
    said = alike(capsys, written(tmp_path, pcap(packets)))
    assert f"12 of {len(packets)} packets were read by the native parser alone" in said


def test_packets_longer_than_a_test_run_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packets = [tunneled(vni, length) for vni, length in enumerate((2900, 3500, 9000, 60_000))]
    said = alike(capsys, written(tmp_path, pcapng(packets)))
    assert "agree on 4 packets" in said


def test_every_link_type(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = [section(), *(interface(link_type=kind) for kind, _ in LINKS.values())]
    blocks.append(interface(link_type=105))
    for number, (_, frame) in enumerate(LINKS.values()):
        blocks += [
            enhanced(Captured(frame[:length], len(frame)), number) for length in range(len(frame))
        ]
    blocks.append(enhanced(PACKETS[0], len(LINKS)))
    alike(capsys, written(tmp_path, b"".join(blocks)))


def test_more_flows_than_a_table_of_the_kernel_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packets = [from_inner(address) for address in range(3 * kernel_run.TABLE_SIZES.narrow)]
    assert f"agree on {len(packets)}" in alike(capsys, written(tmp_path, pcap(packets)))


def test_packets_as_small_as_the_kernel_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """More of them in one chunk than a table has rows would overflow in the kernel alone."""
    record = struct.pack("<4I", 0, 0, 14, 14) + bytes(14)
    assert kernel_run.CHUNK / len(record) < kernel_run.TABLE_SIZES.narrow
    alike(capsys, written(tmp_path, pcap([]) + record * 50_000))


def test_a_damaged_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = alike(capsys, written(tmp_path, pcap(PACKETS)[:-1]))
    assert f"agree on {len(PACKETS) - 1} packets" in said
    assert "the file ends before" in said


def test_a_disagreement_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel is told of the usual ports, the native parser of another one."""
    set_ports = native.set_ports
    monkeypatch.setattr(native, "set_ports", lambda _: set_ports({Encap.VXLAN: (1,)}))
    found, said, code = printed(capsys, written(tmp_path, pcap(PACKETS)), "--kernel")
    assert code == 1
    assert "disagree" in said
    assert "'encap': 'vxlan', 'vni': 0, 'outer_src': '172.16.1.100'" in said
    assert sum(row["packets"] for row in found["flows"]) == len(LENGTHS)


if NAMES:

    @pytest.mark.parametrize("words", OPTIONS, ids=str)
    def test_captures_of_others(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
        folder = captures.folder()
        assert folder is not None
        alike(capsys, *(folder / "pcaps" / name for name in NAMES), *words)


def test_nothing_stays_open_and_every_cpu_is_allowed_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, pcap(PACKETS))
    descriptors, cpus = Path("/proc/self/fd"), os.sched_getaffinity(0)
    printed(capsys, path, "--kernel")
    before = len(list(descriptors.iterdir()))
    for _ in range(3):
        printed(capsys, path, "--kernel")
    assert len(list(descriptors.iterdir())) == before
    assert os.sched_getaffinity(0) == cpus


def test_without_root_it_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert main(["read", str(written(tmp_path, pcap(PACKETS))), "--kernel"]) == 77
    assert "cannot run the programs in the kernel: not root" in capsys.readouterr().err
