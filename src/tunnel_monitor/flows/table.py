"""Rows kept over many drains, their counters growing; each state is a value of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import KEY_WORDS, ROW_WORDS, Rows, Words
from tunnel_monitor.flows.keybook import KeyBook
from tunnel_monitor.flows.numbering import MULTIPLIERS, add_values

Times = NDArray[np.int64]  # (n, 2) when a row was there first and last, in ns since 1970


@dataclass(frozen=True, slots=True)
class Table:
    """FLOW rows with unique keys, in the order in which they came.

    Nothing changes a table: adding makes a new one, so that readers keep theirs while the next
    is made. They share their keys, as long as no new ones come.

    Args:
        book: the keys.
        counts: (3, n) packets, bytes and inner bytes of each.
        first: (n,) when each was there first, in ns since 1970.
        last: (n,) and last.
    """

    book: KeyBook
    counts: Words
    first: NDArray[np.int64]
    last: NDArray[np.int64]

    @classmethod
    def of(cls, rows: Rows, times: Times | int = 0, multipliers: Words = MULTIPLIERS) -> Table:
        """A table of (n,) FLOW rows with unique keys.

        Args:
            rows: these.
            times: of each, or one for all.
            multipliers: of the keys' hashes; a test chooses worse ones.
        """
        no_counts, never = np.zeros((ROW_WORDS - KEY_WORDS, 0), np.uint64), np.zeros(0, np.int64)
        return cls(KeyBook.empty(multipliers), no_counts, never, never).added(rows, times)[0]

    def __len__(self) -> int:
        return len(self.book)

    @property
    def rows(self) -> Rows:
        """(n,) FLOW, put together anew."""
        return self.book.rows(np.arange(len(self)), self.counts.T)

    @property
    def times(self) -> Times:
        """(n, 2) of each row."""
        return np.column_stack([self.first, self.last])

    def added(self, rows: Rows, times: Times | int = 0) -> tuple[Table, Rows]:
        """Add counters to the rows with the same keys, and append those with new keys.

        Args:
            rows: (m,) FLOW with unique keys.
            times: of each, or one for all.
        Returns:
            The new table, and rows with the keys that are new in it.
        """
        if not len(rows):
            return self, columns.empty()
        known = len(self)
        book, numbers = self.book.numbered(rows)
        new = np.flatnonzero(numbers >= known)
        seen = np.broadcast_to(np.asarray(times, np.int64), (len(rows), 2))
        counts, last = _longer(self.counts, len(book)), _longer(self.last, len(book))
        for total, more in zip(counts, columns.words(rows)[:, KEY_WORDS:].T, strict=True):
            add_values(total, numbers, more)
        last[numbers] = np.maximum(last[numbers], seen[:, 1])
        first = np.concatenate([self.first, seen[new, 0]]) if len(new) else self.first
        return Table(book, counts, first, last), columns.take(rows, new)

    def split(self, keep: int) -> tuple[Table, Table]:
        """The `keep` rows with most bytes, and the others."""
        kept = columns.are_largest(self.counts[1], keep)
        return self._where(kept), self._where(~kept)

    def _where(self, mask: NDArray[np.bool_]) -> Table:
        places = np.flatnonzero(mask)
        rows = self.book.rows(places, self.counts[:, places].T)
        return Table.of(rows, self.times[mask], self.book.multipliers)


def _longer(values: NDArray[Any], length: int) -> NDArray[Any]:
    """A copy of (..., n) values with zeros behind them."""
    longer = np.zeros((*values.shape[:-1], length), values.dtype)
    longer[..., : values.shape[-1]] = values
    return longer
