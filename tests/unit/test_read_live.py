"""Captures that are being written while they are read."""

from __future__ import annotations

import json
import signal

from tests.unit.captures import LENGTHS, MIXED, PACKETS, pcap
from tests.unit.reading import DEADLINE_S, Live


def test_standard_input() -> None:
    live = Live("--json")
    live.write(pcap(MIXED))
    out, err = live.end()
    assert err == ""
    assert sum(one["packets"] for one in json.loads(out)) == len(LENGTHS) + 4


def test_ctrl_c_ends_a_live_capture_and_prints_it() -> None:
    live = Live("--json")
    whole = pcap(MIXED)
    live.write(whole[:-5])  # as a writer's buffer ends: anywhere
    live.wait_until_read()
    live.process.send_signal(signal.SIGINT)
    out, err = live.end()
    assert err == ""
    assert live.process.returncode == 0
    assert sum(one["packets"] for one in json.loads(out)) == len(LENGTHS) + 3


def test_ctrl_c_ends_it_also_while_its_writer_says_nothing() -> None:
    live = Live("--jsonl")
    live.write(pcap(PACKETS[:1]))
    live.wait_until_read()
    live.process.send_signal(signal.SIGINT)
    assert live.process.wait(DEADLINE_S) == 0
    assert json.loads(live.end()[0])["packets"] == 1
