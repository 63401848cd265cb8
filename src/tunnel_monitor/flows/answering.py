"""An answer from rows in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.flows.filter.match import Setting, chosen
from tunnel_monitor.flows.group import group
from tunnel_monitor.flows.ordering import ordered
from tunnel_monitor.flows.question import HOST, Answer, Place, Question, Span, Sums


def answered(
    rows: Rows, question: Question, span: Span, elapsed_ns: int, places: tuple[Place, ...]
) -> Answer:
    """Filter, group, sort and cut.

    Args:
        rows: (n,) FLOW of the whole span, no key twice.
        question: what is asked.
        span: which the rows are of.
        elapsed_ns: how long drains collected in it.
        places: a row's `interface` is a place in them; all of one host.
    """
    meant = chosen(rows, question.filter, Setting(elapsed_ns, places))
    groups = group(meant, question.by - {HOST})
    kept = kept_apart(places, question.by)
    shown, other = page(groups, question, kept)
    return Answer(span, elapsed_ns, shown, kept, other)


def kept_apart(places: Sequence[Place], by: Collection[str]) -> tuple[Place, ...]:
    """The places of grouped rows, of one host: without `interface`, all rows are at one place."""
    host = places[0].host if places and HOST in by else ""
    if "interface" in by:
        return tuple(Place(host, place.interface) for place in places)
    return (Place(host, ""),)


def page(rows: Rows, question: Question, places: Sequence[Place]) -> tuple[Rows, Sums]:
    """The rows that are asked for, in order, and what all others add up to."""
    end = question.offset + question.limit
    if question.order == "bytes" and question.descending:
        order = columns.largest(rows, end)  # half the work of sorting all
    else:
        order = ordered(rows, question.order, places)
        order = order[::-1] if question.descending else order
    shown = order[question.offset : end]
    left = np.ones(len(rows), bool)
    left[shown] = False
    return columns.take(rows, shown), sums(columns.where(rows, left))


def sums(rows: Rows) -> Sums:
    """What rows add up to."""
    return Sums(len(rows), *columns.counts(rows))
