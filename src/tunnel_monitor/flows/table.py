"""Rows kept over many drains, their counters growing; each state is a value of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import KEY_WORDS, Rows
from tunnel_monitor.flows.group import MULTIPLIERS, group, mix


@dataclass(frozen=True, slots=True)
class Table:
    """FLOW rows with unique keys, in the order of their hashes.

    Nothing changes a table: adding makes a new one, so that readers keep theirs while the next
    is made. Adding m rows to n costs one search for each of the m and one copy of the n.

    Args:
        rows: (n,) FLOW.
        hashes: (n,) of the rows' keys, ascending.
        multipliers: of the hash; a test chooses worse ones.
    """

    rows: Rows
    hashes: NDArray[np.uint64]
    multipliers: NDArray[np.uint64]

    @classmethod
    def of(cls, rows: Rows, multipliers: NDArray[np.uint64] = MULTIPLIERS) -> Table:
        """A table of (n,) FLOW rows with unique keys."""
        hashes = mix(columns.words(rows)[:, :KEY_WORDS], multipliers)
        order = np.argsort(hashes)
        return cls(columns.take(rows, order), hashes[order], multipliers)

    def __len__(self) -> int:
        return len(self.rows)

    def added(self, rows: Rows) -> tuple[Table, Rows]:
        """Add counters to the rows with the same keys, and insert those with new keys.

        Args:
            rows: (m,) FLOW with unique keys.
        Returns:
            The new table, and rows with the keys that are new in it.
        """
        new = Table.of(rows, self.multipliers)
        places = np.searchsorted(self.hashes, new.hashes)
        inside = np.flatnonzero(places < len(self))
        met = inside[self.hashes[places[inside]] == new.hashes[inside]]
        ours = columns.words(self.rows).take(places[met], axis=0)
        theirs = columns.words(new.rows).take(met, axis=0)
        if not np.array_equal(ours[:, :KEY_WORDS], theirs[:, :KEY_WORDS]):
            return self._added_slowly(rows)
        summed = self.rows.copy()
        columns.words(summed)[places[met], KEY_WORDS:] = (ours + theirs)[:, KEY_WORDS:]
        fresh = np.delete(np.arange(len(new)), met)
        if not len(fresh):
            return Table(summed, self.hashes, self.multipliers), columns.empty()
        inserted = columns.take(new.rows, fresh)
        words = np.insert(columns.words(summed), places[fresh], columns.words(inserted), axis=0)
        hashes = np.insert(self.hashes, places[fresh], new.hashes[fresh])
        return Table(columns.of_words(words), hashes, self.multipliers), inserted

    def _added_slowly(self, rows: Rows) -> tuple[Table, Rows]:
        """Two keys share a hash: leave it to the grouping, which can tell them apart."""
        both = columns.join(self.rows, rows)
        marks = both.copy()
        columns.words(marks)[:, KEY_WORDS:] = 0
        marks["packets"][: len(self)] = 1
        keys = group(marks)
        unmarked = columns.where(keys, keys["packets"] == 0)
        return Table.of(group(both), self.multipliers), unmarked

    def split(self, keep: int) -> tuple[Table, Rows]:
        """The `keep` rows with most bytes, and the others."""
        kept = np.zeros(len(self), bool)
        kept[columns.largest(self.rows, keep)] = True
        table = Table(columns.where(self.rows, kept), self.hashes[kept], self.multipliers)
        return table, columns.where(self.rows, ~kept)
