"""Answers from tables, whichever engine has them (flows/question.py)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tunnel_monitor.contract import DIRECTIONS, OUTCOMES
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.flows.filter.tree import EVERYTHING, Node, Texts
from tunnel_monitor.flows.question import HOST, Answer, Books, Place, Question, Span, Sums
from tunnel_monitor.layout import TALLY
from tunnel_monitor.store import select
from tunnel_monitor.store.engine import Columns, D, Engine
from tunnel_monitor.store.levels import HOURS
from tunnel_monitor.store.pieces import Piece, oldest_ns, pieces
from tunnel_monitor.store.select import COUNTS, KEY, SUM, Shape

NOWHERE: Final = (Place("", ""),)
SITE: Final = frozenset({HOST, "interface"})


def span(engine: Engine[D]) -> Span | None:
    """From the first that is kept to the end of the newest drain."""
    bounds = engine.bounds()
    return Span(oldest_ns(bounds), engine.newest_ns()) if bounds else None


def parts_of(engine: Engine[D], asked: Span, widest_ns: int = HOURS.width_ns) -> list[Piece]:
    """What to read."""
    bounds = engine.bounds()
    until_ns = min(asked.until_ns, engine.newest_ns()) if bounds else 0
    return pieces(asked.from_ns, until_ns, bounds, widest_ns)


def covered(parts: Sequence[Piece], asked: Span) -> Span:
    """The stretch that parts cover; an empty one, where there is nothing."""
    if not parts:
        return Span(asked.from_ns, asked.from_ns)
    return Span(parts[0].from_ns, parts[-1].until_ns)


def elapsed(
    engine: Engine[D], parts: Sequence[Piece], where: Node, end: select.Also | None = None
) -> dict[int, int]:
    """End of a step -> how long drains collected in it, on the host where that was longest.

    Args:
        engine: of the tables.
        parts: what is read; nothing, nothing.
        where: a filter, of which only what it says of hosts counts.
        end: writes when the step of a row ends, as `end_ns`; absent: all is one step, 0.
    """
    if not parts:
        return {}
    dialect = engine.dialect()
    found = engine.run(select.longest(parts, where, dialect, end), dialect)
    pairs = zip(found["end_ns"].tolist(), found["longest_ns"].tolist(), strict=True)
    return {int(end_ns): int(length_ns) for end_ns, length_ns in pairs}


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of a question.

    Args:
        shape: what they are told apart by.
        found: of those asked for, the columns.
        rows: of the same, (k,) FLOW.
        places: a row's `interface` is a place in them.
        other: what all others add up to.
    """

    shape: Shape
    found: Columns
    rows: Rows
    places: tuple[Place, ...]
    other: Sums


def groups_of(
    engine: Engine[D], question: Question, parts: Sequence[Piece], elapsed_ns: int
) -> Groups:
    """Add up, group, sort and cut; at least one part."""
    dialect = engine.dialect()
    shape = Shape.of(question.by, dialect)
    flows = select.flows(parts, question.filter, dialect, elapsed_ns)
    found, totals = engine.both(
        select.grouped(shape, flows, dialect),
        lambda groups: select.page(question, shape, groups, dialect),
        lambda groups: select.totals(groups, dialect),
        dialect,
    )
    rows, places = told(engine, found, question.by)
    whole = [int(totals[f"all_{name}"][0]) for name in ("rows", *COUNTS)]
    shown = (len(rows), *columns.counts(rows))
    other = Sums(*(total - part for total, part in zip(whole, shown, strict=True)))
    return Groups(shape, found, rows, places, other)


def told(engine: Engine[D], found: Columns, by: Collection[str]) -> tuple[Rows, tuple[Place, ...]]:
    """Grouped columns as (n,) FLOW rows, and where they were counted."""
    rows = columns.empty(len(found[f"{KEY}meta"]))
    for name in ("meta", "vni", "overflow"):
        if f"{KEY}{name}" in found:
            rows[name] = found[f"{KEY}{name}"]
    for name in COUNTS:
        rows[name] = found[f"{SUM}{name}"]
    engine.addresses(found, rows)
    rows["interface"], places = engine.places(found, by)
    return rows, places


def answer(engine: Engine[D], question: Question) -> Answer:
    """Who sent how much to whom."""
    parts = parts_of(engine, question.span)
    if not parts:
        nothing = Sums(0, 0, 0, 0)
        return Answer(covered(parts, question.span), 0, columns.empty(), NOWHERE, nothing)
    elapsed_ns = elapsed(engine, parts, question.filter).get(0, 0)
    groups = groups_of(engine, question, parts, elapsed_ns)
    whole = covered(parts, question.span)
    return Answer(whole, elapsed_ns, groups.rows, groups.places, groups.other)


def ledger(engine: Engine[D], asked: Span, hosts: Collection[str]) -> Books:
    """Where every packet went."""
    parts = parts_of(engine, asked)
    if not parts:
        none = np.zeros((0, DIRECTIONS, OUTCOMES), TALLY)
        return Books(covered(parts, asked), 0, (), none)
    where = Texts("host", tuple(host.lower() for host in hosts)) if hosts else EVERYTHING
    dialect = engine.dialect()
    found = engine.run(select.ledger(parts, where, dialect), dialect)
    numbers, places = engine.places(found, SITE)
    rows = np.zeros((len(places), DIRECTIONS, OUTCOMES), TALLY)
    cells = rows[numbers, found["direction"], found["outcome"]]
    for name in TALLY.names or ():
        cells[name] = found[f"{SUM}{name}"]
    rows[numbers, found["direction"], found["outcome"]] = cells
    elapsed_ns = elapsed(engine, parts, where).get(0, 0)
    return Books(covered(parts, asked), elapsed_ns, places, rows)
