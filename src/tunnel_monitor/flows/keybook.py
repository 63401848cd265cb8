"""Keys of rows, each kept once and known by its number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import KEY_WORDS, ROW_WORDS, Rows, Words
from tunnel_monitor.flows.numbering import (
    MULTIPLIERS,
    NO_NUMBER,
    Book,
    Numbers,
    slots_for,
    slots_with,
)


@dataclass(frozen=True, slots=True)
class KeyBook:
    """A list of keys. Nothing changes it: adding makes a longer one, in which numbers stay.

    Args:
        keys: (n, KEY_WORDS), each once; a key's number is its place.
        slots: where each key is.
        multipliers: of their hashes; a test chooses worse ones.
    """

    keys: Words
    slots: Numbers
    multipliers: Words

    @classmethod
    def empty(cls, multipliers: Words = MULTIPLIERS) -> KeyBook:
        """No keys."""
        return cls(np.zeros((0, KEY_WORDS), np.uint64), slots_for(0), multipliers)

    @classmethod
    def of(cls, keys: Words) -> KeyBook:
        """A book of (n, KEY_WORDS) different keys, numbered as they stand."""
        return cls.empty()._with(keys)

    def __len__(self) -> int:
        return len(self.keys)

    def numbered(self, rows: Rows) -> tuple[KeyBook, Numbers]:
        """The book with the keys of all rows in it, and the number of each row's key.

        Args:
            rows: (m,) FLOW, no key twice.
        """
        theirs = columns.words(rows)[:, :KEY_WORDS]
        numbers = Book(self.keys, len(self), self.slots, KEY_WORDS, self.multipliers).add(theirs)
        new = np.flatnonzero(numbers == NO_NUMBER)
        if not len(new):
            return self, numbers
        numbers[new] = np.arange(len(self), len(self) + len(new))
        return self._with(theirs[new]), numbers

    def _with(self, keys: Words) -> KeyBook:
        """This and keys that are not in it."""
        every = np.concatenate([self.keys, keys])
        slots = slots_with(self.slots, every, len(self), KEY_WORDS, self.multipliers)
        return KeyBook(every, slots, self.multipliers)

    def rows(self, numbers: NDArray[np.intp], counts: Words) -> Rows:
        """(n,) FLOW of (n,) numbers of keys, and (n, 3) packets, bytes and inner bytes of each."""
        words = np.empty((len(numbers), ROW_WORDS), np.uint64)
        words[:, :KEY_WORDS] = self.keys[numbers]
        words[:, KEY_WORDS:] = counts
        return columns.of_words(words)
