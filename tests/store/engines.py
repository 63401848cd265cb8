"""The engines that history is kept in, each behind the same few functions."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.store import clickhouse
from tests.store.batches import LONG_NS
from tests.store.clickhouse import Running

from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.question import Source
from tunnel_monitor.store import clickhouse_schema
from tunnel_monitor.store.clickhouse_source import ClickHouseSource
from tunnel_monitor.store.clickhouse_target import Target
from tunnel_monitor.store.duckdb import DuckStore
from tunnel_monitor.store.duckdb_source import DuckSource
from tunnel_monitor.store.fleet import Fleet
from tunnel_monitor.store.levels import DAY_NS, Keep
from tunnel_monitor.store.opening import IN_MEMORY

HOST = "node1"
DEADLINE_S = 60
# Servers forget by the clock of today, and our batches are of a day in the past.
LONG = Keep(raw=DAY_NS, minutes=20000 * DAY_NS, hours=20000 * DAY_NS)


class Kept(Protocol):
    """Something that keeps batches and answers."""

    source: Source

    def keep(self, batches: list[FlowBatch], host: str = HOST) -> None:
        """Keep them, and return once answers have them."""


@dataclass
class InFile:
    """A history file, in memory: answers do not depend on where it lies."""

    store: DuckStore
    source: Source

    def keep(self, batches: list[FlowBatch], host: str = HOST) -> None:
        assert host == HOST
        for batch in batches:
            self.store.add(batch)


@dataclass
class InDatabase:
    """Servers that know each other, and a folder for what waits."""

    target: Target
    folder: Path
    source: Source

    def keep(self, batches: list[FlowBatch], host: str = HOST) -> None:
        sink = fleet(self.target, self.folder, host=host)
        for batch in batches:
            sink.take(batch)
        sink.finish_block()
        deadline = time.monotonic() + DEADLINE_S
        while sink.waiting_bytes():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        sink.close()


def fleet(
    target: Target,
    folder: Path,
    *,
    host: str = HOST,
    report: Callable[[str], None] = print,
    block_s: float = 600,
    settling_s: float = 0.5,
    most_bytes: int = 1 << 30,
) -> Fleet:
    """A sink with blocks of ten minutes, which are 20 long intervals."""
    return Fleet(
        target,
        host=host,
        interval_ns=LONG_NS,
        folder=folder,
        most_bytes=most_bytes,
        report=report,
        block_s=block_s,
        settling_s=settling_s,
    )


@contextmanager
def in_file() -> Iterator[Kept]:
    store = DuckStore(IN_MEMORY, host=HOST, interval_ns=LONG_NS, keep=LONG)
    yield InFile(store, DuckSource(lambda: store))
    store.close()


def in_database(
    start: Callable[[Path], AbstractContextManager[list[Running]]], cluster: str | None
) -> Callable[[], AbstractContextManager[Kept]]:
    @contextmanager
    def kept() -> Iterator[Kept]:
        with tempfile.TemporaryDirectory(prefix="store-", dir="/tmp") as name:
            folder = Path(name)
            with start(folder) as servers:
                target = clickhouse.target_of(*(server.node for server in servers))
                clickhouse_schema.make(target, LONG, cluster, print)
                yield InDatabase(target, folder / "spool", ClickHouseSource(target))

    return kept


ENGINES: dict[str, Callable[[], AbstractContextManager[Kept]]] = {
    "duckdb": in_file,
    "clickhouse-debian": in_database(clickhouse.of_debian, clickhouse.CLUSTER),
    "clickhouse-current": in_database(clickhouse.current, None),
}
