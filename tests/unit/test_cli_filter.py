"""The option `--filter` of the commands that print flows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.captures import MIXED, PACKETS, pcap
from tests.unit.test_read_output import ledger_of, met

from tunnel_monitor.cli.main import main


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "capture.pcap"
    path.write_bytes(pcap(MIXED))
    return path


def read(capsys: pytest.CaptureFixture[str], capture: Path, *words: str) -> Any:  # JSON
    assert main(["read", str(capture), "--json", *words]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("text", "vnis"),
    [
        ("vni:none", [None]),
        ("inner:none", [9]),
        ("outer:2001:db8::/32 or encap:ipip", [None, 70000]),
        ("vni:0-9 packets>1", [0]),
        ("vni:0-9 !packets>1", [1, 2, 3, 4, 9]),
        ("vni:5", []),
    ],
)
def test_read_prints_only_what_is_meant(
    text: str, vnis: list[int | None], capture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [row["vni"] for row in read(capsys, capture, "--filter", text)] == vnis


def test_the_ledger_stays_whole(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = read(capsys, capture, "--filter", "vni:0", "--ledger")
    assert [row["bytes"] for row in found["flows"]] == [2 * PACKETS[0].wire]
    assert met(found["ledger"]) == ledger_of(MIXED)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["read", "FILE", "--filter", "vni:x"], "--filter vni:>>>x<<<: 'x' is no VNI; give a"),
        (["read", "FILE", "--filter", "rate>1"], "--filter: rate is not known here"),
        (["read", "FILE", "--filter", "!host:a"], "--filter: host is not known here"),
        (["read", "FILE", "--filter", "peer:gw"], "no address is known by the name 'gw'"),
        (["watch", "lo", "--jsonl", "--filter", "(vni:1"], "--filter >>>(<<<vni:1: this paren"),
        (["watch", "lo", "--filter", "vni:1"], "give it together with --jsonl"),
    ],
)
def test_what_means_nothing_is_refused_before_anything_is_read(
    words: list[str], sentence: str, capture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [str(capture) if word == "FILE" else word for word in words]
    assert main(given) == 2
    output = capsys.readouterr()
    assert sentence in output.err
    assert output.out == ""


def test_a_filter_takes_names_of_a_file(
    capture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "names").write_text("192.0.2.1 router\n2001:db8::/64 branch\n")
    words = ("--names", str(tmp_path / "names"), "--filter")
    assert [row["vni"] for row in read(capsys, capture, *words, "peer:router")] == [9]
    assert [row["vni"] for row in read(capsys, capture, *words, "bra*")] == [70000]


@pytest.mark.parametrize("command", [["read", "x.pcap"], ["watch", "lo"], ["demo"]])
def test_a_wrong_line_of_names_is_told_before_anything_begins(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "names").write_text("10.0.0.1 good\nrouter 10.0.0.2\n")
    assert main([*command, "--names", str(tmp_path / "names")]) == 2
    assert "line 2: 'router' is no address; write the address first" in capsys.readouterr().err
