"""Many hosts in one database: `python -m bench.fleet [--current] [HOSTS ...]` from the root.

Makes blocks as monitors of many hosts would send them, and sends them to a real server (Debian's
of 2018, or with --current the engine of today): rows and bytes for each host, what a core takes
in, what it is on disk, and how long questions take. docs/scale.md has the results, and what
follows from them.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from bench.wire import processor_seconds
from tests.store import clickhouse
from tests.store.clickhouse import Running
from tests.unit.synthetic import many

from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.filter.parse import parse
from tunnel_monitor.flows.question import Question, Span
from tunnel_monitor.serve.past import reply
from tunnel_monitor.store import clickhouse_schema
from tunnel_monitor.store.clickhouse_http import Server
from tunnel_monitor.store.clickhouse_source import ClickHouseSource
from tunnel_monitor.store.clickhouse_target import Target
from tunnel_monitor.store.delivery import Delivery
from tunnel_monitor.store.fleet_rows import FleetRows, Rows
from tunnel_monitor.store.levels import DAY_NS, Keep
from tunnel_monitor.store.once import Once
from tunnel_monitor.store.spool import Block, Spool

SECOND_NS = 10**9
FLOWS, PEERS, DRAINS = 200, 20, 60  # of each host: flows in a drain, peers, drains of a second
SINK_FLOWS = 10_000
LEVELS = ("raw", "minutes", "hours")


def show(name: str, value: float, unit: str) -> None:
    print(f"  {name:56} {value:12,.1f} {unit}", flush=True)


@dataclass
class Generator:
    """Blocks of one minute, one for each host."""

    folder: Path

    def __post_init__(self) -> None:
        self._begin_ns = time.time_ns() // (60 * SECOND_NS) * 60 * SECOND_NS - 120 * SECOND_NS
        self._rows = Rows(name_of(0), 0, SECOND_NS)
        parts = [self._rows.receipt(self._begin_ns, 0)]
        for second in range(DRAINS):
            batch = FlowBatch.of(many(FLOWS, peers=PEERS, seed=second % 5))
            parts.append(self._rows.of(at(batch, self._begin_ns + second * SECOND_NS), 0))
        self._whole = np.concatenate(parts)
        self._random = np.random.default_rng(1)

    def block(self, host: int) -> Block:
        """A minute of one host, as a file."""
        rows = self._of_host(host)
        file = self.folder / f"{host}" / "0.rows"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(rows.tobytes())
        return Block(file, rows.nbytes, DRAINS, doubtful=False)

    def _of_host(self, host: int) -> FleetRows:
        rows = self._whole.copy()
        rows["host"], rows["run"] = name_of(host).encode(), host + 1
        flows = rows["kind"] == 0
        for name, second in (("outer_src", 16), ("inner_src", 17)):
            addresses = np.zeros((int(flows.sum()), 16), np.uint8)
            addresses[:, 10:12] = 0xFF
            addresses[:, 12:] = (10, second, host >> 8, host & 0xFF)
            if name == "inner_src":
                addresses[:, 13] = rows[name][flows].view(np.uint8).reshape(-1, 16)[:, 15]
            rows[name][flows] = addresses.reshape(-1).view("V16")
        rows["packets"][flows] = self._random.integers(1, 1000, int(flows.sum()))
        rows["bytes"][flows] = rows["packets"][flows] * self._random.integers(60, 1500)
        return rows


def name_of(host: int) -> str:
    return f"host{host:05d}"


def at(batch: FlowBatch, begin_ns: int) -> FlowBatch:
    return replace(batch, time_ns=begin_ns + SECOND_NS, interval_ns=SECOND_NS)


def cost_of_the_sink(folder: Path) -> None:
    """What a monitor pays for each drain."""
    rows, spool = Rows("host00000", 1, SECOND_NS), Spool(folder / "spool", 1, 1 << 40)
    batch = FlowBatch.of(many(SINK_FLOWS))
    size, times = 0, []
    for second in range(20):
        moved = at(batch, second * SECOND_NS)
        started = time.thread_time()
        number = spool.next_number()
        data = rows.of(moved, number).tobytes()
        spool.add(data, receipt=rows.receipt(0, number).tobytes())
        times.append(time.thread_time() - started)
        size = len(data)
    print(f"a monitor, {SINK_FLOWS:,} flows in a drain")
    show("processor time for each drain, disk included", min(times) * 1e3, "ms")
    show("bytes for each flow, as sent", size / SINK_FLOWS, "B")
    spool.close_block()
    spool.close()


def cpu_s(server: Running) -> float:
    assert server.process is not None
    return processor_seconds({server.process.pid})


def fill(target: Target, server: Running, generator: Generator, hosts: range) -> int:
    """Send a minute of each host; how many rows."""
    delivery = Delivery(server.node, target)
    rows, wall, cpu = 0, time.monotonic(), cpu_s(server)
    for host in hosts:
        block = generator.block(host)
        rows += len(generator._whole)
        delivery.send(block)
        block.file.unlink()
    wall, cpu = time.monotonic() - wall, cpu_s(server) - cpu
    show("rows, views included, for each second of a core", rows / max(cpu, 0.01), "rows")
    show("hosts of so many flows that one core takes in", len(hosts) * DRAINS / max(cpu, 0.01), "")
    show("inserted one after the other, in", wall, "s")
    return rows


def on_disk(target: Target, server: Running) -> None:
    """Bytes of a row, at rest."""
    asking = Server(server.node, target)
    for level in LEVELS:
        asking.ask(f"OPTIMIZE TABLE {target.database}.{level} FINAL")
        found = asking.ask(
            "SELECT sum(rows), sum(bytes) FROM system.parts WHERE active "
            f"AND database = '{target.database}' AND table = '{level}' FORMAT TSV"
        )
        rows, size = (int(number) for number in found.split())
        show(f"{level}: rows", rows, "")
        show(f"{level}: bytes on disk for each row", size / rows, "B")


def ask(target: Target) -> None:
    """How long questions about all hosts take, best of three."""
    source = Once(ClickHouseSource(target))
    span = source.span()
    assert span is not None
    minute = Span(span.from_ns, span.until_ns)
    part = Span(span.until_ns - 30 * SECOND_NS, span.until_ns)
    questions: dict[str, Callable[[], object]] = {
        "top 20 pairs of inner addresses, a minute": lambda: source.answer(
            Question(minute, frozenset({"inner_src", "inner_dst"}))
        ),
        "the same of one network": lambda: source.answer(
            Question(minute, frozenset({"inner_src", "inner_dst"}), parse("vni:10001"))
        ),
        "top 20 of 30 seconds, from raw drains": lambda: source.answer(
            Question(part, frozenset({"inner_src", "inner_dst"}))
        ),
        "top 20 of one host's flows": lambda: source.answer(
            Question(minute, filter=parse("host:host00003"))
        ),
        "hosts by bytes": lambda: source.answer(Question(minute, frozenset({"host"}))),
        "12 peers, second by second": lambda: source.series(
            Question(minute, frozenset({"outer_src"}), limit=12), SECOND_NS
        ),
        "loss by pair": lambda: reply(source, "loss", [("from", "-5m")]),
    }
    for name, question in questions.items():
        times = []
        for _ in range(3):
            started = time.monotonic()
            question()
            times.append(time.monotonic() - started)
        show(name, min(times) * 1e3, "ms")


def main(words: list[str]) -> None:
    counts = [int(word) for word in words if word.isdigit()] or [10, 100, 1000]
    start = clickhouse.current if "--current" in words else clickhouse.of_debian
    with tempfile.TemporaryDirectory(prefix="fleet-", dir="/var/tmp") as name:
        folder = Path(name)
        cost_of_the_sink(folder)
        generator = Generator(folder)
        with start(folder) as servers:
            for count in counts:
                target = clickhouse.target_of(servers[0].node, database=f"of_{count}")
                clickhouse_schema.make(target, Keep(DAY_NS, DAY_NS, 9 * DAY_NS), None, print)
                print(f"{count} hosts, {FLOWS} flows in each drain, a minute of drains")
                fill(target, servers[0], generator, range(count))
                on_disk(target, servers[0])
                ask(target)


if __name__ == "__main__":
    main(sys.argv[1:])
