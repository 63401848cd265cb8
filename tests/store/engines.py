"""The engines that history is kept in, each behind the same few functions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from tests.store.batches import LONG_NS

from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.question import Source
from tunnel_monitor.store.duckdb import DuckStore
from tunnel_monitor.store.duckdb_source import DuckSource
from tunnel_monitor.store.levels import DAY_NS, Keep
from tunnel_monitor.store.opening import IN_MEMORY

HOST = "node1"
LONG = Keep(raw=DAY_NS, minutes=DAY_NS, hours=90 * DAY_NS)


class Kept(Protocol):
    """Something that keeps batches and answers."""

    source: Source

    def keep(self, batches: list[FlowBatch]) -> None:
        """Keep them, and return once answers have them."""


@dataclass
class InFile:
    """A history file, in memory: answers do not depend on where it lies."""

    store: DuckStore
    source: Source

    def keep(self, batches: list[FlowBatch]) -> None:
        for batch in batches:
            self.store.add(batch)


@contextmanager
def in_file(keep: Keep = LONG) -> Iterator[Kept]:
    store = DuckStore(IN_MEMORY, host=HOST, interval_ns=LONG_NS, keep=keep)
    yield InFile(store, DuckSource(lambda: store))
    store.close()


ENGINES = {"duckdb": in_file}
