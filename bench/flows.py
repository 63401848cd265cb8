"""What a drain costs behind the kernel: batches, the live view, replies; docs/reference/limits.md.

The flows are between 500 peers at random, so that nearly every flow has a tunnel of its own: with
few tunnels the live view and events cost half.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial

from bench.figures import Effort, Row, in_turn
from tests.unit.synthetic import many

from tunnel_monitor.diagnose.detectors import make_all
from tunnel_monitor.diagnose.diagnosis import Diagnosis
from tunnel_monitor.export.jsonl import lines
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.serve.event import event
from tunnel_monitor.serve.matrix import matrix
from tunnel_monitor.serve.parameters import Query
from tunnel_monitor.serve.replies import flows
from tunnel_monitor.serve.view import LiveView

COUNTS = (72, 50_000, 100_000)
NEW_BATCHES = 3  # of flows that nobody has seen before


def milliseconds(step: Callable[[], object]) -> float:
    """Processor time of one step."""
    before = time.thread_time()
    step()
    return (time.thread_time() - before) * 1e3


def view_after(batch: FlowBatch) -> LiveView:
    """A live view that has seen one batch."""
    view = LiveView(["eth0"], 1.0)
    view.take(batch)
    return view


def measure(effort: Effort) -> list[Row]:
    """Rows by number of flows in a drain."""
    return [row for count in COUNTS for row in measure_one(effort, effort.of(count, 36))]


def measure_one(effort: Effort, count: int) -> list[Row]:
    """All steps for one number of flows."""
    once, twice = many(count), many(count // 2, cpus=2)
    batch = FlowBatch.of(once)
    others = [FlowBatch.of(many(count, seed=seed)) for seed in range(2, 2 + NEW_BATCHES)]
    known = view_after(batch)
    judging = Diagnosis(make_all())
    snapshot = known.snapshot

    def new_flows() -> float:
        view = view_after(batch)
        return sum(milliseconds(partial(view.take, other)) for other in others) / len(others)

    steps: Mapping[str, tuple[str, Callable[[], object]]] = {
        "batch": ("drained arrays to a batch of unique flows", lambda: FlowBatch.of(once)),
        "two-cpus": ("the same, each flow in two CPUs' tables", lambda: FlowBatch.of(twice)),
        "known": ("the live view takes it, all flows known", lambda: known.take(batch)),
        "event": ("an event", lambda: event(snapshot, Query(), {})),
        "flows": ("`flows`, 1,000 rows", lambda: flows(snapshot, Query(limit=1000))),
        "matrix": ("`matrix`, 50 places", lambda: matrix(snapshot, Query(by="peer", limit=50))),
        "judged": ("all detectors judge it", lambda: judging.take(batch)),
        "jsonl": ("lines of JSON", lambda: lines(batch)),
    }
    timed: dict[str, Callable[[], float]] = {
        name: partial(milliseconds, step) for name, (_, step) in steps.items()
    }
    found = in_turn({**timed, "new": new_flows}, effort.rounds)
    names = {**{name: what for name, (what, _) in steps.items()}}
    names["new"] = "the live view takes it, all flows new"
    return [
        Row.of(f"flows-{count}-{name}", f"{count} flows: {what}", "ms", found[name])
        for name, what in names.items()
    ]
