"""What the running monitor takes: its process, with the page, while ten thousand flows are live."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from statistics import median

from bench.figures import Effort, Row
from bench.wire import FastSender, frames, processor_seconds, wire
from tests.beside import beside
from tests.lab import commands, watched
from tests.lab.commands import Running
from tests.lab.underlay import HERE, THERE
from tests.lab.watched import Page

from tunnel_monitor.lab.build import Lab

FLOWS, PEERS, SEGMENTS = 10_000, 50, 4
DRAIN_S = 1.0
WARM_S = 75  # the live view's newest minute is full, and its older slices have begun
WINDOWS, WINDOW_S = 5, 10
LOOK_S = 0.23  # in no step with drains
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def measure(effort: Effort) -> list[Row]:
    """Memory and processor time, first with nobody looking, then with a browser that watches."""
    with ExitStack() as closing_up:
        lab = closing_up.enter_context(wire())
        home = closing_up.enter_context(commands.home())
        folder = Path(closing_up.enter_context(tempfile.TemporaryDirectory()))
        words = ("eth0", "--history", "off")
        running = closing_up.enter_context(watched.watch(lab, home, folder, *words, at=THERE))
        page = Page.of(running)
        closing_up.enter_context(steady(lab))
        time.sleep(effort.of(WARM_S, 2))
        rows = rows_of(effort, running, page, "alone", "nobody looks")
        with browser(page):
            rows += rows_of(effort, running, page, "watched", "a browser watches")
    return rows


@contextmanager
def steady(lab: Lab) -> Iterator[None]:
    """Every flow, twice in each drain."""

    def send(ending: threading.Event) -> None:
        with closing(FastSender(lab, HERE, frames(FLOWS, PEERS, SEGMENTS))) as sender:
            while not ending.is_set():
                sender.send(FLOWS, 2 * FLOWS / DRAIN_S)

    with beside(send):
        yield


@contextmanager
def browser(page: Page) -> Iterator[None]:
    """Reads the event stream, compressed as for the page, until the end."""
    with page.connected() as client:
        client.request("GET", "/api/v1/live", headers={"Accept-Encoding": "gzip"})
        reply = client.getresponse()

        def read(ending: threading.Event) -> None:
            while not ending.is_set() and reply.read1(1 << 16):
                pass

        with beside(read):
            yield


def rows_of(effort: Effort, running: Running, page: Page, name: str, who: str) -> list[Row]:
    """Several windows of some seconds."""
    shares, sizes = [], []
    flows, most = 0, 0.0
    for _ in range(min(WINDOWS, effort.rounds)):
        before, start = processor_seconds({running.process.pid}), time.monotonic()
        held = sizes_of(running.process.pid, effort.of(WINDOW_S, 2))
        used = processor_seconds({running.process.pid}) - before
        shares.append(100 * used / (time.monotonic() - start))
        sizes.append(median(held))
        most = max(most, *held)
        flows = page.api("status")["flows"]
    what = f"with the page, {flows:,} live flows, {who}"
    return [
        Row.of(
            f"process-{name}-memory",
            f"memory {what}",
            "MB",
            sizes,
            at_most=80,
            note=f"{most:.0f} MB for a moment, while a drain is taken",
        ),
        Row.of(f"process-{name}-share", f"processor {what}", "% of a core", shares, at_most=3),
    ]


def sizes_of(pid: int, seconds: float) -> list[float]:
    """Megabytes of memory, again and again: a drain needs more for as long as it is taken."""
    found = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(LOOK_S)
        found.append(resident_bytes(pid) / 1e6)
    return found


def resident_bytes(process: int) -> int:
    """Of one process."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE_BYTES
