"""When nobody answers any more, the page says so, keeps what it shows, and comes back by itself."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.lab import commands
from tests.lab.commands import Running
from tests.web.reading import Shown
from tests.web.visits import Visit, drains

pytestmark = [pytest.mark.root, pytest.mark.browser]

KEPT = """() => [...document.querySelectorAll('#chord .disc, #right, .left, .stats')].map(
  (part) => part.textContent)"""


@contextmanager
def stopped(demo: Running) -> Iterator[None]:
    """Its monitor hangs."""
    (monitor,) = (
        pid for pid in commands.descendants(demo.process.pid) if "watch" in commands.words_of(pid)
    )
    os.kill(monitor, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(monitor, signal.SIGCONT)


def is_lost(shown: Shown) -> bool:
    return shown.pill.startswith("RECONNECTING")


def counts_seconds(shown: Shown) -> bool:
    return re.match("RECONNECTING [1-9]", shown.pill) is not None


def test_a_monitor_that_hangs(visit: Callable[..., Visit], classic: Running) -> None:
    here = visit(classic)
    with stopped(classic):
        kept: list[list[str]] = []

        def says_so(shown: Shown) -> bool:
            # The last look counts: what came before the stop may be drawn after the first.
            if not is_lost(shown):
                kept[:] = [here.page.evaluate(KEPT)]
            return is_lost(shown)

        here.wait_for(says_so, "it says that the connection is lost")
        assert here.shown().peers.keys() >= {"172.16.1.100", "172.16.1.108"}
        assert kept == [here.page.evaluate(KEPT)]
        here.wait_for(counts_seconds, "it counts the seconds")
        assert kept == [here.page.evaluate(KEPT)]
    here.wait_for(lambda shown: shown.pill == "LIVE", "it is live again")
    here.wait_for_drain(drains(classic))


def test_a_demo_that_ends_and_begins_again(
    visit: Callable[..., Visit], home: int, folder: Path
) -> None:
    words = ("--hosts", "3", "--listen", "127.0.0.1:8080", "--interval", "0.5")
    with commands.demo(home, folder, *words, "--traffic", "classic") as demo:
        here = visit(demo)
        here.wait_for(lambda shown: len(shown.busy_peers) >= 3, "peers")
        demo.process.send_signal(signal.SIGKILL)
        demo.wait()
        here.wait_for(is_lost, "it says that the connection is lost")
        kept = here.page.evaluate(KEPT)
        here.wait_for(counts_seconds, "it counts the seconds")
        assert here.page.evaluate(KEPT) == kept
        assert len(here.shown().busy_peers) >= 3
    with commands.demo(home, folder, *words) as demo:
        here.wait_for(lambda shown: shown.pill == "LIVE", "it is live again")
        nothing = "nothing was sent in the new one"  # a moment later: the pill is drawn first
        shown = here.wait_for(lambda shown: shown.raw["empty"] != "", nothing)
        assert shown.drains <= drains(demo)
    here.faults.forgive("net::ERR_")
