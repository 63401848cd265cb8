"""What a drain costs behind the kernel: `python -m bench.flows [FLOWS ...]` from the root.

Prints the best of several runs, in milliseconds of processor time; docs/reference/limits.md has the
results. What else runs meanwhile disturbs less than it would by the clock on the wall.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial

from tests.unit.synthetic import many

from tunnel_monitor.export.jsonl import lines
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.serve.encoding import Piece, encode
from tunnel_monitor.serve.event import event
from tunnel_monitor.serve.matrix import matrix
from tunnel_monitor.serve.parameters import Query
from tunnel_monitor.serve.replies import flows
from tunnel_monitor.serve.usage import Meter
from tunnel_monitor.serve.view import LiveView

RUNS = 5


def best_ms(step: Callable[[], object], runs: int = RUNS) -> float:
    times = []
    for _ in range(runs):
        start = time.thread_time()
        step()
        times.append(time.thread_time() - start)
    return min(times) * 1e3


def show(name: str, value: float, unit: str = "ms") -> None:
    print(f"  {name:52} {value:9.1f} {unit}")


def view_of(batches: list[FlowBatch]) -> tuple[LiveView, float]:
    """A view after all batches, and the shortest time that one after the first took."""
    view = LiveView(["eth0"], 1.0)
    view.take(batches[0])
    shortest = min(best_ms(partial(view.take, batch), 1) for batch in batches[1:])
    return view, shortest


def measure(count: int) -> None:
    print(f"{count} flows")
    once, twice = many(count), many(count // 2, cpus=2)
    show("drained arrays to a batch", best_ms(lambda: FlowBatch.of(once)))
    show("the same rows, each flow on two CPUs", best_ms(lambda: FlowBatch.of(twice)))
    batch = FlowBatch.of(once)
    new = [FlowBatch.of(many(count, seed=seed)) for seed in range(4)]
    view, known = view_of([batch] * 4)
    show("the live view takes known flows", known)
    show("the live view takes new flows", view_of(new)[1])
    for window in ("last", "total"):
        query = Query(window=window)
        show(f"an event, {window}", best_ms(partial(event, view.snapshot, query, {})))
    data = encode(event(view.snapshot, Query(), {}))
    show("that event on the wire", len(Piece.of(data).deflated) / 1e3, "kB")
    show("flows, 1,000 rows", best_ms(lambda: flows(view.snapshot, Query(limit=1000))))
    show("matrix, 50 places", best_ms(lambda: matrix(view.snapshot, Query(limit=50))))
    show("lines of JSON", best_ms(lambda: lines(batch), 2))
    show("memory of this process", Meter().read().memory_bytes / 1e6, "MB")


if __name__ == "__main__":
    for count in [int(word) for word in sys.argv[1:]] or [72, 50_000, 100_000]:
        measure(count)
