"""Rows kept over many drains, their counters growing; each state is a value of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import KEY_WORDS, Rows
from tunnel_monitor.flows.group import MULTIPLIERS, Groups, mix

Times = NDArray[np.int64]  # (n, 2) when a row was there first and last, in ns since 1970


@dataclass(frozen=True, slots=True)
class Table:
    """FLOW rows with unique keys, in the order of their hashes.

    Nothing changes a table: adding makes a new one, so that readers keep theirs while the next
    is made. Adding m rows to n costs one search for each of the m and one copy of the n.

    Args:
        rows: (n,) FLOW.
        times: (n, 2) of each row.
        hashes: (n,) of the rows' keys, ascending.
        multipliers: of the hash; a test chooses worse ones.
    """

    rows: Rows
    times: Times
    hashes: NDArray[np.uint64]
    multipliers: NDArray[np.uint64]

    @classmethod
    def of(
        cls,
        rows: Rows,
        times: Times | int = 0,
        multipliers: NDArray[np.uint64] = MULTIPLIERS,
    ) -> Table:
        """A table of (n,) FLOW rows with unique keys.

        Args:
            rows: these.
            times: of each, or one for all.
            multipliers: as above.
        """
        hashes = mix(columns.words(rows)[:, :KEY_WORDS], multipliers)
        order = np.argsort(hashes)
        if isinstance(times, int):
            times = np.full((len(rows), 2), times, np.int64)
        return cls(columns.take(rows, order), times[order], hashes[order], multipliers)

    def __len__(self) -> int:
        return len(self.rows)

    def added(self, rows: Rows, times: Times | int = 0) -> tuple[Table, Rows]:
        """Add counters to the rows with the same keys, and insert those with new keys.

        Args:
            rows: (m,) FLOW with unique keys.
            times: of each, or one for all.
        Returns:
            The new table, and rows with the keys that are new in it.
        """
        new = Table.of(rows, times, self.multipliers)
        places = np.searchsorted(self.hashes, new.hashes)
        met = np.flatnonzero(places < len(self))
        met = met[self.hashes[places[met]] == new.hashes[met]]
        at = places[met]
        ours = columns.words(self.rows).take(at, axis=0)
        theirs = columns.words(new.rows).take(met, axis=0)
        if not np.array_equal(ours[:, :KEY_WORDS], theirs[:, :KEY_WORDS]):
            return self._added_slowly(new)
        summed, seen = columns.words(self.rows).copy(), self.times.copy()
        summed[at, KEY_WORDS:] = (ours + theirs)[:, KEY_WORDS:]
        seen[at, 1] = np.maximum(seen[at, 1], new.times[met, 1])
        later = Table(columns.of_words(summed), seen, self.hashes, self.multipliers)
        if len(met) == len(new):
            return later, columns.empty()
        fresh = np.ones(len(new), bool)
        fresh[met] = False
        others = new._where(fresh)
        return later._with(others), others.rows

    def _with(self, other: Table) -> Table:
        """This and another without common keys."""
        at = np.searchsorted(self.hashes, other.hashes)
        words = np.insert(columns.words(self.rows), at, columns.words(other.rows), axis=0)
        return Table(
            columns.of_words(words),
            np.insert(self.times, at, other.times, axis=0),
            np.insert(self.hashes, at, other.hashes),
            self.multipliers,
        )

    def _added_slowly(self, new: Table) -> tuple[Table, Rows]:
        """Two keys share a hash: leave it to the grouping, which can tell them apart."""
        both = columns.words(columns.join(self.rows, new.rows))
        groups = Groups.of(both[:, :KEY_WORDS])
        words = both.take(groups.any_row(), axis=0)
        words[:, KEY_WORDS:] = groups.sums(both[:, KEY_WORDS:])
        every = np.concatenate([self.times, new.times])
        times = np.empty((len(groups), 2), np.int64)
        for bound, reduce in ((0, np.minimum), (1, np.maximum)):
            times[:, bound] = reduce.reduceat(every[groups.order, bound], groups.starts)
        known = np.zeros(len(groups), bool)
        known[groups.numbers()[: len(self)]] = True
        rows = columns.of_words(words)
        return Table.of(rows, times, self.multipliers), columns.where(rows, ~known)

    def split(self, keep: int) -> tuple[Table, Table]:
        """The `keep` rows with most bytes, and the others."""
        kept = np.zeros(len(self), bool)
        kept[columns.largest(self.rows, keep)] = True
        return self._where(kept), self._where(~kept)

    def _where(self, mask: NDArray[np.bool_]) -> Table:
        rows = columns.where(self.rows, mask)
        return Table(rows, self.times[mask], self.hashes[mask], self.multipliers)
