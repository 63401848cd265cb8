"""`tunnel-monitor read --serve`: the page of a capture says what the table of it says."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from tests.unit.captures import (
    PACKETS,
    Captured,
    enhanced,
    interface,
    pcap,
    pcapng,
    section,
    simple,
)
from tests.unit.reading import environment

from tunnel_monitor.cli.main import main

DEADLINE_S = 60
NAMES = ("encap", "vni", "outer_src", "outer_dst", "inner_src", "inner_dst", "path")
TODAY_S = 1_763_800_000
TIMES = [(TODAY_S + 7 * number, 250_000) for number in range(len(PACKETS))]
NOBODY = 65534


@dataclass
class Serving:
    """A command that serves, and what it told until then."""

    process: subprocess.Popen[str]
    told: list[str]

    def api(self, path: str, token: str | None = None) -> Any:  # the tests say what they expect
        """The JSON of a reply."""
        found = re.search(r"http://[^/ ]+/", self.told[-1])
        assert found, self.told
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = Request(f"{found.group()}api/v1/{path}", headers=headers)  # noqa: S310 - ours
        with urlopen(request, timeout=DEADLINE_S) as reply:  # noqa: S310 - our own http address
            return json.loads(reply.read())

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Its exit code, once it was told to end."""
        self.process.send_signal(number)
        return self.process.wait(DEADLINE_S)

    def complaints(self) -> str:
        """What it told on standard error, after its end."""
        assert self.process.stderr is not None
        return self.process.stderr.read()


