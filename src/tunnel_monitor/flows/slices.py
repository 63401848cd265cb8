"""What was counted in a slice of time, by numbers of a book of keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import KEY_WORDS, Rows, Words
from tunnel_monitor.flows.numbering import Numbers, add_values
from tunnel_monitor.flows.question import Span
from tunnel_monitor.layout import TALLY

SMALL = 2**32


@dataclass(frozen=True, slots=True)
class Slice:
    """The drains of one slice of time, added up: 16 bytes a row, if no count passes 32 bits.

    Args:
        span: the slice.
        elapsed_ns: how long its drains collected.
        numbers: (n,) of keys, each once.
        counts: packets, bytes and inner bytes, (n,) each, of 32 bits where that is enough.
        ledger: (interfaces, DIRECTIONS, OUTCOMES) TALLY.
    """

    span: Span
    elapsed_ns: int
    numbers: NDArray[np.uint32]
    counts: tuple[NDArray[np.unsignedinteger], ...]  # of 32 or 64 bits
    ledger: NDArray[np.void]

    @classmethod
    def of(
        cls,
        span: Span,
        elapsed_ns: int,
        numbers: NDArray[np.uint32],
        rows: Rows,
        ledger: NDArray[np.void],
    ) -> Slice:
        """A slice of (n,) FLOW with the given numbers of their keys."""
        counts = columns.words(rows)[:, KEY_WORDS:].T
        return cls(span, elapsed_ns, numbers, tuple(map(_narrow, counts)), ledger)

    def renumbered(self, numbers: NDArray[np.uint32], size: int) -> Slice:
        """The slice by another book.

        Args:
            numbers: old number -> new number; several may become one.
            size: of the new book.
        """
        ours = numbers[self.numbers]
        used = np.zeros(size, bool)
        used[ours] = True
        found = np.flatnonzero(used).astype(np.uint32)
        sums = (sums_by(ours, count, size)[found] for count in self.counts)
        return replace(self, numbers=found, counts=tuple(map(_narrow, sums)))


def _narrow(counts: NDArray[np.uint64]) -> NDArray[np.unsignedinteger]:
    fits = not len(counts) or int(counts.max()) < SMALL
    return counts.astype(np.uint32) if fits else np.ascontiguousarray(counts)


def sums_by(numbers: Numbers, values: NDArray[np.unsignedinteger], size: int) -> NDArray[np.uint64]:
    """(size,) sums of (n,) values by their numbers below `size`."""
    sums = np.zeros(size, np.uint64)
    add_values(sums, numbers, values)
    return sums


def summed(slices: Sequence[Slice], size: int) -> tuple[NDArray[np.intp], Words]:
    """The numbers of which slices have anything, and (n, 3) what each adds up to in all of them.

    Args:
        slices: any.
        size: of their book.
    """
    sums = np.zeros((3, size), np.uint64)
    for one in slices:  # all at once would need more memory than a cache has
        for total, count in zip(sums, one.counts, strict=True):
            add_values(total, one.numbers, count)
    found = np.flatnonzero(np.bitwise_or.reduce(sums))
    return found, np.column_stack([total[found] for total in sums])


def ledgers(slices: Sequence[Slice]) -> NDArray[np.void]:
    """The sum of the ledgers of one slice or more."""
    words = sum(one.ledger.view(np.uint64) for one in slices)
    total: NDArray[np.void] = np.asarray(words).view(TALLY)
    return total
