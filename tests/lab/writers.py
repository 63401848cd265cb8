"""Writers at full speed: the real programs over frames of our own, one thread on each CPU."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tunnel_monitor.kernel.testrun import TestRunner

# Runs in one call. Prime, so that no multiple of a flow's or a drain's number hides a loss.
BATCH = 997


class Writers:
    """Runs each program over each frame, again and again.

    Args:
        programs: descriptors.
        frames: what passes; each is as good as a packet on an interface.
    """

    def __init__(self, programs: Sequence[int], frames: Sequence[bytes]) -> None:
        self._programs = programs
        self._frames = frames
        self._ending = threading.Event()
        self._counts: list[Counter[tuple[int, int]]] = []
        self._threads = [
            threading.Thread(target=self._write, args=(cpu,)) for cpu in os.sched_getaffinity(0)
        ]

    def _write(self, cpu: int) -> None:
        os.sched_setaffinity(0, {cpu})  # of this thread
        runners = [TestRunner(program) for program in self._programs]
        count: Counter[tuple[int, int]] = Counter()
        self._counts.append(count)
        while not self._ending.is_set():
            for place, frame in enumerate(self._frames):
                for number, runner in enumerate(runners):
                    runner.run(frame, BATCH)
                    count[number, place] += BATCH

    def sent(self, program: int, frame: int) -> int:
        """How often a frame passed a program; to be asked when the writers have ended."""
        return sum(count[program, frame] for count in self._counts)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Write for as long as the `with` lasts."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._ending.set()
            for thread in self._threads:
                thread.join()
