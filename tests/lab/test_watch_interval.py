"""Drains come as often as asked, and their intervals leave no gap."""

from __future__ import annotations

from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.lab import watched
from tests.lab.watched import Page

from tunnel_monitor.lab.build import Lab

pytestmark = pytest.mark.root


def drains(page: Page, count: int) -> list[dict[str, Any]]:
    """Consecutive drains; a client that missed one has not seen them all."""
    with page.events() as events:
        return list(islice(events, count))


def test_a_tenth_of_a_second_gives_about_ten_a_second(lab: Lab, home: int, tmp_path: Path) -> None:
    with watched.watch(lab, home, tmp_path, "eth0", "--interval", "0.1") as running:
        seen = drains(Page.of(running), 40)
        status = Page.of(running).api("status")
    assert status["interval_s"] == 0.1
    first, last = seen[0], seen[-1]
    rate = (last["drains"] - first["drains"]) / (last["time"] - first["time"])
    assert 2 < rate < 12  # by its own clock; a busy machine may be late


def test_intervals_add_up_to_the_time_that_passed(lab: Lab, home: int, tmp_path: Path) -> None:
    with watched.watch(lab, home, tmp_path, "eth0", "--interval", "0.1") as running:
        seen = drains(Page.of(running), 25)
    pairs = [(a, b) for a, b in pairwise(seen) if b["drains"] == a["drains"] + 1]
    assert len(pairs) > 10
    # The first is by the clock on the wall, the second by one that is never set.
    passed = sum(after["time"] - before["time"] for before, after in pairs)
    assert sum(after["interval_s"] for _, after in pairs) == pytest.approx(passed, abs=0.25)


def test_a_long_interval_does_not_delay_the_end(lab: Lab, home: int, tmp_path: Path) -> None:
    with watched.watch(lab, home, tmp_path, "eth0", "--interval", "3600") as running:
        assert Page.of(running).api("status")["drains"] == 0
        running.process.terminate()
        assert running.process.wait(watched.SOON_S) == 0
