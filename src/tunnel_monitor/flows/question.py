"""Questions about a stretch of time, and what answers them: memory, a file, a database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.flows.filter.tree import EVERYTHING, Node
from tunnel_monitor.flows.group import FLOW_COLUMNS

HOST = "host"
COLUMNS = FLOW_COLUMNS | {HOST}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, in nanoseconds since 1970.

    A drain belongs to it as a whole, if its interval begins in it: the interval as it was meant
    (`begin_ns`), since drains are a few milliseconds late.

    Args:
        from_ns: where it begins.
        until_ns: its end, not included.
    """

    from_ns: int
    until_ns: int

    @property
    def length_ns(self) -> int:
        """How long it is."""
        return self.until_ns - self.from_ns

    @property
    def before(self) -> Span:
        """The stretch of the same length right before."""
        return Span(self.from_ns - self.length_ns, self.from_ns)


def begin_ns(time_ns: int, elapsed_ns: int, interval_ns: int) -> int:
    """When a drain's interval began, as it was meant.

    Drains are taken at whole multiples of the interval, a few milliseconds late, or one early:
    what began at 11:59:59.999 belongs to noon.

    Args:
        time_ns: when it was taken.
        elapsed_ns: how long it truly collected.
        interval_ns: as set, between two drains.
    """
    return (time_ns - elapsed_ns + interval_ns // 2) // interval_ns * interval_ns


@dataclass(frozen=True, slots=True)
class Question:
    """Who sent how much to whom, in a stretch of time.

    Args:
        span: the stretch.
        by: which of COLUMNS to keep apart.
        filter: only these flows; without names, that is, resolved.
        order: which of COLUMNS or of the counts to sort by.
        descending: largest first.
        limit: how many rows to tell.
        offset: how many to leave out before them.
    """

    span: Span
    by: frozenset[str] = FLOW_COLUMNS
    filter: Node = EVERYTHING
    order: str = "bytes"
    descending: bool = True
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Sums:
    """What some rows add up to."""

    rows: int
    packets: int
    bytes: int
    inner_bytes: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row was counted. A part that was not kept apart is empty."""

    host: str
    interface: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Groups of flows. The rows and `other` are together all that the filter means.

    Args:
        span: what was truly added up: whole drains, minutes or hours.
        elapsed_ns: how long drains collected in it, for rates; less than its length where
            nobody watched. Over several hosts, that of the one that watched longest.
        rows: (k,) FLOW as `flows.group` makes it, k <= limit, in order.
        places: a row's `interface` is a place in them.
        other: all groups before `offset` and behind `limit`.
    """

    span: Span
    elapsed_ns: int
    rows: Rows
    places: tuple[Place, ...]
    other: Sums


@dataclass(frozen=True, slots=True)
class Series:
    """How groups of flows went on over time.

    Args:
        span: what was truly added up.
        ends_ns: (t,) when each step ends, ascending. Steps may differ in length, and one in
            which nobody watched may be missing.
        elapsed_ns: (t,) how long drains collected in each, for rates.
        rows: (k,) FLOW, the groups, with their counts over the whole span.
        places: as in Answer.
        counts: (k + 1, t, 3) packets, bytes and inner bytes of each; the last is all others.
        others: how many groups those are.
    """

    span: Span
    ends_ns: NDArray[np.int64]
    elapsed_ns: NDArray[np.int64]
    rows: Rows
    places: tuple[Place, ...]
    counts: NDArray[np.uint64]
    others: int


@dataclass(frozen=True, slots=True)
class Books:
    """Where every packet of a stretch of time went.

    Args:
        span: what was truly added up, the same as for a question.
        elapsed_ns: likewise.
        places: whose ledgers.
        ledger: (places, DIRECTIONS, OUTCOMES) TALLY.
    """

    span: Span
    elapsed_ns: int
    places: tuple[Place, ...]
    ledger: NDArray[np.void]


class Source(Protocol):
    """What answers. Its methods may take a while, and are called from several threads at once."""

    def span(self) -> Span | None:
        """The stretch that can be asked about; None where there is nothing yet."""

    def answer(self, question: Question) -> Answer:
        """Add up, group, sort and cut."""

    def series(self, question: Question, step_ns: int) -> Series:
        """The largest groups of the whole span, step by step.

        Args:
            question: `limit` is how many groups; `order` and `offset` do not matter.
            step_ns: how long a step should be; where only coarser ones are left, it is longer.
        """

    def ledger(self, span: Span, hosts: Collection[str] = ()) -> Books:
        """Where every packet went.

        Args:
            span: the stretch.
            hosts: only of these; of all, if there are none.
        """
