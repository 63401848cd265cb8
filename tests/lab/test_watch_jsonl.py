"""`watch --jsonl`: a line for each flow and drain, for other programs to read."""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path

import pytest
from tests.lab import commands, watched
from tests.lab.commands import Running
from tests.lab.watched import HERE, THERE, VNI

from tunnel_monitor.lab.build import Lab

pytestmark = pytest.mark.root

MEMBERS = [
    *("time", "interface", "direction", "encap", "vni"),
    *("outer_src", "outer_dst", "inner_src", "inner_dst"),
    *("packets", "bytes"),
]
OUTER = {HERE: "172.16.1.100", THERE: "172.16.1.101"}
# Ethernet, IP, UDP, VXLAN, Ethernet, IP, ICMP and ping's 56 bytes
PING_BYTES = 14 + 20 + 8 + 8 + 14 + 20 + 8 + 56


def sums(running: Running) -> Counter[tuple[str, ...]]:
    """(direction, outer source and destination, inner source and destination) -> packets."""
    counted: Counter[tuple[str, ...]] = Counter()
    for line in watched.jsonl_of(running.output):
        key = [line[name] for name in ("direction", *MEMBERS[5:9])]
        counted[tuple(key)] += line["packets"]
    return counted


def pings(count: int) -> dict[tuple[str, ...], int]:
    return {
        ("egress", OUTER[HERE], OUTER[THERE], HERE, THERE): count,
        ("ingress", OUTER[THERE], OUTER[HERE], THERE, HERE): count,
    }


def test_lines_have_these_members_in_this_order(lab: Lab, home: int, tmp_path: Path) -> None:
    with watched.watch(lab, home, tmp_path, "eth0", "--jsonl") as running:
        watched.ping(lab, 3)
        commands.wait_for(lambda: len(running.output.splitlines()) >= 2, "two lines")
        running.process.terminate()
        assert running.wait() == 0
    lines = watched.jsonl_of(running.output)
    assert watched.sentences_of(running.output) == []
    assert [list(line) for line in lines] == [MEMBERS] * len(lines)
    for line in lines:
        assert (line["interface"], line["encap"], line["vni"]) == ("eth0", "vxlan", VNI)
        assert line["bytes"] == line["packets"] * PING_BYTES


def test_what_was_sent_before_it_is_interrupted_is_counted_to_the_last_packet(
    lab: Lab, home: int, tmp_path: Path
) -> None:
    words = ("eth0", "--jsonl", "--interval", "0.1")
    with watched.watch(lab, home, tmp_path, *words) as running:
        watched.ping(lab, 211)
        commands.wait_for(lambda: sums(running) == pings(211), "the first are told")
        watched.ping(lab, 31)
        running.process.send_signal(signal.SIGINT)
        assert running.wait() == 0
    assert len({line["time"] for line in watched.jsonl_of(running.output)}) > 2
    assert sums(running) == pings(211 + 31)


def test_the_last_interval_is_told_though_it_is_not_over(
    lab: Lab, home: int, tmp_path: Path
) -> None:
    with watched.watch(lab, home, tmp_path, "eth0", "--jsonl", "--interval", "3600") as running:
        watched.ping(lab, 101)
        assert running.output == ""
        running.process.send_signal(signal.SIGINT)
        assert running.wait() == 0
    assert sums(running) == pings(101)


TO_HEAD = ("bash", "-o", "pipefail", "-c", '"$@" | head -1', "bash")


def test_a_reader_that_has_had_enough_ends_it(lab: Lab, home: int, tmp_path: Path) -> None:
    """It ends at once, though nothing more is to be written."""
    words = ("watch", "eth0", "--netns", lab.path("host0"), "--jsonl", "--interval", "0.1")
    with commands.command(home, tmp_path, *words, prefix=TO_HEAD) as running:
        commands.wait_for(lambda: watched.tcx_programs(lab) == 2, "it is attached")
        watched.ping(lab, 2)
        assert running.process.wait(watched.SOON_S) == 0
    assert len(watched.jsonl_of(running.output)) == 1
    assert watched.sentences_of(running.output) == []
    watched.expect_nothing_on(lab)


def test_a_reader_that_leaves_while_much_is_written_is_no_fault(
    lab: Lab, home: int, tmp_path: Path
) -> None:
    words = ("watch", "eth0", "--netns", lab.path("host0"), "--jsonl", "--interval", "0.05")
    with commands.command(home, tmp_path, *words, prefix=TO_HEAD) as running:
        commands.wait_for(lambda: watched.tcx_programs(lab) == 2, "it is attached")
        while not running.ended:
            watched.ping(lab, 5)
        assert running.wait() == 0
    assert watched.sentences_of(running.output) == []
