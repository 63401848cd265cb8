"""The commands as users start them, each in a network of its own.

The namespace a test's commands start in has only a loopback device, so that neither the ports
nor the demos of other programs on this machine can be met.
"""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tunnel_monitor.lab import namespaces

DEADLINE_S = 60.0
COMMAND = (sys.executable, "-m", "tunnel_monitor.cli.main")
SMALL = ("--hosts", "3", "--segments", "1")
PROC = Path("/proc")


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Wait until something is so, or fail."""
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, f"still not: {what}"
        time.sleep(0.02)


@dataclass
class Running:
    """A started command.

    Attributes:
        home: descriptor of the namespace it was started in.
        process: it.
        told: the file that its standard output and error go to.
    """

    home: int
    process: subprocess.Popen[bytes]
    told: Path

    @property
    def output(self) -> str:
        """What it has told so far."""
        return self.told.read_text(encoding="utf-8")

    def wait_to_tell(self, words: str) -> None:
        """Wait until it has told something."""
        wait_for(lambda: words in self.output or self.ended, f"{words!r}, told: {self.output}")
        assert words in self.output, self.output

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self.process.poll() is not None

    def wait(self) -> int:
        """Wait until it ends; its exit code."""
        return self.process.wait(timeout=DEADLINE_S)

    def get(self, path: str) -> Any:
        """Ask a demo's API."""
        (line,) = (line for line in self.output.splitlines() if line.startswith("Open "))
        with namespaces.entered(self.home), urlopen(line.split()[1] + path, timeout=30) as reply:  # noqa: S310 - our own http address
            return json.loads(reply.read())


@contextmanager
def home() -> Iterator[int]:
    """A namespace to start commands in."""
    descriptor = namespaces.create()
    try:
        with namespaces.entered(descriptor):
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def command(
    home: int,
    folder: Path,
    *words: str,
    prefix: Sequence[str] = (),
    stdin: int | None = None,
    history: str | None = "off",
) -> Iterator[Running]:
    """A running command, ended with the `with`.

    Args:
        home: where it is started.
        folder: for what it tells.
        words: behind `tunnel-monitor`.
        prefix: before it.
        stdin: its standard input; absent: nothing.
        history: of a `watch` that is not told otherwise: the file of this machine is not for
            tests. None: as it is by default.
    """
    told = folder / f"told-{time.monotonic_ns()}"
    if words[0] == "watch" and history and "--history" not in words:
        words = (*words, "--history", history)
    with told.open("wb") as output, namespaces.entered(home):
        process = subprocess.Popen(
            [*prefix, *COMMAND, *words],
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    running = Running(home, process, told)
    try:
        yield running
    finally:
        if not running.ended:
            process.terminate()
        try:
            process.wait(timeout=DEADLINE_S)
        finally:
            process.kill()
            process.wait()


@contextmanager
def demo(home: int, folder: Path, *words: str) -> Iterator[Running]:
    """A demo whose page is served."""
    with command(home, folder, "demo", *words) as running:
        running.wait_to_tell("Press enter to quit:")
        yield running


@contextmanager
def demo_on_terminal(home: int, folder: Path) -> Iterator[tuple[Running, int]]:
    """A demo on a terminal of its own, and the side of it that a person sits at."""
    person, terminal = pty.openpty()
    try:
        in_session = ("setsid", "--ctty")
        words = ("demo", *SMALL)
        with command(home, folder, *words, prefix=in_session, stdin=terminal) as running:
            os.close(terminal)
            running.wait_to_tell("Press enter to quit:")
            yield running, person
    finally:
        os.close(person)


def run(home: int, folder: Path, *words: str, prefix: Sequence[str] = ()) -> tuple[int, str]:
    """Run a command to its end: exit code and all it told."""
    with command(home, folder, *words, prefix=prefix) as running:
        return running.wait(), running.output


def descendants(pid: int) -> set[int]:
    """All processes below one, at whatever distance."""
    found: set[int] = set()
    above = {int(entry.name): parent_of(entry) for entry in PROC.glob("[0-9]*")}
    level = {pid}
    while level:
        level = {child for child, parent in above.items() if parent in level}
        found |= level
    return found


def parent_of(entry: Path) -> int:
    """The parent of a process; 0 if it has gone."""
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def words_of(pid: int) -> list[str]:
    """The command line of a process; empty if it has gone."""
    try:
        return (PROC / str(pid) / "cmdline").read_text().split("\0")
    except OSError:
        return []


def alive(pids: set[int]) -> set[int]:
    """Those that still run; what has ended and waits to be collected does not."""
    return {pid for pid in pids if words_of(pid) != [] and words_of(pid) != [""]}


def namespaces_of(pid: int) -> set[str]:
    """The namespaces that a process holds by descriptors, as `net:[inode]`."""
    return {target for target in links_in(PROC / str(pid) / "fd") if target.startswith("net:[")}


def holders_of(some: set[str]) -> set[str]:
    """Processes that are in one of these namespaces or hold it by a descriptor."""
    holders = set()
    for entry in PROC.glob("[0-9]*"):
        targets = links_in(entry / "fd") | links_in(entry / "ns")
        if targets & some:
            holders.add(entry.name)
    return holders


def links_in(folder: Path) -> set[str]:
    """What the links of a folder in /proc lead to; empty if its process has gone."""
    found = set()
    try:
        for link in folder.iterdir():
            found.add(str(link.readlink()))
    except OSError:
        pass
    return found
