"""What the first packet of a flow costs."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from bench.figures import Effort, Row
from bench.packet import PLAIN
from bench.programs import SETTINGS, Programs, cost_ns, costs, over
from bench.random_flows import PLAIN6

from tunnel_monitor.kernel.drain import TableReader
from tunnel_monitor.layout import NARROW_KEY, WIDE_KEY
from tunnel_monitor.settings import TableSizes

SIZES = TableSizes()
NEW = 30_000  # in one go, into empty tables
MANY_CPUS = 16  # for which tables take memory as flows come


def measure(effort: Effort) -> list[Row]:
    """Where tables are preallocated, as on few CPUs, and where they are not, as on many."""
    few = measure_one(effort, None, "preallocated", 0.7)
    return few + measure_one(effort, MANY_CPUS, "on-demand", 1.5)


def measure_one(effort: Effort, cpus: int | None, name: str, target: float) -> list[Row]:
    """Rows of both families for one kind of tables."""
    repeat = effort.of(NEW)
    settings = replace(SETTINGS, tables=SIZES)

    def steps(programs: Programs) -> dict[str, Callable[[], float]]:
        def empty(table: str) -> None:
            readers[table].take([programs.monitor.tables[table][0][cpu]])

        def step(program: str, generator: str, frame: bytes, table: str) -> float:
            cost = cost_ns(programs.generated(program, generator, 0), frame, repeat)
            empty(table)
            return cost

        if programs.monitor.preallocated != (name == "preallocated"):
            raise RuntimeError(f"tables are not {name} at this size")
        (cpu,) = os.sched_getaffinity(0)
        readers = {
            "narrow_flows": TableReader(NARROW_KEY, SIZES.narrow),
            "wide_flows": TableReader(WIDE_KEY, SIZES.wide),
        }
        return {
            "empty": partial(step, "empty", "generate4", PLAIN, "narrow_flows"),
            "4in4": partial(step, "ours", "generate4", PLAIN, "narrow_flows"),
            "6in6": partial(step, "ours", "generate6", PLAIN6, "wide_flows"),
        }

    found = costs(effort, steps, partial(Programs, settings, cpus))
    families = (("4in4", "IPv4 in IPv4", target), ("6in6", "IPv6 in IPv6", None))
    return [
        Row.of(
            f"new-{family}-{name}",
            f"first packet of a flow, {what}, tables {name.replace('-', ' ')}",
            "us",
            [cost / 1e3 for cost in over(found, family)],
            at_most=at_most,
        )
        for family, what, at_most in families
    ]
