"""A process of its own that keeps batches until it is killed, telling each that it has kept."""

from __future__ import annotations

import sys

from tests.store.batches import LONG_NS, batches

from tunnel_monitor.store.duckdb import DuckStore

MOST = 10_000


def main() -> None:
    store = DuckStore(sys.argv[1], host="node1", interval_ns=LONG_NS)
    for number, batch in enumerate(batches(range(1, MOST)), 1):
        store.add(batch)
        print(number, flush=True)


if __name__ == "__main__":
    main()
