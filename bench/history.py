"""What the history file costs: `python -m bench.history [FLOWS [SECONDS]]` from the root.

Keeps drains of so many flows (10,000 for an hour and a bit, unless told otherwise), the same ones
every second, then asks about the last hour. docs/adr/0014 has results.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from tests.unit.synthetic import many

from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.filter.parse import parse
from tunnel_monitor.flows.group import FLOW_COLUMNS
from tunnel_monitor.flows.question import Question, Span
from tunnel_monitor.serve.usage import Meter
from tunnel_monitor.store.duckdb import DuckStore
from tunnel_monitor.store.duckdb_source import DuckSource
from tunnel_monitor.store.levels import HOUR_NS, MINUTE_NS, SECOND_NS

BEGIN_NS = 1_763_800_000 * SECOND_NS // HOUR_NS * HOUR_NS
BYS = {
    "flows": FLOW_COLUMNS,
    "pairs of inner addresses": frozenset({"inner_src", "inner_dst", "vni"}),
    "peers": frozenset({"outer_src"}),
}


def show(name: str, value: float, unit: str) -> None:
    print(f"  {name:52} {value:9.1f} {unit}", flush=True)


def best_ms(step: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        started = time.process_time()  # it has one thread; others may be busy
        step()
        times.append(time.process_time() - started)
    return min(times) * 1e3


def fill(store: DuckStore, flows: int, seconds: int) -> None:
    batch = FlowBatch.of(many(flows))
    cpu, slowest = time.process_time(), 0.0
    for second in range(1, seconds + 1):
        started = time.monotonic()
        store.add(replace(batch, time_ns=BEGIN_NS + second * SECOND_NS + 20_000_000))
        slowest = max(slowest, time.monotonic() - started)
    show("processor time for each drain", (time.process_time() - cpu) / seconds * 1e3, "ms")
    show("the slowest drain, by the clock", slowest * 1e3, "ms")


def ask(source: DuckSource) -> None:
    span = source.span()
    assert span is not None
    hour = Span(span.until_ns - HOUR_NS, span.until_ns)
    for name, by in BYS.items():
        for text in ("", "vni:10001", "rate>1k"):
            question = Question(hour, by, parse(text))
            took = best_ms(partial(source.answer, question))
            show(f"top 20 {name} of the last hour {text}", took, "ms")
    steps = Question(hour, BYS["peers"], limit=12)
    show("12 peers, minute by minute", best_ms(lambda: source.series(steps, MINUTE_NS)), "ms")


def main(flows: int = 10_000, seconds: int = 3700) -> None:
    print(f"{flows} flows in each drain, {seconds} drains")
    meter = Meter()
    before = meter.read().memory_bytes
    with tempfile.TemporaryDirectory(prefix="history-", dir="/var/tmp") as folder:
        file = Path(folder) / "history.duckdb"
        store = DuckStore(str(file), host="here", interval_ns=SECOND_NS)
        fill(store, flows, seconds)
        show("bytes on disk for each raw row", file.stat().st_size / flows / seconds, "B")
        ask(DuckSource(lambda: store))
        show("memory it took", (meter.read().memory_bytes - before) / 1e6, "MB")
        store.close()


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
