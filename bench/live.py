"""Counting what passes on a wire: processor seconds for a million packets, beside other tools.

What a tool takes is its processes' time, and what the kernel does for it while a packet arrives.
That is in the sender's time, since a veth hands packets over within the call that sends them: for
others it is what sending takes more than with nobody there, for the monitor's programs, which are
too quick for that, what the kernel's run-time statistics say.
"""

from __future__ import annotations

import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.figures import Effort, Row, in_turn
from bench.programs import FOLDER
from bench.wire import FastSender, frames, processor_seconds, programs_of, wire
from tests.lab import commands, watched
from tests.lab.objects import LoadedPrograms
from tests.lab.underlay import HERE, THERE
from tests.lab.watched import Page

from tunnel_monitor.kernel.own_cost import RunTimeStatistics, clock_ns, program_time
from tunnel_monitor.lab import launch
from tunnel_monitor.lab.build import Lab

PACKETS = 1_000_000
RATE = 190_000
TALKERS = 1_000
ROUNDS = 5
ENDING_S = 10.0
DRAINED_S = 1.2  # the last packets are in a drain by then
TOOLS = ("monitor", "pmacctd", "tcpdump")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One tool in one round.

    Args:
        process_s: processor time of all its processes.
        kernel_s: of what the kernel did for it while packets arrived; None: is in the sender's.
        sender_s: of who sent.
        lost: the share of packets that it did not count.
    """

    process_s: float
    kernel_s: float | None
    sender_s: float
    lost: float


class Round:
    """What counts on the receiving host's eth0, each by itself.

    Args:
        lab: two hosts and a wire.
        home: where commands are started.
        folder: for what they write.
        packets: sent to each.
    """

    def __init__(self, lab: Lab, home: int, folder: Path, packets: int) -> None:
        self._lab = lab
        self._home = home
        self._folder = folder
        self._told = folder / "told"
        self._packets = packets

    def _send(self) -> float:
        """Send all; processor seconds of it."""
        with closing(FastSender(self._lab, HERE, frames(TALKERS))) as sender:
            before = time.thread_time()
            sender.send(self._packets, RATE)
            return time.thread_time() - before

    def nobody(self) -> Outcome:
        """What sending alone takes."""
        return Outcome(0, None, self._send(), 0)

    def monitor(self) -> Outcome:
        """The whole monitor: what its programs take, and its process with the page."""
        words = ("eth0", "--history", "off")
        with ExitStack() as closing_up:
            closing_up.enter_context(closing(RunTimeStatistics()))
            reference = closing_up.enter_context(LoadedPrograms("reference", FOLDER))
            each_ns = clock_ns(reference.program("empty"))
            running = closing_up.enter_context(
                watched.watch(self._lab, self._home, self._folder, *words, at=THERE)
            )
            page = Page.of(running)
            programs = closing_up.enter_context(programs_of("count_ingress"))

            def used() -> tuple[float, float]:
                spent = program_time(programs, each_ns)
                process_s = processor_seconds({running.process.pid})
                return process_s, (spent.ns - spent.measuring_ns) / 1e9

            page.wait_for_drain()  # all of its start is over
            before = used()
            sender_s = self._send()
            time.sleep(DRAINED_S)  # whoever asked whether it has drained would make it work
            process_s, kernel_s = (after - then for after, then in zip(used(), before, strict=True))
            page.wait_for_drain()
            return Outcome(process_s, kernel_s, sender_s, self._lost(counted_by_monitor(page)))

    def pmacctd(self) -> Outcome:
        """Outer addresses only: it does not look into tunnels."""
        pipe = self._folder / "pmacct.pipe"
        words = ["pmacctd", "-i", "eth0", "-c", "src_host,dst_host", "-P", "memory"]
        with self._capturing([*words, "-p", str(pipe)]) as (_, processes):
            before = processor_seconds(processes())
            sender_s = self._send()
            told = subprocess.run(
                ["pmacct", "-s", "-p", str(pipe), "-O", "csv"],
                capture_output=True, text=True, check=True,
            ).stdout  # fmt: skip
            process_s = processor_seconds(processes()) - before
        lines = [line.split(",") for line in told.splitlines()]
        place = next((line.index("PACKETS") for line in lines if "PACKETS" in line), None)
        counted = sum(int(line[place]) for line in lines[1:] if place is not None and line[place:])
        return Outcome(process_s, None, sender_s, self._lost(counted))

    def tcpdump(self) -> Outcome:
        """Every packet copied, and none looked at."""
        words = ["tcpdump", "-i", "eth0", "-w", "/dev/null", "udp port 4789"]
        with self._capturing(words) as (process, processes):
            before = processor_seconds(processes())
            sender_s = self._send()
            process_s = processor_seconds(processes()) - before
            process.send_signal(signal.SIGINT)
            process.wait(ENDING_S)
        found = re.search(r"(\d+) packets captured", self._told.read_text(encoding="utf-8"))
        return Outcome(process_s, None, sender_s, self._lost(int(found[1]) if found else 0))

    def _lost(self, counted: int) -> float:
        return max(0.0, 1 - counted / self._packets)

    @contextmanager
    def _capturing(
        self, words: Sequence[str]
    ) -> Iterator[tuple[subprocess.Popen[bytes], Callable[[], set[int]]]]:
        """A tool that captures on the receiving host, and who works for it."""
        namespace = self._lab.namespace(THERE)
        with self._told.open("wb") as told:  # a pipe would be full some time, and hold it up
            process = launch.start(list(words), namespace, stderr=told)
        try:
            sockets = Path(f"/proc/{process.pid}/net/packet")
            commands.wait_for(lambda: len(sockets.read_text().splitlines()) > 1, words[0])
            yield process, lambda: {process.pid} | commands.descendants(process.pid)
        finally:
            launch.stop(process)


def counted_by_monitor(page: Page) -> int:
    """Packets of flows that came in."""
    rows = page.api("ledger")["rows"]
    return sum(
        int(row["outcomes"]["flow"]["packets"]) for row in rows if row["direction"] == "ingress"
    )


def measure(effort: Effort) -> list[Row]:
    """All of them in turn, on the same packets."""
    packets = effort.of(PACKETS)
    outcomes: dict[str, list[Outcome]] = {}
    with ExitStack() as closing_up:
        lab = closing_up.enter_context(wire())
        home = closing_up.enter_context(commands.home())
        folder = Path(closing_up.enter_context(tempfile.TemporaryDirectory()))
        tools = Round(lab, home, folder, packets)

        def step(name: str) -> Callable[[], float]:
            def run() -> float:
                outcome: Outcome = getattr(tools, name)()
                outcomes.setdefault(name, []).append(outcome)
                return outcome.process_s

            return run

        in_turn({name: step(name) for name in ("nobody", *TOOLS)}, min(effort.rounds, ROUNDS))
    return rows_of(outcomes, 1e6 / packets)


def rows_of(outcomes: dict[str, list[Outcome]], scale: float) -> list[Row]:
    """Seconds of each tool, and how many times as much as the monitor others take."""
    rows, seconds = [], {}
    for name in TOOLS:
        seconds[name] = [
            scale * (one.process_s + in_kernel_s(one, idle))
            for one, idle in zip(outcomes[name], outcomes["nobody"], strict=True)
        ]
        processes = scale * median(one.process_s for one in outcomes[name])
        lost = median(one.lost for one in outcomes[name])
        what = f"{name}, a million packets at {RATE:,} a second"
        note = f"of one core, {processes:.2f} s in its processes; {100 * lost:.1f} % lost"
        rows.append(Row.of(f"live-{name}", what, "s", seconds[name], note=note))
    for name in TOOLS[1:]:
        ratios = [
            other / ours for ours, other in zip(seconds["monitor"], seconds[name], strict=True)
        ]
        what = f"{name}'s processor time, against the monitor's"
        rows.append(Row.of(f"live-against-{name}", what, "x", ratios, at_least=15))
    lost_by_us = [100 * one.lost for one in outcomes["monitor"]]
    rows.append(Row.of("live-lost", "packets that the monitor lost", "%", lost_by_us, at_most=0))
    return rows


def in_kernel_s(outcome: Outcome, idle: Outcome) -> float:
    """What arriving cost more than with nobody there."""
    if outcome.kernel_s is not None:
        return outcome.kernel_s
    return max(0.0, outcome.sender_s - idle.sender_s)