@contextmanager
def serving(*words: str | Path, listen: str = "127.0.0.1:0") -> Iterator[Serving]:
    command = [sys.executable, "-m", "tunnel_monitor.cli.main", "read", "--serve"]
    process = subprocess.Popen(
        [*command, "--listen", listen, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    with process:
        try:
            assert process.stdout is not None
            told: list[str] = []
            for line in process.stdout:
                told.append(line.rstrip())
                if "Ctrl-C ends it." in line:
                    break
            yield Serving(process, told)
        finally:
            process.kill()


def written(path: Path, packets: Sequence[Captured] = PACKETS) -> Path:
    path.write_bytes(pcap(packets, times=TIMES))
    return path


def printed(capsys: pytest.CaptureFixture[str], *paths: Path) -> Any:
    """What `read --json --ledger` prints of the same files."""
    main(["read", "--json", "--ledger", *map(str, paths)])
    return json.loads(capsys.readouterr().out)


def as_printed(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the API as `read` prints it."""
    counts = {name: int(row[name]) for name in ("packets", "bytes")}
    return {name: row[name] for name in NAMES} | counts


def by_text(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


def test_the_page_says_what_the_table_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [written(tmp_path / "one.pcap"), tmp_path / "two.pcapng"]
    paths[1].write_bytes(pcapng(PACKETS[2:8]))
    table = printed(capsys, *paths)
    with serving(*paths) as page:
        for window in ("last", "total"):
            rows = page.api(f"flows?window={window}")["rows"]
            assert by_text([as_printed(row) for row in rows]) == by_text(table["flows"])
            assert {(row["interface"], row["direction"]) for row in rows} == {("2 captures", None)}
        (ledger,) = page.api("ledger")["rows"]
        assert ledger["device"] is ledger["residual"] is ledger["direction"] is None
        assert {
            outcome: (int(row["packets"]), int(row["bytes"]))
            for outcome, row in ledger["outcomes"].items()
        } == {row["outcome"]: (row["packets"], row["bytes"]) for row in table["ledger"]}
        assert page.end() == 0
        assert page.complaints() == ""


def test_it_has_the_time_of_the_capture(tmp_path: Path) -> None:
    path = written(tmp_path / "one.pcap")
    with serving(path) as page:
        status = page.api("status")
        assert (status["state"], status["started"]) == ("file", TODAY_S + 0.2)
        assert status["capture"] == {
            "files": [str(path)],
            "first": TODAY_S + 0.25,
            "last": TODAY_S + 63.25,
            "packets": str(len(PACKETS)),
            "unstamped": "0",
            "late": "0",
        }
        assert status["interval_s"] == 0.1
        timeline = page.api("timeline")
        assert len(timeline["times"]) == status["drains"] == 631
        assert timeline["times"][0] == TODAY_S + 0.3
        sent = [
            sum(int(row[place]) for row in timeline["packets"])
            for place in range(len(timeline["times"]))
        ]
        assert [place for place, packets in enumerate(sent) if packets] == [0, 70, 140, 210, 280]
        assert page.end(signal.SIGTERM) == 0
    assert page.told[0] == f"Showing {path}."


def test_a_stretch_of_its_time_can_be_asked_for(tmp_path: Path) -> None:
    with serving(written(tmp_path / "one.pcap")) as page:
        span = f"from={TODAY_S + 7}&to={TODAY_S + 28}"
        found = page.api(f"flows?{span}")
        assert [row["vni"] for row in found["rows"]] == [3, 2, 1]  # the largest first
        assert found["all"]["bytes"] == str(sum(one.wire for one in PACKETS[1:4]))
        assert page.end() == 0


def test_odd_stamps_are_told(tmp_path: Path) -> None:
    path = tmp_path / "odd.pcapng"
    one = PACKETS[0]
    stamps = [TODAY_S * 10**9, (TODAY_S + 500) * 10**9, (TODAY_S + 100) * 10**9]
    blocks = [*(enhanced(one, stamp=stamp) for stamp in stamps), simple(one)]
    path.write_bytes(b"".join([section(), interface(), *blocks]))
    with serving(path) as page:
        capture = page.api("status")["capture"]
        assert (capture["packets"], capture["unstamped"], capture["late"]) == ("4", "1", "1")
        assert page.end() == 0
        told = page.complaints().splitlines()
    assert "1 of 4 packets have no time stamp" in told[0]
    assert "1 of 4 packets are out of order" in told[1]


def test_a_damaged_file_is_shown_and_its_exit_code_says_so(tmp_path: Path) -> None:
    path = written(tmp_path / "cut.pcap")
    path.write_bytes(path.read_bytes()[:-1])
    with serving(path, tmp_path / "gone") as page:
        assert page.api("status")["capture"]["files"] == [str(path)]
        (ledger,) = page.api("ledger")["rows"]
        assert int(ledger["seen"]["packets"]) == len(PACKETS) - 1
        assert page.end() == 1
        told = page.complaints().splitlines()
    assert len(told) == 2
    assert "No such file" in told[0]
    assert "the file ends before" in told[1]


def test_link_types_that_are_not_read_are_in_the_ledger(tmp_path: Path) -> None:
    path = tmp_path / "wireless"
    path.write_bytes(pcap(PACKETS, link_type=105))
    with serving(path) as page:
        (ledger,) = page.api("ledger")["rows"]
        assert ledger["outcomes"]["unknown_link"]["packets"] == str(len(PACKETS))
        assert page.end() == 0
        assert "link type 105 (IEEE 802.11)" in page.complaints()


def test_what_cannot_be_served_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    here = written(tmp_path / "one.pcap")
    for words, code, said in (
        (["-"], 2, "cannot serve standard input: it can be read only once"),
        ([str(tmp_path / "pipe")], 2, "it can be read only once"),
        ([str(tmp_path / "gone")], 1, "No such file"),
        ([str(here), "--listen", "nowhere"], 2, "cannot listen on 'nowhere'"),
    ):
        assert main(["read", "--serve", "--listen", "127.0.0.1:0", *words]) == code
        output = capsys.readouterr()
        assert said in output.err
        assert output.out == ""


def test_elsewhere_than_on_loopback_a_token_is_needed(tmp_path: Path) -> None:
    with serving(written(tmp_path / "one.pcap"), listen="0.0.0.0:0") as page:
        found = re.search(r"token=([^ ]+)", page.told[-1])
        assert found
        with pytest.raises(HTTPError, match="401"):
            page.api("status")
        assert page.api("status", found.group(1))["state"] == "file"
        assert page.end() == 0


@pytest.mark.root
def test_root_is_given_up(tmp_path: Path) -> None:
    with serving(written(tmp_path / "one.pcap")) as page:
        status = Path(f"/proc/{page.process.pid}/status").read_text()
        assert re.search(rf"^Uid:(\t{NOBODY}){{4}}$", status, re.M)
        assert re.search(r"^CapEff:\t0+$", status, re.M)
        assert page.api("status")["state"] == "file"
        assert page.end() == 0
