"""How long it takes from the command until its page has the first drain."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bench.figures import Effort, Row, in_turn
from bench.wire import processor_seconds, wire
from tests.lab import commands
from tests.lab.commands import Running
from tests.lab.underlay import THERE
from tests.lab.watched import Page

from tunnel_monitor.lab.build import Lab

INTERVAL_S = 0.05  # the shortest: to wait for a whole second is no work
POLL_S = 0.002
ROUNDS = 3  # as many times as elsewhere


class Starts:
    """Starts `watch` again and again, on a host on which nothing passes.

    Args:
        lab: with that host.
        home: where the command is started.
        folder: for what it tells.
    """

    def __init__(self, lab: Lab, home: int, folder: Path) -> None:
        self._lab = lab
        self._home = home
        self._folder = folder
        self.processor_s: list[float] = []

    def once(self) -> float:
        """Seconds from the command until the page shows a drain."""
        before = time.monotonic()
        with commands.command(
            self._home, self._folder, "watch", "eth0", "--netns", self._lab.path(THERE),
            "--interval", f"{INTERVAL_S:g}",
        ) as running:  # fmt: skip
            page = served(running)
            while not page.api("status")["drains"]:
                time.sleep(POLL_S)
            took = time.monotonic() - before
            self.processor_s.append(processor_seconds({running.process.pid}))
        return took


def served(running: Running) -> Page:
    """The page, as soon as the command has told where it is.

    Raises:
        RuntimeError: it has ended.
    """
    while "Ctrl-C ends it." not in running.output:
        if running.ended:
            raise RuntimeError(running.output)
        time.sleep(POLL_S)
    return Page.of(running)


def yardstick() -> float:
    """Seconds until a Python has started and imported numpy, which anything here must."""
    before = time.monotonic()
    subprocess.run([sys.executable, "-c", "import numpy"], check=True)
    return time.monotonic() - before


def measure(effort: Effort) -> list[Row]:
    """The clock on the wall, beside how long Python itself takes with numpy."""
    with ExitStack() as closing_up:
        lab = closing_up.enter_context(wire())
        home = closing_up.enter_context(commands.home())
        folder = Path(closing_up.enter_context(tempfile.TemporaryDirectory()))
        starts = Starts(lab, home, folder)
        steps: dict[str, Callable[[], float]] = {"watch": starts.once, "numpy": yardstick}
        found = in_turn(steps, effort.rounds * ROUNDS)
    used = starts.processor_s
    return [
        Row.of("start-numpy", "a Python that imports numpy", "s", found["numpy"]),
        Row.of("start", "command to first drain", "s", found["watch"], at_most=0.5),
        Row.of("start-processor", "processor time until then", "s", used),
    ]
