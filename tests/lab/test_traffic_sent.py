"""Traffic as a user sends it in a running demo, compared with what the monitor counts."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import socket
import subprocess
import termios
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.lab import commands
from tests.lab.commands import Running

from tunnel_monitor.lab import demos, launch, namespaces

pytestmark = pytest.mark.root


@pytest.fixture
def demo(home: int, tmp_path: Path) -> Iterator[Running]:
    with commands.demo(home, tmp_path) as running:
        yield running


def flows(demo: Running) -> list[dict[str, Any]]:
    """All that was counted so far, the last drain included."""
    drains = demo.get("api/v1/status")["drains"]
    commands.wait_for(lambda: demo.get("api/v1/status")["drains"] > drains + 1, "drained again")
    reply = demo.get("api/v1/flows?window=total&limit=100000")
    assert reply["other"]["rows"] == 0
    rows: list[dict[str, Any]] = reply["rows"]
    return rows


def counted(rows: list[dict[str, Any]], direction: str, what: str) -> Counter[tuple[str, str]]:
    """(inner source, inner destination) -> sum, without ARP."""
    sums: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if row["direction"] == direction and row["inner_src"]:
            sums[row["inner_src"], row["inner_dst"]] += int(row[what])
    return sums


def traffic(home: int, folder: Path, *words: str) -> list[dict[str, Any]]:
    """Run `traffic --json` to its end: its records."""
    code, told = commands.run(home, folder, "traffic", "--json", *words)
    assert code == 0, told
    return [json.loads(line) for line in told.splitlines()]


def test_classic_is_counted_packet_by_packet(demo: Running, home: int, tmp_path: Path) -> None:
    records = traffic(home, tmp_path, "--seconds", "3", "--rate", "37")
    final = [record for record in records if record.get("final")]
    assert len(final) == 13
    asked: Counter[tuple[str, str]] = Counter()
    answered: Counter[tuple[str, str]] = Counter()
    for record in final:
        assert record["packets"] > 37
        if record["dst"] != "192.168.0.1":
            asked[record["src"], record["dst"]] += record["packets"]
            answered[record["dst"], record["src"]] += record["replies"]
    rows = flows(demo)
    assert counted(rows, "egress", "packets") == asked
    replies = counted(rows, "ingress", "packets")
    # a reply may have been on its way when ping was told to end
    assert all(answered[pair] <= replies[pair] <= asked[pair[::-1]] for pair in replies)
    assert set(replies) == set(answered)
    for row in rows:
        if row["inner_src"]:
            host = int(row["inner_dst"].split(".")[3]) - 1
            assert (row["outer_src"], row["outer_dst"]) == (
                ("172.16.1.100", f"172.16.1.{100 + host}")
                if row["direction"] == "egress"
                else (f"172.16.1.{99 + int(row['inner_src'].split('.')[3])}", "172.16.1.100")
            )
            assert row["vni"] == 10000 + int(row["inner_src"].split(".")[2])


def test_a_line_each_second_says_what_is_sent(demo: Running, home: int, tmp_path: Path) -> None:
    assert not demo.ended
    records = traffic(home, tmp_path, "--seconds", "3.5")
    live = [record for record in records if not record.get("final")]
    assert {record["stream"] for record in live} == set(range(13))
    one = [record for record in live if record["stream"] == 4]
    assert len(one) >= 3
    # Of a ping that has not begun to answer in the first second nothing is known then.
    packets = [record["packets"] or 0 for record in one]
    assert packets == sorted(packets)
    assert packets[-1] > 0
    assert {
        (record["kind"], record["src"], record["dst"], record["payload"], record["rate"])
        for record in one
    } == {("ping", "192.168.0.1", "192.168.0.5", 128, 10)}


def test_tcp_makes_super_packets(demo: Running, home: int, tmp_path: Path) -> None:
    records = traffic(home, tmp_path, "--profile", "tcp", "--seconds", "3")
    final = [record for record in records if record.get("final")]
    assert len(final) == 9
    assert all(record["bytes"] > 1e6 for record in final)
    rows = flows(demo)
    for record in final:
        if record["src"].endswith(".1"):
            carried = counted(rows, "egress", "inner_bytes")[record["src"], record["dst"]]
            assert carried > record["bytes"] * 0.9  # the rest was still on its way
    for row in demo.get("api/v1/ledger")["rows"]:
        flow = row["outcomes"]["flow"]
        assert int(flow["packets"]) > 2 * int(flow["buffers"])
        assert row["residual"] == {"packets": "0", "bytes": "0"}


def test_bursts_come_and_go(demo: Running, home: int, tmp_path: Path) -> None:
    words = ("--profile", "bursty", "--seconds", "8", "--seed", "3", "--rate", "53")
    records = traffic(home, tmp_path, *words)
    live = [record for record in records if not record.get("final")]
    assert {"silent", "sending"} <= {record["state"] for record in live}
    final = [record for record in records if record.get("final")]
    sums: Counter[tuple[str, str]] = Counter()
    for record in final:
        sums[record["src"], record["dst"]] += record["packets"] or 0
    rows = flows(demo)
    seen = counted(rows, "egress", "packets") + counted(rows, "ingress", "packets")
    for pair, packets in sums.items():
        assert seen[pair] >= packets > 0


def test_all_to_all_is_everybody(demo: Running, home: int, tmp_path: Path) -> None:
    records = traffic(home, tmp_path, "--profile", "all-to-all", "--seconds", "3")
    final = [record for record in records if record.get("final")]
    assert len(final) == 288
    assert all(record["replies"] > 0 for record in final)
    senders = {row["inner_src"] for row in flows(demo)} - {""}
    assert senders == {f"192.168.{s}.{n}" for s in range(4) for n in range(1, 10)}


def test_the_culprit_is_named_at_the_end_and_sent_most(
    demo: Running, home: int, tmp_path: Path
) -> None:
    words = ("traffic", "--json", "--profile", "culprit", "--seed", "11", "--seconds", "6")
    titles: set[str] = set()
    with commands.command(home, tmp_path, *words) as running:

        def look() -> bool:
            for pid in commands.descendants(running.process.pid):
                titles.update(commands.words_of(pid))
            return running.ended

        commands.wait_for(look, "traffic has ended")
        assert running.process.returncode == 0
        *before, last = map(json.loads, running.output.splitlines())
    culprit = last["culprit"]
    # what was told before the end does not set it apart
    live = [record for record in before if not record.get("final")]
    assert live
    assert not any("culprit" in record for record in before)
    assert {record["kind"] for record in live} == {"ping"}
    assert not any("final" in record for record in live)
    expect_among_the_others(live, culprit)
    assert "iperf3" in titles
    assert not any(culprit in title for title in titles)
    # and the monitor sees who it is
    rows = flows(demo)
    sent: Counter[str] = Counter()
    for row in rows:
        sent[row["inner_src"]] += int(row["bytes"])
    (most, amount), (_, second) = sent.most_common(2)
    assert most == culprit
    assert amount > 5 * second


def expect_among_the_others(live: list[dict[str, Any]], culprit: str) -> None:
    """In the last second that was told; before, some may not have begun yet."""
    last_s = max(record["seconds"] for record in live)
    last = [record for record in live if record["seconds"] == last_s]
    told = [(record["src"], record["packets"] or 0) for record in last]
    its = [packets for src, packets in told if src == culprit]
    others = [packets for src, packets in told if src != culprit]
    assert its
    for packets in its:  # within a second's worth of those that began first and last
        assert min(others) - 15 <= packets <= max(others) + 15


def test_the_same_seed_names_the_same_culprit(demo: Running, home: int, tmp_path: Path) -> None:
    assert not demo.ended
    words = ("--profile", "culprit", "--seed", "5", "--seconds", "0.2", "--rate", "1")
    first, second = (traffic(home, tmp_path, *words)[-1] for _ in range(2))
    assert first == second
    assert first["culprit"].startswith("192.168.")


def test_on_a_terminal_it_is_a_table_that_ctrl_c_ends(demo: Running) -> None:
    person, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (30, 130))
    measured = ["env", "-u", "COLUMNS", "-u", "LINES"]  # not what the environment claims
    words = ["setsid", "--ctty", *measured, *commands.COMMAND, "traffic"]
    with namespaces.entered(demo.home):
        process = subprocess.Popen(words, stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    try:
        shown = read_until(person, "10.0 packets/s")
        assert "192.168.0.1 -> 192.168.0.1" in shown
        assert "never reaches the wire" in shown
        os.write(person, b"\x03")
        assert "Pings: " in read_until(person, "answered, ")
        assert process.wait(timeout=commands.DEADLINE_S) == 0
    finally:
        process.kill()
        process.wait()
        os.close(person)


def read_until(terminal: int, words: str) -> str:
    """What a terminal shows, up to these words."""
    shown = ""
    while words not in shown:
        assert select.select([terminal], [], [], commands.DEADLINE_S)[0], shown
        shown += os.read(terminal, 1 << 16).decode()
    return shown


def test_a_sender_that_dies_is_started_again(demo: Running, home: int, tmp_path: Path) -> None:
    assert not demo.ended
    with commands.command(home, tmp_path, "traffic", "--json") as running:
        running.wait_to_tell('"packets"')
        first = commands.descendants(running.process.pid)
        os.kill(min(first), signal.SIGKILL)

        def complete_again() -> bool:
            now = commands.alive(commands.descendants(running.process.pid))
            return min(first) not in now and len(now) == 13

        commands.wait_for(complete_again, "there are thirteen pings again")


def test_a_question_that_comes_too_early_ends_no_ping() -> None:
    before = signal.signal(signal.SIGQUIT, signal.SIG_IGN)
    try:
        ping = launch.start(["ping", "-c", "1", "127.0.0.1"])
        ping.send_signal(signal.SIGQUIT)
        assert ping.wait(timeout=commands.DEADLINE_S) == 0
    finally:
        signal.signal(signal.SIGQUIT, before)


def test_a_missing_program_is_named_with_its_package(
    demo: Running, home: int, tmp_path: Path
) -> None:
    assert not demo.ended
    without = ("env", f"PATH={tmp_path}")
    code, told = commands.run(home, tmp_path, "traffic", "--profile", "tcp", prefix=without)
    assert code == 1
    assert told.splitlines()[-1] == (
        "tunnel-monitor: cannot send tcp: no `iperf3`; install the package iperf3"
    )


def test_without_a_demo_it_says_how_to_start_one(home: int, tmp_path: Path) -> None:
    code, told = commands.run(home, tmp_path, "traffic")
    assert code == 1
    assert told == (
        "tunnel-monitor: no demo is running here; "
        "start one with `tunnel-monitor demo` in another terminal\n"
    )


def test_another_process_is_no_demo_whatever_it_calls_itself(home: int) -> None:
    with namespaces.entered(home), socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as fake:
        fake.bind("\0tunnel-monitor/demo/1")
        fake.listen()
        assert demos.running() == []


def test_only_root_may_borrow_the_lab(demo: Running) -> None:
    def reply() -> bytes:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
            connection.settimeout(30)
            connection.connect(f"\0tunnel-monitor/demo/{demo.process.pid}")
            try:
                connection.send(b'{"want": "lab"}')
                return connection.recv(4096)
            except ConnectionError:
                return b""

    with namespaces.entered(demo.home):
        assert b'"lab": [9, 4, 1]' in reply()
        os.seteuid(65534)
        try:
            assert reply() == b""
        finally:
            os.seteuid(0)


@pytest.mark.parametrize("question", [b"{", b"[]", b"1", b'{"want": ["host9"]}', b'{"want": [[]]}'])
def test_a_question_nobody_understands_gets_an_answer(demo: Running, question: bytes) -> None:
    with (
        namespaces.entered(demo.home),
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection,
    ):
        connection.settimeout(30)
        connection.connect(f"\0tunnel-monitor/demo/{demo.process.pid}")
        connection.send(question)
        assert json.loads(connection.recv(4096))["error"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--seconds", "0"), "choose more than 0"),
        (("--demo", "1"), "no demo has the process number 1; there is"),
        (("--rate", "5000"), "at most 1000 here"),
    ],
)
def test_a_wrong_option_is_refused(
    words: tuple[str, ...], told: str, demo: Running, home: int, tmp_path: Path
) -> None:
    assert not demo.ended
    code, output = commands.run(home, tmp_path, "traffic", *words)
    assert code == 2
    assert told in output
    assert len(output.splitlines()) == 1
