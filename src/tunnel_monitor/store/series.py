"""How groups of flows went on, step by step, from tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.flows import columns
from tunnel_monitor.flows.question import Question, Series
from tunnel_monitor.store import select
from tunnel_monitor.store.answers import NOWHERE, Groups, covered, elapsed, groups_of, parts_of
from tunnel_monitor.store.engine import Columns, D, Engine
from tunnel_monitor.store.pieces import Piece
from tunnel_monitor.store.select import COUNTS, SUM


def series(engine: Engine[D], question: Question, step_ns: int) -> Series:
    """The largest groups of the whole span, step by step."""
    parts = parts_of(engine, question.span, step_ns)
    if not parts:
        return _nothing(question)
    elapsed_ns = elapsed(engine, parts, question.filter).get(0, 0)
    largest = replace(question, order="bytes", descending=True, offset=0)
    groups = groups_of(engine, largest, parts, elapsed_ns)
    end = partial(_end_of_step, step_ns=_common_step(parts, step_ns))
    lengths = elapsed(engine, parts, question.filter, end)
    ends = sorted(lengths)
    flows = partial(select.stepped, parts, question.filter, elapsed_ns=elapsed_ns, end=end)
    dialect = engine.dialect()
    everything = engine.run(select.by_step(flows(dialect), dialect), dialect)
    counts = np.zeros((len(groups.rows) + 1, len(ends), len(COUNTS)), np.uint64)
    _place(counts, everything, ends, [len(groups.rows)] * len(everything["end_ns"]))
    if len(groups.rows):
        _place(counts, *_shown(engine, groups, flows, ends))
    counts[-1] -= counts[:-1].sum(axis=0)
    return Series(
        span=covered(parts, question.span),
        ends_ns=np.array(ends, np.int64),
        elapsed_ns=np.array([lengths[end_ns] for end_ns in ends], np.int64),
        rows=groups.rows,
        places=groups.places,
        counts=counts,
        others=groups.other.rows,
    )


def _shown(
    engine: Engine[D], groups: Groups, flows: select.Flows, ends: list[int]
) -> tuple[Columns, list[int], list[int]]:
    """The groups that are told apart: what was found, the steps, and each row's group."""
    known = engine.literals(groups.found, groups.shape.names)
    dialect = engine.dialect()
    statement = select.by_group_and_step(flows(dialect), groups.shape, known, dialect)
    found = engine.run(statement, dialect)
    numbers = {literal: number for number, literal in enumerate(known)}
    which = [numbers[literal] for literal in engine.literals(found, groups.shape.names)]
    return found, ends, which


def _place(
    counts: NDArray[np.uint64], found: Columns, ends: list[int], which: Sequence[int]
) -> None:
    """Put sums where they belong: (k, t, 3) by group, step and counter."""
    steps = np.searchsorted(ends, found["end_ns"])
    for place, name in enumerate(COUNTS):
        counts[list(which), steps, place] = found[f"{SUM}{name}"]


def _common_step(parts: Sequence[Piece], step_ns: int) -> int:
    """The step, rounded up to whole pieces of all levels that are fine enough."""
    widths = [part.level.width_ns for part in parts if part.level.width_ns <= step_ns]
    widest_ns = max([1, *widths])
    return -(-max(step_ns, 1) // widest_ns) * widest_ns


def _end_of_step(part: Piece, step_ns: int) -> str:
    length_ns = max(step_ns, part.level.width_ns)
    return f"time_ns - time_ns % {length_ns} + {length_ns} AS end_ns"


def _nothing(question: Question) -> Series:
    none = np.zeros(0, np.int64)
    counts = np.zeros((1, 0, len(COUNTS)), np.uint64)
    return Series(covered([], question.span), none, none, columns.empty(), NOWHERE, counts, 0)
