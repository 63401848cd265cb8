"""Two CPUs on one flow at once: nothing that they count in is shared."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from statistics import median

from bench.figures import Effort, Row, in_turn
from bench.packet import PLAIN
from bench.programs import Programs, cost_ns, on_cpu

from tunnel_monitor.kernel.testrun import TestRunner

REPEAT = 2_000_000
ROUNDS = 3  # as many times as elsewhere: what is measured is how two runs meet


def measure(effort: Effort) -> list[Row]:
    """Throughput of two CPUs against that of one; 2 is all that there is."""
    cpus = sorted(os.sched_getaffinity(0))[:2]
    ratios: list[float] = []
    for load in range(effort.loads):
        programs = Programs()
        try:
            ratios.append(ratio(programs, cpus, effort, load))
        finally:
            programs.close()
    what = f"{len(cpus)} CPUs on one flow at once, throughput against one"
    return [Row.of("two-cpus", what, "x one CPU", ratios, at_least=1.9)]


def ratio(programs: Programs, cpus: list[int], effort: Effort, seed: int) -> float:
    """For one load. By processor time, so that others who compute take nothing from either."""
    repeat = effort.of(REPEAT)

    def cost_on(cpu: int) -> float:
        with on_cpu(cpu):
            return cost_ns(TestRunner(programs.program("ours")), PLAIN, repeat)

    def together() -> float:
        return sum(threads.map(cost_on, cpus)) / len(cpus)

    with ThreadPoolExecutor(len(cpus)) as threads:
        together()
        alone_steps = {f"alone {cpu}": partial(cost_on, cpu) for cpu in cpus}
        steps: dict[str, Callable[[], float]] = {"together": together, **alone_steps}
        found = in_turn(steps, effort.rounds * ROUNDS, seed)
    alone = median(
        value for name, values in found.items() if name != "together" for value in values
    )
    return len(cpus) * alone / median(found["together"])
