"""The tables of a history file, added up in Python."""

from __future__ import annotations

from collections import Counter

from tests.store.batches import Key

from tunnel_monitor.flows.columns import ADDRESSES
from tunnel_monitor.layout import COUNTERS, TALLY
from tunnel_monitor.store.duckdb import DuckStore

EVER = 1 << 62


def flows_in(store: DuckStore, *parts: tuple[str, int, int]) -> Counter[Key]:
    """As `batches.flow_sums`: what levels hold between two times each, together."""
    sums: Counter[Key] = Counter()
    halves = ", ".join(f"{name}_{half}" for name in ADDRESSES for half in ("high", "low"))
    counters = COUNTERS.names or ()
    for level, from_ns, until_ns in parts:
        statement = (
            f"SELECT name, meta, vni, {halves}, {', '.join(counters)} FROM {level}_flows "
            "JOIN interfaces ON interface = number WHERE time_ns >= ? AND time_ns < ?"
        )
        for row in store.cursor().execute(statement, [from_ns, until_ns]).fetchall():
            words = [number.to_bytes(8) for number in row[3:11]]
            addresses = [words[place] + words[place + 1] for place in range(0, 8, 2)]
            for counter, number in zip(counters, row[11:], strict=True):
                sums[*row[:3], *addresses, counter] += number
    return sums


def ledger_in(store: DuckStore, level: str) -> Counter[Key]:
    """As `batches.ledger_sums`: all that a level holds."""
    members = TALLY.names or ()
    statement = (
        f"SELECT name, direction, outcome, {', '.join(members)} FROM {level}_ledger "
        "JOIN interfaces ON interface = number"
    )
    sums: Counter[Key] = Counter()
    for row in store.cursor().execute(statement).fetchall():
        for member, number in zip(members, row[3:], strict=True):
            sums[*row[:3], member] += number
    return sums


def number_in(store: DuckStore, statement: str) -> int:
    """The one number that a statement finds."""
    row = store.cursor().execute(statement).fetchone()
    assert row is not None
    return int(row[0])
