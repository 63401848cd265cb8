"""One block into the database, exactly once, whatever happens on the way.

A block is one insert into one table, and there as a whole or not at all; views add it up into
the other levels. When a server does not answer, nobody knows whether it has the block, or
whether a view failed in the middle. So each block begins with a receipt, a row that comes along
into every level. After such a failure the sender waits until nothing of the attempt can still
be under way, then looks for the receipts: without one in the raw level the block is sent again;
where only a coarser level lacks it, that level is filled from the raw rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tunnel_monitor.store import clickhouse_native, fleet_rows
from tunnel_monitor.store.clickhouse_dialect import RECEIPT, text
from tunnel_monitor.store.clickhouse_http import Server, Unsure
from tunnel_monitor.store.clickhouse_schema import ROLLED_UP, Abilities, Plan
from tunnel_monitor.store.clickhouse_target import Node, Target
from tunnel_monitor.store.fleet_rows import BLOCKS_A_RECEIPT, COLUMNS
from tunnel_monitor.store.levels import RAW, Keep, Level
from tunnel_monitor.store.spool import Block

# A server gives up after so many seconds, so that an attempt does not outlive the wait for it.
LIMIT: Final = {"max_execution_time": "10", "max_insert_block_size": "10000000"}
GATHERED: Final = {"async_insert": "1", "wait_for_async_insert": "1"}


@dataclass(frozen=True, slots=True)
class Label:
    """What a block says of itself, in its first row."""

    host: bytes
    run: int
    number: int
    first_ns: int
    last_ns: int

    @classmethod
    def of(cls, block: Block) -> Label:
        """Read it."""
        rows = fleet_rows.read(block.file.read_bytes())
        times = rows["time_ns"]
        first = rows[0]
        return cls(
            bytes(first["host"]),
            int(first["run"]),
            int(first["block"]),
            int(first["time_ns"]),
            int(np.max(times)),
        )

    def condition(self, from_ns: int, until_ns: int) -> str:
        """Rows of this host and run, in the order of the tables' index."""
        return (
            f"time_ns >= {from_ns} AND time_ns <= {until_ns} "
            f"AND host = {text(self.host)} AND run = {self.run}"
        )


class Delivery:
    """Sends to one server.

    Args:
        node: the server.
        target: whose database it has.
    """

    def __init__(self, node: Node, target: Target) -> None:
        self._server = Server(node, target, LIMIT)
        self._target = target
        self._known: tuple[Abilities, Plan] | None = None
        self._attempts = 0

    def send(self, block: Block) -> None:
        """Send a block that is not there yet.

        Raises:
            Unsent: it was not sent.
            Unsure: nobody knows.
        """
        abilities, plan = self._found_out()
        self._attempts += 1
        # Servers without it run an insert alone, and tell by its name whether it still runs.
        how = GATHERED if abilities.asynchronous else {"query_id": self._name(block)}
        table = f"{plan.database}.raw{plan.local}"
        statement = f"INSERT INTO {table} ({', '.join(COLUMNS)}) FORMAT RowBinary"
        self._server.insert(statement, block.file, how)

    def settle(self, block: Block) -> bool:
        """Whether a block is there; if it is, in all levels from then on.

        Raises:
            StoreFailed: that cannot be found out now.
        """
        abilities, plan = self._found_out()
        label = Label.of(block)
        if not abilities.asynchronous and self._still_runs(block):
            raise Unsure(f"cannot use the store {self._target}: it still works on a block")
        if not self._has(plan, RAW, label):
            return False
        for level in ROLLED_UP:
            if not self._has(plan, level, label):
                self._fill(plan, level, label)
        return True

    def _found_out(self) -> tuple[Abilities, Plan]:
        """What the server can do, and which tables are its own."""
        if self._known is None:
            abilities = Abilities.of(self._server)
            database = self._target.database
            local = self._server.ask(f"EXISTS TABLE {database}.raw_local").strip() == b"1"
            plan = Plan(database, Keep(), "cluster" if local else None, abilities)
            self._known = abilities, plan
        return self._known

    def _name(self, block: Block) -> str:
        return f"tunnel-monitor-{block.file.parent.name}-{block.file.stem}-{self._attempts}"

    def _still_runs(self, block: Block) -> bool:
        like = text(f"tunnel-monitor-{block.file.parent.name}-{block.file.stem}-%")
        count = f"SELECT count() AS running FROM system.processes WHERE query_id LIKE {like}"  # noqa: S608
        return self._numbers(count, "running") > 0

    def _has(self, plan: Plan, level: Level, label: Label) -> bool:
        """Whether a level has the block's receipt."""
        begin_ns = level.floor(label.first_ns)
        group, bit = divmod(label.number, BLOCKS_A_RECEIPT)
        bits = self._numbers(
            f"SELECT sum(bytes) AS bits FROM {plan.database}.{level.name}{plan.local} "  # noqa: S608
            f"WHERE kind = {RECEIPT} AND {label.condition(begin_ns, begin_ns)} AND vni = {group}",
            "bits",
        )
        return bool(bits >> bit & 1)

    def _fill(self, plan: Plan, level: Level, label: Label) -> None:
        """What the level's view should have done."""
        # Old servers take `time_ns` for the level's: the condition holds for either.
        of_block = label.condition(level.floor(label.first_ns), label.last_ns)
        rows = plan.rolled_up(level, f"WHERE {of_block} AND block = {label.number}")
        table = f"{plan.database}.{level.name}{plan.local}"
        self._server.ask(f"INSERT INTO {table} ({', '.join(plan.level_columns)}) {rows}")

    def _numbers(self, statement: str, column: str) -> int:
        found = clickhouse_native.columns(self._server.ask(f"{statement} FORMAT Native"))[column]
        return int(found[0]) if len(found) else 0
