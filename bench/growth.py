"""How costs grow: with flows, peers, hosts and CPUs. `bench.curves` draws the results.

A cliff is where something costs more than twice as much for each flow (peer, host) as it did
at the size before.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from statistics import median

from bench.figures import Effort, Row, in_turn
from bench.flows import milliseconds, view_after
from bench.programs import on_cpu
from tests.lab.objects import accounted, every_table
from tests.unit.synthetic import many

from bench import drain, updates
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.kernel.load import GENERATIONS, LoadedObject
from tunnel_monitor.kernel.memory import tables_bytes
from tunnel_monitor.kernel.tables import SHAPES
from tunnel_monitor.lab import build
from tunnel_monitor.lab.topology import Topology
from tunnel_monitor.serve.matrix import matrix
from tunnel_monitor.serve.parameters import Query
from tunnel_monitor.settings import MonitorSettings, TableSizes

FLOWS = (1_000, 10_000, 100_000, 1_000_000)
PEERS = (10, 50, 200, 500, 2_000)
PEER_FLOWS = 50_000
HOSTS = (9, 20, 50, 100, 200)
CPUS = (1, 2, 4, 8, 16, 32, 64, 128)
MEMORY_TARGETS = {2: 64, 128: 512}
ROUNDS = 3
STEEP = 2.0
LINK = ("ip", "link", "add", "one", "type", "veth", "peer", "name", "other")
QUICK_S, QUICK_TIMES = 0.1, 5  # a namespace with a link in it is made in a twentieth of that
ENOUGH_SHARE = 0.1  # with less effort than this only the two smallest sizes are measured


def measure(effort: Effort) -> list[Row]:
    """Rows by what grows, and the steepest step of each curve."""
    return [*by_flows(effort), *by_peers(effort), *by_hosts(effort), *by_cpus()]


def some(effort: Effort, sizes: Sequence[int]) -> Sequence[int]:
    """All sizes, or the two smallest where only little effort is made."""
    return sizes[:2] if effort.share < ENOUGH_SHARE else sizes


def curve(name: str, what: str, unit: str, points: Mapping[int, Sequence[float]]) -> list[Row]:
    """A row for each point, and one for the steepest step between two."""
    rows = [
        Row.of(f"growth-{name}-{size}", what.format(f"{size:,}"), unit, values)
        for size, values in points.items()
    ]
    each = {size: median(values) / size for size, values in points.items()}
    sizes = sorted(each)
    steps = [each[more] / each[less] for less, more in pairwise(sizes)]
    worst = f"{what.format('more')}: cost of each, at most, against the size before"
    return [*rows, Row.of(f"growth-{name}-step", worst, "x", [max(steps)], at_most=STEEP)]


def by_flows(effort: Effort) -> list[Row]:
    """Out of the kernel, and into the live view."""
    sizes = some(effort, FLOWS)
    drained: dict[int, list[float]] = {}
    with on_cpu(max(os.sched_getaffinity(0))):
        for size in sizes:
            drained[size] = [
                1e3 * took for took in drain.seconds(effort, TableSizes(narrow=size, wide=1))[0]
            ]
    taken = {size: view_takes(effort, size) for size in sizes}
    return [
        *curve("drain", "{} flows, drained and grouped", "ms", drained),
        *curve("view", "{} flows into the live view", "ms", taken),
    ]


def view_takes(effort: Effort, size: int) -> list[float]:
    """Milliseconds for a batch whose flows are known, as far as there is room."""
    batch = FlowBatch.of(many(size))
    view = view_after(batch)
    take = partial(view.take, batch)
    return [milliseconds(take) for _ in range(min(effort.rounds, ROUNDS))]


def by_peers(effort: Effort) -> list[Row]:
    """What a browser gets, and asks for."""
    flows = effort.of(PEER_FLOWS, PEERS[-1])
    sizes: dict[int, list[float]] = {}
    replies: dict[int, list[float]] = {}
    for peers in some(effort, PEERS):
        sizes[peers] = updates.sizes(flows, peers, "last")
        snapshot = view_after(FlowBatch.of(many(flows, peers=peers))).snapshot
        ask = partial(matrix, snapshot, Query(by="peer", limit=50))
        replies[peers] = [milliseconds(ask) for _ in range(min(effort.rounds, ROUNDS))]
    return [
        *curve("updates", "a browser's updates, {} peers", "kB/s", sizes),
        *curve("matrix", "`matrix`, {} peers", "ms", replies),
    ]


def by_hosts(effort: Effort) -> list[Row]:
    """The lab, with four segments and a client of each on every host."""
    sizes = some(effort, HOSTS)
    if effort.share < ENOUGH_SHARE:
        sizes = (2, 3)

    def built(hosts: int) -> float:
        settle()
        before = time.monotonic()
        with build.running(Topology(hosts=hosts)):
            return time.monotonic() - before

    steps: Mapping[str, Callable[[], float]] = {
        str(hosts): partial(built, hosts) for hosts in sizes
    }
    found = in_turn(steps, min(effort.rounds, ROUNDS))
    points = {hosts: found[str(hosts)] for hosts in sizes}
    return curve("lab", "a lab of {} hosts, built", "s", points)


def settle() -> None:
    """Wait until the kernel has taken the lab before apart.

    It does that by itself when nobody looks, for up to 18 s, and who makes links has to wait.
    """
    quick = 0
    while quick < QUICK_TIMES:
        before = time.monotonic()
        subprocess.run(("unshare", "--net", *LINK), check=True)
        quick = quick + 1 if time.monotonic() - before < QUICK_S else 0
        time.sleep(QUICK_S)


def by_cpus() -> list[Row]:
    """Memory of the kernel at the default size: made for so many CPUs, beside the arithmetic."""
    rows = []
    for cpus in CPUS:
        with LoadedObject(MonitorSettings(), cpus=cpus) as loaded:
            made = sum(accounted(table) for table in every_table(loaded)) / 1e6
            how = "preallocated" if loaded.preallocated else "as flows come"
            computed = tables_bytes(
                SHAPES, TableSizes(), GENERATIONS * cpus, preallocated=loaded.preallocated
            )
        what = f"memory of the kernel for {cpus} CPUs"
        note = f"{how}; computed: {computed / 1e6:.1f}"
        target = MEMORY_TARGETS.get(cpus)
        rows.append(Row.of(f"growth-cpus-{cpus}", what, "MB", [made], at_most=target, note=note))
    return rows
