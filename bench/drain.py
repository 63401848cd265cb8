"""Taking flows out of the kernel: from full tables to one grouped batch."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from bench.figures import Effort, Row, in_turn
from bench.packet import PLAIN
from bench.programs import FOLDER, call_from, on_cpu
from bench.random_flows import PLAIN6
from tests.lab.objects import LoadedPrograms

from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.kernel.drain import Drainer, WatchedInterface, watch
from tunnel_monitor.kernel.load import PROGRAMS
from tunnel_monitor.lab import namespaces
from tunnel_monitor.settings import MonitorSettings, Preallocate, TableSizes

ALWAYS, NEVER = Preallocate.ALWAYS, Preallocate.NEVER
# flows of IPv4 in IPv4 -> seconds of one core
TARGETS = {1_000_000: 1.0, 100_000: 0.1}
ROUNDS = 5


@contextmanager
def watched(settings: MonitorSettings) -> Iterator[WatchedInterface]:
    """A real monitor's end of an interface on which nothing passes."""
    namespace = namespaces.create()
    try:
        # Several threads may look at it, each from its own namespace.
        path = Path(f"/proc/{os.getpid()}/fd/{namespace}")
        interface = watch("lo", settings, path)
        try:
            yield interface
        finally:
            interface.close()
    finally:
        os.close(namespace)


def measure(effort: Effort) -> list[Row]:
    """Rows by number of flows, and by how their tables have memory."""
    rows: list[Row] = []
    with on_cpu(max(os.sched_getaffinity(0))):
        for flows, target in TARGETS.items():
            sizes = TableSizes(narrow=effort.of(flows), wide=1)
            name = f"drain-{flows}"
            rows += measure_one(effort, name, sizes, ALWAYS, target)
            rows += measure_one(effort, f"{name}-on-demand", sizes, NEVER, None)
        sizes = TableSizes(narrow=1, wide=effort.of(100_000))
        rows += measure_one(effort, "drain-wide-100000", sizes, ALWAYS, None)
    return rows


def measure_one(
    effort: Effort, name: str, sizes: TableSizes, preallocate: Preallocate, target: float | None
) -> list[Row]:
    """One kind of table, full; beside it, what sorting as many numbers takes."""
    drained, reading, sorted_ = seconds(effort, sizes, preallocate)
    family, flows = ("IPv4", sizes.narrow) if sizes.wide == 1 else ("IPv6", sizes.wide)
    how = "preallocated" if preallocate is ALWAYS else "memory taken as flows come"
    what = f"{flows} flows of {family}, drained and grouped, {how}"
    ratio = min(drained) / min(sorted_)
    note = f"of one core; {ratio:.0f} times what sorting as many numbers takes"
    return [
        Row.of(name, what, "s", drained, at_most=target, note=note),
        Row.of(f"{name}-reading", "reading them from the kernel alone", "s", reading),
    ]


def seconds(
    effort: Effort, sizes: TableSizes, preallocate: Preallocate = ALWAYS
) -> tuple[Sequence[float], Sequence[float], Sequence[float]]:
    """Of one core: to drain and group a full table; the former alone; to sort as many numbers."""
    wide, flows = sizes.wide > 1, max(sizes.wide, sizes.narrow)
    settings = MonitorSettings(tables=sizes, preallocate=preallocate)
    reading: list[float] = []
    with watched(settings) as interface, LoadedPrograms("generate", FOLDER) as generator:
        drainer = Drainer([interface])
        program = interface.loaded.programs[PROGRAMS[0]]
        frame, which = (PLAIN6, "generate6") if wide else (PLAIN, "generate4")

        def drained() -> float:
            call_from(generator, which, program, 0).run(frame, flows)
            before = time.thread_time()
            taken = drainer.drain()
            reading.append(time.thread_time() - before)
            batch = FlowBatch.of(taken)
            took = time.thread_time() - before
            if len(batch.flows) != flows:
                raise RuntimeError(f"drained {len(batch.flows)} flows of {flows}")
            return took

        steps: dict[str, Callable[[], float]] = {
            "drain": drained,
            "sort": partial(sorting, flows),
        }
        found = in_turn(steps, min(effort.rounds, ROUNDS))
    return found["drain"], reading, found["sort"]


def sorting(count: int) -> float:
    """Seconds of one core to sort so many random numbers: how fast this machine is."""
    numbers = np.random.default_rng(1).integers(0, 1 << 62, count)
    before = time.thread_time()
    numbers.sort()
    return time.thread_time() - before
