"""What counting costs is measured by the kernel, if asked for, and told everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.lab import watched
from tests.lab.watched import Page, jsonl_of

from tunnel_monitor.lab.build import Lab

pytestmark = pytest.mark.root

PINGS = 31


def check(cost: Any) -> None:
    """What follows from the counts follows from them."""
    net_ns = max(0, cost["run_ns"] - cost["measuring_ns"])
    each = None if not cost["packets"] else pytest.approx(net_ns / cost["packets"], abs=0.1)
    assert cost["ns_per_packet"] == each
    assert 0 <= cost["cpu_share"] < 1


def test_the_page_is_told_after_root_is_given_up(lab: Lab, home: int, tmp_path: Path) -> None:
    with watched.watch(lab, home, tmp_path, "eth0", "--own-cost", "--interval", "1") as running:
        page = Page.of(running)
        with page.events() as events:
            watched.ping(lab, PINGS)
            cost = next(
                drain["status"]["own_cost"]
                for drain in events
                if drain["status"]["own_cost"] and drain["status"]["own_cost"]["packets"]
            )
        check(cost)


def test_the_lines_have_one_for_each_drain(lab: Lab, home: int, tmp_path: Path) -> None:
    words = ("eth0", "--own-cost", "--jsonl", "--interval", "0.1")
    with watched.watch(lab, home, tmp_path, *words) as running:
        watched.ping(lab, PINGS)
        running.process.terminate()
        running.wait()
    costs = [line["own_cost"] for line in jsonl_of(running.output) if "own_cost" in line]
    for cost in costs:
        check(cost)
    # Each packet of a ping is one run. The two are not read at one moment: only all of it agrees.
    packets, runs = (sum(cost[name] for cost in costs) for name in ("packets", "runs"))
    assert packets == runs >= 2 * PINGS
    took_ns, measuring_ns = (
        sum(cost[name] for cost in costs) for name in ("run_ns", "measuring_ns")
    )
    assert took_ns > measuring_ns > 0


def test_nothing_is_measured_that_nobody_asked_for(lab: Lab, home: int, tmp_path: Path) -> None:
    with watched.watch(lab, home, tmp_path, "eth0", "--interval", "0.2") as running:
        page = Page.of(running)
        watched.ping(lab, PINGS)
        page.wait_for_drain()
        assert page.api("status")["own_cost"] is None
