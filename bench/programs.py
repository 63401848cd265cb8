"""What a program costs: the kernel runs it over a packet of ours, again and again."""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from bench.figures import Effort, in_turn
from tests.lab.objects import LoadedPrograms

from tunnel_monitor.kernel import libbpf
from tunnel_monitor.kernel.load import PROGRAMS, LoadedObject
from tunnel_monitor.kernel.testrun import TestRunner
from tunnel_monitor.settings import ALL_ENCAPS, USUAL_PORTS, MonitorSettings, TableSizes

FOLDER = Path(__file__).parent
REPEAT = 200_000
WARM = 20_000
# Everything enabled, and room for as many flows as any row wants.
SETTINGS = MonitorSettings(
    encaps=ALL_ENCAPS, ports=USUAL_PORTS, tables=TableSizes(narrow=1 << 17, wide=1 << 17)
)


def cost_ns(runner: TestRunner, packet: bytes, repeat: int) -> float:
    """Processor time of one run, in nanoseconds: what others compute meanwhile is not in it."""
    before = time.thread_time_ns()
    runner.run(packet, repeat)
    return (time.thread_time_ns() - before) / repeat


@contextmanager
def on_cpu(number: int) -> Iterator[None]:
    """Let the calling thread run on one CPU only, since each has tables of its own."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {number})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Programs:
    """One fresh load of everything that is compared.

    Args:
        settings: of the monitor.
        cpus: for how many CPUs its tables are; absent, for this machine's.
    """

    def __init__(self, settings: MonitorSettings = SETTINGS, cpus: int | None = None) -> None:
        with ExitStack() as closing:
            self.reference = closing.enter_context(LoadedPrograms("reference", FOLDER))
            self.generator = closing.enter_context(LoadedPrograms("generate", FOLDER))
            self.monitor = closing.enter_context(LoadedObject(settings, cpus=cpus))
            self._closing = closing.pop_all()

    def close(self) -> None:
        """Give all of it back."""
        self._closing.close()

    def program(self, name: str) -> int:
        """A program's descriptor: `empty`, `floor`, `floor6` or `ours`."""
        if name == "ours":
            return self.monitor.programs[PROGRAMS[0]]
        return self.reference.program(name)

    def generated(self, name: str, generator: str, flows: int) -> TestRunner:
        """A generator that calls one of the programs from now on, as `call_from` has it."""
        return call_from(self.generator, generator, self.program(name), flows)


def call_from(generator: LoadedPrograms, name: str, program: int, flows: int) -> TestRunner:
    """A generator that calls a program from now on.

    Args:
        generator: `generate.bpf.c`, loaded.
        name: `generate4` or `generate6`.
        program: the descriptor of the called one.
        flows: to draw from, in random order; 0: each packet is of a new flow.
    """
    slot, called = ctypes.c_uint32(0), ctypes.c_uint32(program)
    libbpf.checked(
        libbpf.library().bpf_map_update_elem(
            generator.map("tested"), ctypes.byref(slot), ctypes.byref(called), ctypes.c_uint64(0)
        )
    )
    generator.set_row("flows", [1, flows])
    return TestRunner(generator.program(name))


def costs(
    effort: Effort,
    steps: Callable[[Programs], dict[str, Callable[[], float]]],
    make: Callable[[], Programs] = Programs,
) -> dict[str, list[float]]:
    """Costs of several things by load: the median of a load's rounds, for each load.

    Args:
        effort: loads and rounds.
        steps: name -> one measurement in nanoseconds, for one load.
        make: loads everything.
    """
    found: dict[str, list[float]] = {}
    with on_cpu(max(os.sched_getaffinity(0))):
        for load in range(effort.loads):
            programs = make()
            try:
                results = in_turn(steps(programs), effort.rounds, seed=load)
            finally:
                programs.close()
            for name, values in results.items():
                found.setdefault(name, []).append(median(values))
    return found


def over(costs_by_load: dict[str, list[float]], name: str, base: str = "empty") -> list[float]:
    """What something costs more than another, by load."""
    pairs = zip(costs_by_load[name], costs_by_load[base], strict=True)
    return [cost - least for cost, least in pairs]
