"""The last quarter of an hour, or a whole capture, to be asked about as a store is.

The newest minute is kept second by second, what is older in slices of ten seconds. Of each slice
the largest flows are kept apart and the others by tunnel (`folding.py`), so all sums are exact.
A shorter interval's drains share a second; a longer one's have slices of their own. Of a capture
each drain has a slice, and none is forgotten.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import DIRECTIONS, OUTCOMES
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.answering import answered, kept_apart, largest_groups
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.columns import KEY_WORDS, Rows
from tunnel_monitor.flows.filter.match import Setting, mask
from tunnel_monitor.flows.filter.tree import Node
from tunnel_monitor.flows.folding import bounded, folded
from tunnel_monitor.flows.group import Groups
from tunnel_monitor.flows.keybook import KeyBook
from tunnel_monitor.flows.numbering import Numbers
from tunnel_monitor.flows.question import (
    HOST,
    Answer,
    Books,
    Place,
    Question,
    Series,
    Span,
    begin_ns,
)
from tunnel_monitor.flows.slices import Slice, ledgers, summed, sums_by
from tunnel_monitor.flows.table import Times
from tunnel_monitor.layout import TALLY

SECOND_NS = 10**9
SPAN_S = 900
FINE_SPAN_S = 60
FINE_S, COARSE_S = 1, 10
BACKWARDS_S = 60  # a clock set back by more begins a new history


@dataclass(frozen=True, slots=True)
class Room:
    """How much is kept: 16 bytes for each row, 92 for each key.

    Args:
        fine: rows of a slice of the newest minute.
        coarse: rows of an older one.
        keys: different ones in all slices together.
    """

    fine: int = 5000
    coarse: int = 2500
    keys: int = 40_000


OF_CAPTURES = Room(fine=2000)  # there are 900 slices at most, all of them fine


@dataclass(frozen=True, slots=True)
class Recent:
    """A source for the last minutes. A value: adding a batch makes the next one.

    Args:
        places: of the interfaces, in the order of every batch.
        interval_ns: between two drains.
        room: how much is kept.
        whole: each drain has a slice of its own, and none becomes too old.
        book: the keys of all slices.
        slices: oldest first.
    """

    places: tuple[Place, ...]
    interval_ns: int
    room: Room
    whole: bool
    book: KeyBook
    slices: tuple[Slice, ...]

    @classmethod
    def nothing(
        cls,
        places: tuple[Place, ...],
        interval_s: float,
        room: Room | None = None,
        *,
        whole: bool = False,
    ) -> Recent:
        """Before the first drain."""
        room = room or (OF_CAPTURES if whole else Room())
        return cls(places, round(interval_s * SECOND_NS), room, whole, KeyBook.empty(), ())

    def added(self, batch: FlowBatch) -> Recent:
        """Add one drain, and forget what is too old."""
        begin = begin_ns(batch.time_ns, batch.interval_ns, self.interval_ns)
        if self.slices and begin < self.slices[-1].span.from_ns - BACKWARDS_S * SECOND_NS:
            return replace(self, book=KeyBook.empty(), slices=()).added(batch)
        rows = bounded(columns.every(batch.flows, batch.tunnels), self.room.fine)
        book, numbers = self.book.numbered(rows)
        slot = _slot(begin, self.interval_ns if self.whole else self._width(FINE_S))
        newest = Slice.of(slot, batch.interval_ns, numbers, rows, batch.ledger)
        later = replace(self, book=book, slices=(*self.slices, newest))
        if not self.whole:
            later = later._joined()._aged()._expired()
        return later._bounded()

    def span(self) -> Span | None:
        """All that is kept."""
        if not self.slices:
            return None
        return Span(self.slices[0].span.from_ns, self.slices[-1].span.until_ns)

    def answer(self, question: Question) -> Answer:
        """As in Source. Slices at either end of the span are added up as wholes."""
        slices = self._within(question.span)
        rows, _ = self._rows(slices)
        return answered(
            rows, question, _covered(slices, question.span), _elapsed_ns(slices), self.places
        )

    def series(self, question: Question, step_ns: int) -> Series:
        """As in Source."""
        slices = self._within(question.span)
        rows, numbers = self._rows(slices)
        meant = mask(rows, question.filter, Setting(_elapsed_ns(slices), self.places))
        groups, of_rows, others = _lines_of(
            columns.where(rows, meant), question.by - {HOST}, question.limit
        )
        # Whose line each key belongs to; the last but one is all others, the last is none.
        lines = np.full(len(self.book), len(groups) + 1, np.uint32)
        lines[numbers[meant]] = of_rows
        steps = [list(step) for _, step in groupby(slices, lambda one: one.span.from_ns // step_ns)]
        counts = [_by_line(step, lines, len(groups) + 2)[:-1] for step in steps]
        return Series(
            span=_covered(slices, question.span),
            ends_ns=np.array([step[-1].span.until_ns for step in steps], np.int64),
            elapsed_ns=np.array([_elapsed_ns(step) for step in steps], np.int64),
            rows=groups,
            places=kept_apart(self.places, question.by),
            counts=np.stack(counts, axis=1) if counts else np.zeros((1, 0, 3), np.uint64),
            others=others,
        )

    def ledger(self, span: Span, hosts: Collection[str] = ()) -> Books:
        """As in Source."""
        slices = self._within(span)
        ours = not hosts or any(place.host in hosts for place in self.places)
        shape = (len(self.places), DIRECTIONS, OUTCOMES)
        total = ledgers(slices) if slices and ours else np.zeros(shape, TALLY)
        return Books(_covered(slices, span), _elapsed_ns(slices), self.places, total)

    def times(self, node: Node) -> Times:
        """(n, 2) the slices in which what a filter means was there: begin and end of each."""
        rows, numbers = self._rows(list(self.slices))
        meant = np.zeros(len(self.book), bool)
        meant[numbers] = mask(rows, node, Setting(_elapsed_ns(self.slices), self.places))
        spans = [one.span for one in self.slices if meant[one.numbers].any()]
        return np.array([(span.from_ns, span.until_ns) for span in spans], np.int64).reshape(-1, 2)

    def _width(self, least_s: int) -> int:
        """The shortest slice of at least so many seconds that holds whole intervals."""
        return -(-least_s * SECOND_NS // self.interval_ns) * self.interval_ns

    def _within(self, span: Span) -> list[Slice]:
        return [
            one
            for one in self.slices
            if one.span.from_ns < span.until_ns and one.span.until_ns > span.from_ns
        ]

    def _rows(self, slices: list[Slice]) -> tuple[Rows, NDArray[np.intp]]:
        """(n,) FLOW of all keys that slices have, and (n,) their numbers."""
        numbers, counts = summed(slices, len(self.book))
        return self.book.rows(numbers, counts), numbers

    def _joined(self) -> Recent:
        """Join the newest slice with the one before, if it is of the same second or an earlier."""
        before = self.slices[-2:-1]
        if not before or before[0].span.from_ns < self.slices[-1].span.from_ns:
            return self
        return self._merged(len(self.slices) - 2, len(self.slices), before[0].span, self.room.fine)

    def _aged(self) -> Recent:
        """Make one coarse slice of the fine ones of a slot that is no longer new as a whole."""
        fine, coarse = self._width(FINE_S), self._width(COARSE_S)
        if fine == coarse:
            return self
        first = next(place for place, one in enumerate(self.slices) if one.span.length_ns == fine)
        slot = _slot(self.slices[first].span.from_ns, coarse)
        if slot.until_ns > self.slices[-1].span.until_ns - FINE_SPAN_S * SECOND_NS:
            return self
        end = next(
            place for place, one in enumerate(self.slices) if one.span.from_ns >= slot.until_ns
        )
        return self._merged(first, end, slot, self.room.coarse)._aged()

    def _merged(self, first: int, end: int, span: Span, most: int) -> Recent:
        """Make one slice of those from `first` on and before `end`."""
        slices = self.slices[first:end]
        rows = bounded(self._rows(list(slices))[0], most)
        book, numbers = self.book.numbered(rows)
        one = Slice.of(span, _elapsed_ns(slices), numbers, rows, ledgers(slices))
        return replace(self, book=book, slices=(*self.slices[:first], one, *self.slices[end:]))

    def _expired(self) -> Recent:
        oldest_ns = self.slices[-1].span.until_ns - SPAN_S * SECOND_NS
        kept = tuple(one for one in self.slices if one.span.until_ns > oldest_ns)
        return self if len(kept) == len(self.slices) else replace(self, slices=kept)

    def _bounded(self) -> Recent:
        """When the book is full, take out the keys that no slice has, and fold the smallest."""
        if len(self.book) <= self.room.keys:
            return self
        rows, numbers = self._rows(list(self.slices))
        groups = Groups.of(columns.words(rows)[:, :KEY_WORDS])
        for _ in range(2):  # flows into tunnels, tunnels into remainders
            if len(groups) <= self.room.keys * 3 // 4:
                break
            rows = folded(rows, self.room.keys // 2)
            groups = Groups.of(columns.words(rows)[:, :KEY_WORDS])
        book = KeyBook.of(columns.words(rows)[groups.any_row(), :KEY_WORDS])
        renumbered = np.zeros(len(self.book), np.uint32)
        renumbered[numbers] = groups.numbers
        slices = tuple(one.renumbered(renumbered, len(book)) for one in self.slices)
        return replace(self, book=book, slices=slices)


def _slot(begin: int, width_ns: int) -> Span:
    first = begin // width_ns * width_ns
    return Span(first, first + width_ns)


def _elapsed_ns(slices: Iterable[Slice]) -> int:
    return sum(one.elapsed_ns for one in slices)


def _covered(slices: list[Slice], asked: Span) -> Span:
    """What the slices span; nothing, where there are none."""
    if not slices:
        return Span(asked.from_ns, asked.from_ns)
    return Span(slices[0].span.from_ns, slices[-1].span.until_ns)


def _lines_of(rows: Rows, by: Collection[str], limit: int) -> tuple[Rows, NDArray[np.intp], int]:
    """The largest groups, the place of each row's group among them, and how many others are.

    The place of all others is behind the last.
    """
    found, groups, largest = largest_groups(rows, by, limit)
    places = np.full(len(groups.sums), len(largest))
    places[largest] = np.arange(len(largest))
    return found, places[groups.numbers], len(groups.sums) - len(largest)


def _by_line(slices: list[Slice], lines: Numbers, size: int) -> NDArray[np.uint64]:
    """(size, 3) counts of each line; `lines` is that of each key."""
    counts = np.zeros((size, 3), np.uint64)
    for one in slices:
        of_rows = lines[one.numbers]
        for place, count in enumerate(one.counts):
            counts[:, place] += sums_by(of_rows, count, size)
    return counts
