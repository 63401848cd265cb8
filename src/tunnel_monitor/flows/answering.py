"""An answer from rows in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import KEY_WORDS, WORD, Rows
from tunnel_monitor.flows.filter.match import Setting, chosen
from tunnel_monitor.flows.group import group, mask_of
from tunnel_monitor.flows.numbering import Grouped
from tunnel_monitor.flows.ordering import ordered
from tunnel_monitor.flows.question import HOST, Answer, Place, Question, Span, Sums

BYTES = WORD["bytes"] - KEY_WORDS  # among the counters


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
    kept = kept_apart(places, question.by)
    largest_first = question.order == "bytes" and question.descending
    if largest_first and question.offset + question.limit < len(meant):
        shown, other = largest(meant, question)
    else:
        shown, other = page(group(meant, question.by - {HOST}), question, kept)
    return Answer(span, elapsed_ns, shown, kept, other)


def largest(rows: Rows, question: Question) -> tuple[Rows, Sums]:
    """What `page` tells of groups, those with most bytes first."""
    end = question.offset + question.limit
    found, groups, _ = largest_groups(rows, question.by - {HOST}, end)
    shown = found[question.offset :]
    left = columns.sums(groups.sums) - columns.sums(columns.words(shown)[:, KEY_WORDS:])
    return shown, Sums(len(groups.sums) - len(shown), *left.tolist())


def largest_groups(
    rows: Rows, by: Collection[str], limit: int
) -> tuple[Rows, Grouped, NDArray[np.intp]]:
    """The groups with most bytes, largest first; the others' keys are never written.

    Args:
        rows: (n,) FLOW.
        by: what rows of a group agree in.
        limit: how many there may be.
    Returns:
        (k,) FLOW; all groups; and (k,) which of these they are.
    """
    groups = Grouped.of(columns.words(rows), KEY_WORDS, mask_of(frozenset(by)))
    places = columns.largest_of(groups.sums[:, BYTES], limit)
    found = group(columns.take(rows, groups.firsts[places]), by)
    columns.words(found)[:, KEY_WORDS:] = groups.sums[places]
    return found, groups, places


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
    found = columns.take(rows, shown)
    every, ours = columns.counts(rows), columns.counts(found)
    other = (most - part for most, part in zip(every, ours, strict=True))
    return found, Sums(len(rows) - len(found), *other)


def sums(rows: Rows) -> Sums:
    """What rows add up to."""
    return Sums(len(rows), *columns.counts(rows))
