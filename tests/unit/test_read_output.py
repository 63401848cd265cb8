"""`tunnel-monitor read`: each form of output parsed back, and what it says when it cannot read."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.unit.captures import (
    IN6,
    IPIP,
    LENGTHS,
    MIXED,
    NO_INNER,
    PACKETS,
    Captured,
    framed,
    pcap,
    pcapng,
    tunneled,
)
from tests.unit.reading import environment

from tunnel_monitor.cli.main import main
from tunnel_monitor.cli.tables import MOST_DRAWN, Table
from tunnel_monitor.testing.packets import (
    TCP,
    UDP,
    VXLAN,
    Ethernet,
    Geneve,
    IPv4,
    geneve_option,
    payload,
)

NOBODY = 65534
NAMES = ["encap", "vni", "outer_src", "outer_dst", "inner_src", "inner_dst"]
NAMES += ["packets", "bytes", "path"]


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "capture.pcap"
    path.write_bytes(pcap(MIXED))
    return path


def said(capsys: pytest.CaptureFixture[str], *words: str | Path, code: int = 0) -> tuple[str, str]:
    """Standard output and error of `read` with these words."""
    assert main(["read", *map(str, words)]) == code
    output = capsys.readouterr()
    return output.out, output.err


def in_order(record: dict[str, Any]) -> tuple[object, ...]:
    return (record["encap"], record["vni"] is not None, record["vni"], *list(record.values())[2:])


SOME = [
    {
        "encap": "ipip",
        "vni": None,
        "outer_src": "10.0.0.1",
        "outer_dst": "10.0.0.2",
        "inner_src": "10.9.0.1",
        "inner_dst": "10.9.0.2",
        "packets": 1,
        "bytes": IPIP.wire,
        "path": "ipip",
    },
    {
        "encap": "vxlan",
        "vni": 0,
        "outer_src": "172.16.1.100",
        "outer_dst": "172.16.1.101",
        "inner_src": "192.168.0.1",
        "inner_dst": "192.168.0.2",
        "packets": 2,
        "bytes": 2 * PACKETS[0].wire,
        "path": "vxlan",
    },
    {
        "encap": "vxlan",
        "vni": 9,
        "outer_src": "192.0.2.1",
        "outer_dst": "192.0.2.2",
        "inner_src": "",
        "inner_dst": "",
        "packets": 1,
        "bytes": NO_INNER.wire,
        "path": "vxlan",
    },
    {
        "encap": "vxlan",
        "vni": 70000,
        "outer_src": "2001:db8::1",
        "outer_dst": "2001:db8::1:0:0:2",
        "inner_src": "fe80::1",
        "inner_dst": "ff02::1",
        "packets": 1,
        "bytes": IN6.wire,
        "path": "vxlan",
    },
]


def test_json_is_one_array_in_order(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(said(capsys, capture, "--json")[0])
    assert all(list(record) == NAMES for record in found)
    assert found == sorted(found, key=in_order)
    assert sum(record["packets"] for record in found) == len(LENGTHS) + 4
    assert [record for record in found if record["vni"] in (None, 0, 9, 70000)] == SOME


def test_all_forms_say_the_same(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    array = json.loads(said(capsys, capture, "--json")[0])
    lines = [json.loads(line) for line in said(capsys, capture, "--jsonl")[0].splitlines()]
    assert lines == array
    table = list(csv.DictReader(io.StringIO(said(capsys, capture, "--csv")[0])))
    assert [list(row) for row in table] == [NAMES] * len(array)
    assert [dict(row) for row in table] == [
        {name: "" if value is None else str(value) for name, value in one.items()} for one in array
    ]


def test_a_piped_table_has_columns(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    array = json.loads(said(capsys, capture, "--json")[0])
    names, *rows, total = (line.split() for line in said(capsys, capture)[0].splitlines())
    assert sorted(names) == sorted(NAMES)
    found = [dict(zip(names, row, strict=True)) for row in rows]
    sizes = [int(row["bytes"]) for row in found]
    assert sizes == sorted(sizes, reverse=True)
    written = [
        {name: "-" if value in (None, "") else str(value) for name, value in one.items()}
        for one in array
    ]
    assert sorted(found, key=str) == sorted(({n: w[n] for n in names} for w in written), key=str)
    sums = dict(zip(names, total, strict=True))
    assert int(sums["packets"]) == sum(one["packets"] for one in array)
    assert int(sums["bytes"]) == sum(sizes)


def ledger_of(packets: list[Captured]) -> dict[str, tuple[int, int]]:
    outside = packets[len(LENGTHS) : 2 * len(LENGTHS)]
    tunnels = [one for one in packets if one not in outside]
    return {
        "flow": (len(tunnels), sum(one.wire for one in tunnels)),
        "not_tunneled": (len(outside), sum(one.wire for one in outside)),
    }


def met(ledger: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    found = {row["outcome"]: (int(row["packets"]), int(row["bytes"])) for row in ledger}
    return {label: amount for label, amount in found.items() if any(amount)}


def test_the_ledger_in_each_form(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    array = json.loads(said(capsys, capture, "--json")[0])
    both = json.loads(said(capsys, capture, "--json", "--ledger")[0])
    assert both["flows"] == array
    assert met(both["ledger"]) == ledger_of(MIXED)
    lines = [
        json.loads(line) for line in said(capsys, capture, "--jsonl", "--ledger")[0].splitlines()
    ]
    assert lines == [*array, *both["ledger"]]
    flows, ledger = said(capsys, capture, "--csv", "--ledger")[0].split("\n\n")
    assert len(flows.splitlines()) == 1 + len(array)
    assert met(list(csv.DictReader(io.StringIO(ledger)))) == ledger_of(MIXED)
    names, *rows, total = (
        line.split() for line in said(capsys, capture, "--ledger")[0].split("\n\n")[1].splitlines()
    )
    assert met([dict(zip(names, row, strict=True)) for row in rows]) == ledger_of(MIXED)
    assert total == ["total", str(len(MIXED)), str(sum(one.wire for one in MIXED))]


SIGNALED = [
    framed(
        Ethernet(),
        IPv4("10.0.0.1", "10.0.0.2", id=5, more_fragments=True),
        UDP(length=3000),
        Geneve(7, geneve_option(0x80), critical=True),
        Ethernet(),
        IPv4(),
        TCP(),
    ),
    framed(Ethernet(), IPv4("10.0.0.1", "10.0.0.2", id=5, offset=200, protocol=17), payload(99)),
    framed(Ethernet(), IPv4("10.0.0.3", "10.0.0.2", id=5, offset=200, protocol=17), payload(99)),
]
SIGNALS: list[list[Any]] = [
    ["geneve_critical", "geneve", 7, "10.0.0.1", "10.0.0.2", 1, SIGNALED[0].wire, "geneve"],
    ["geneve_options", "geneve", 7, "10.0.0.1", "10.0.0.2", 1, SIGNALED[0].wire, "geneve"],
    ["later_fragment", "geneve", 7, "10.0.0.1", "10.0.0.2", 1, SIGNALED[1].wire, "geneve"],
    ["later_fragment", "none", None, "10.0.0.3", "10.0.0.2", 1, SIGNALED[2].wire, "none"],
]
SIGNAL_NAMES = ["signal", *NAMES[:4], *NAMES[6:]]


def test_the_signals_in_each_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "signals.pcap"
    path.write_bytes(pcap([*SIGNALED, SIGNALED[0]]))
    expected = [dict(zip(SIGNAL_NAMES, row, strict=True)) for row in SIGNALS]
    for row in expected[:2]:
        row["packets"], row["bytes"] = 2, 2 * SIGNALED[0].wire
    whole = json.loads(said(capsys, path, "--json", "--ledger", "--signals")[0])
    assert list(whole) == ["flows", "ledger", "signals"]
    assert whole["signals"] == expected
    assert [list(row) for row in whole["signals"]] == [SIGNAL_NAMES] * 4
    lines = said(capsys, path, "--jsonl", "--signals")[0].splitlines()
    assert [json.loads(line) for line in lines] == [*whole["flows"], *expected]
    _, table = said(capsys, path, "--csv", "--signals")[0].split("\n\n")
    assert list(csv.DictReader(io.StringIO(table))) == [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in expected
    ]
    _, table = said(capsys, path, "--signals")[0].split("\n\n")
    assert table.splitlines()[0].split() == SIGNAL_NAMES
    assert len(table.splitlines()) == 1 + len(expected)


def test_packets_that_differ_in_signals_alone_are_one_flow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "signals.pcap"
    layers = Ethernet(), IPv4(), TCP()
    headers = Geneve(7), Geneve(7, geneve_option(1)), Geneve(7, critical=True)
    outside = Ethernet(), IPv4("10.0.0.1", "10.0.0.2"), UDP()
    packets = [framed(*outside, header, *layers) for header in headers]
    path.write_bytes(pcap(packets))
    (row,) = json.loads(said(capsys, path, "--json")[0])
    assert (row["packets"], row["bytes"]) == (3, sum(one.wire for one in packets))


def test_several_files_are_added_up_and_bad_ones_named(
    capture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = tmp_path / "cut"
    cut.write_bytes(pcapng([tunneled(7), tunneled(8)])[:-1])
    text = tmp_path / "text"
    text.write_text("no capture")
    words = (tmp_path / "gone", cut, tmp_path, text, capture)
    out, err = said(capsys, *words, "--jsonl", code=1)
    assert sum(json.loads(line)["packets"] for line in out.splitlines()) == len(LENGTHS) + 4 + 1
    lines = err.splitlines()
    assert len(lines) == 4
    for line, name in zip(lines, (tmp_path / "gone", cut, tmp_path, text), strict=True):
        assert line.startswith("tunnel-monitor: cannot read ")
        assert str(name) in line


def test_nothing_is_printed_where_nothing_was_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = said(capsys, tmp_path / "gone", "--json", code=1)
    assert out == ""
    assert "No such file" in err


def test_a_capture_without_tunnels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plain"
    path.write_bytes(pcap(PACKETS[len(LENGTHS) :]))
    assert json.loads(said(capsys, path, "--json")[0]) == []
    assert said(capsys, path, "--jsonl")[0] == ""
    assert len(said(capsys, path)[0].splitlines()) == 2


def test_ports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "odd"
    path.write_bytes(
        pcap([framed(Ethernet(), IPv4(), UDP(dport=9999), VXLAN(vni=3), Ethernet(), IPv4(), TCP())])
    )
    assert json.loads(said(capsys, path, "--json")[0]) == []
    (flow,) = json.loads(said(capsys, path, "--json", "--port", "vxlan=4789,9999")[0])
    assert flow["vni"] == 3
    assert json.loads(said(capsys, path, "--json")[0]) == []
    assert "cannot use --port" in said(capsys, path, "--port", "vxlan=0", code=2)[1]


def test_link_types_that_are_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "wireless"
    path.write_bytes(pcap(PACKETS, link_type=105))
    out, err = said(capsys, path, "--json", "--ledger")
    size = sum(one.wire for one in PACKETS)
    assert met(json.loads(out)["ledger"]) == {"unknown_link": (len(PACKETS), size)}
    assert f"{len(PACKETS)} packets ({size} bytes) have link type 105 (IEEE 802.11)" in err


def by_nobody(path: Path, result: Path) -> int:
    """The exit code of `read` in a child without any privilege, its output in a file."""
    child = os.fork()
    if not child:  # Python itself may lie where nobody may read, so a new one could not start
        code = 99
        with suppress(BaseException):
            os.dup2(os.open(result, os.O_WRONLY | os.O_CREAT), 1)
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            sys.stdout = os.fdopen(1, "w")
            code = main(["read", str(path), "--json"])
            sys.stdout.flush()
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.root
def test_no_privileges_are_needed(capsys: pytest.CaptureFixture[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        capture, result = Path(folder) / "capture", Path(folder) / "result"
        capture.write_bytes(pcap(MIXED))
        expected = json.loads(said(capsys, capture, "--json")[0])
        assert by_nobody(capture, result) == 0
        assert json.loads(result.read_text()) == expected
        capture.chmod(0)
        result.unlink()
        assert by_nobody(capture, result) == 1
        assert result.read_text() == ""


def test_on_a_terminal_it_is_drawn(capture: Path) -> None:
    main_end, terminal = pty.openpty()
    call = [sys.executable, "-m", "tunnel_monitor.cli.main", "read", str(capture)]
    shape = {**environment(), "COLUMNS": "120", "TERM": "xterm"}
    done = subprocess.run(call, stdout=terminal, stderr=terminal, env=shape, check=True, timeout=60)
    os.close(terminal)
    drawn = b""
    with suppress(OSError):  # nobody has the other end open any more
        while data := os.read(main_end, 4096):
            drawn += data
    os.close(main_end)
    assert done.returncode == 0
    for word in ("outer_src", "172.16.1.100", "2001:db8::1", "70000", "total"):
        assert word.encode() in drawn


def test_a_drawing_has_an_end(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [[str(number)] for number in range(MOST_DRAWN + 5)]
    table = Table(["a"], frozenset({"a"}), rows, ["9"])
    table._draw()
    assert "5 more rows" in capsys.readouterr().out
    assert len(list(table.lines())) == len(rows) + 2
