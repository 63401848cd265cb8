"""The monitor of a demo: `tunnel-monitor watch` on host0's `eth0`, in a process of its own.

It ends with the demo in every case. Once it has given up root the kernel forgets that it was
to be killed with its parent, so it also watches a lifeline: a pipe whose other end only the
demo holds, and which the kernel closes however the demo ends (ADR 0005).
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tunnel_monitor.errors import LabFailed
from tunnel_monitor.lab import launch
from tunnel_monitor.lab.build import Lab

READY_DEADLINE_S: Final = 60.0
CHUNK: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Monitor:
    """A running monitor.

    Attributes:
        process: it; ended by whoever started it.
    """

    process: subprocess.Popen[bytes]
    _ready: int

    def page(self) -> Page:
        """Wait until the page is served.

        Raises:
            LabFailed: the monitor ended, or took too long; it has said why by itself.
        """
        told = b""
        deadline = time.monotonic() + READY_DEADLINE_S
        while not told.endswith(b"\n"):
            left_s = max(0.0, deadline - time.monotonic())
            if not select.select([self._ready], [], [], left_s)[0]:
                raise LabFailed(f"cannot show the page: not ready after {READY_DEADLINE_S:g} s")
            chunk = os.read(self._ready, CHUNK)
            if not chunk:
                raise self.ended()
            told += chunk
        reply = json.loads(told)
        if "error" in reply:
            raise LabFailed(reply["error"])
        return Page(url=reply["url"], address=reply["address"])

    def ended(self) -> LabFailed:
        """The error that it ended by itself, with its exit code."""
        code = self.process.wait()
        how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        return LabFailed(f"the monitor ended by itself ({how})")


@dataclass(frozen=True, slots=True)
class Page:
    """Where the page is.

    Attributes:
        url: for the browser, with a token where one is needed.
        address: HOST:PORT.
    """

    url: str
    address: str


@contextmanager
def started(
    lab: Lab,
    options: Sequence[str],
    host: str = "host0",
    *,
    prefix: Sequence[str] = (),
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Monitor]:
    """A monitor on a host's `eth0` for as long as the `with` lasts.

    Args:
        lab: its hosts are launched.
        options: further words for `watch`.
        host: which host.
        prefix: what the command is started by; it must become the command.
        variables: for its environment.
    """
    sizes = lab.topology
    words = [
        *("watch", "eth0", "--netns", lab.path(host), "--netns-name", host),
        *("--lab", *map(str, (sizes.hosts, sizes.segments, sizes.clients))),
        *options,
    ]
    with command(words, prefix=prefix, variables=variables) as monitor:
        yield monitor


@contextmanager
def command(
    words: Sequence[str],
    *,
    prefix: Sequence[str] = (),
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Monitor]:
    """One of our commands that tells when it is ready, and ends when its lifeline does."""
    lifeline, held = os.pipe()
    ready, telling = os.pipe()
    everything = [
        # -P: root must not run whatever module lies in the folder it happens to be in
        *(*prefix, sys.executable, "-P", "-m", "tunnel_monitor.cli.main", *words),
        *("--lifeline", str(lifeline), "--ready", str(telling)),
    ]
    try:
        # what it says on stderr is for the user: inherited
        process = launch.start(
            everything,
            keep=(lifeline, telling),
            stderr=sys.stderr.fileno(),
            variables=variables,
        )
    finally:
        os.close(lifeline)
        os.close(telling)
    try:
        yield Monitor(process, ready)
    finally:
        os.close(held)
        launch.stop(process)
        os.close(ready)
