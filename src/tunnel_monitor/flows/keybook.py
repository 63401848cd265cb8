"""Keys of rows, each kept once and known by its number."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import KEY_WORDS, ROW_WORDS, Rows, Words
from tunnel_monitor.flows.group import MULTIPLIERS, mix


@dataclass(frozen=True, slots=True)
class KeyBook:
    """A list of keys. Nothing changes it: adding makes a longer one, in which numbers stay.

    Args:
        keys: (n, KEY_WORDS), each once; a key's number is its place.
        hashes: (n,) of the keys, ascending.
        numbers: (n,) of the keys, in the order of their hashes.
        multipliers: of the hash, chosen so that no two keys share one.
    """

    keys: Words
    hashes: NDArray[np.uint64]
    numbers: NDArray[np.uint32]
    multipliers: NDArray[np.uint64]

    @classmethod
    def of(cls, keys: Words, multipliers: NDArray[np.uint64] = MULTIPLIERS) -> KeyBook:
        """A book of (n, KEY_WORDS) different keys, numbered as they stand."""
        while True:
            hashes = mix(keys, multipliers)
            order = np.argsort(hashes)
            hashes = hashes[order]
            if not (hashes[1:] == hashes[:-1]).any():
                return cls(keys, hashes, order.astype(np.uint32), multipliers)
            # Two of a million keys share a hash once in thirty million times. Others do then.
            multipliers = np.array([secrets.randbits(64) | 1 for _ in range(16)], np.uint64)

    @classmethod
    def empty(cls) -> KeyBook:
        """No keys."""
        return cls.of(np.zeros((0, KEY_WORDS), np.uint64))

    def __len__(self) -> int:
        return len(self.keys)

    def numbered(self, rows: Rows) -> tuple[KeyBook, NDArray[np.uint32]]:
        """The book with the keys of all rows in it, and the number of each row's key.

        Args:
            rows: (m,) FLOW, no key twice.
        """
        theirs = columns.words(rows)[:, :KEY_WORDS]
        hashes = mix(theirs, self.multipliers)
        places = np.searchsorted(self.hashes, hashes)
        met = places < len(self)
        met[met] = self.hashes[places[met]] == hashes[met]
        known = self.numbers[places[met]]
        ours, met_keys = self.keys.take(known, axis=0), theirs.take(np.flatnonzero(met), axis=0)
        if not np.array_equal(ours, met_keys):
            return self._with_other_hashes().numbered(rows)
        fresh = np.flatnonzero(~met)
        numbers = np.empty(len(rows), np.uint32)
        numbers[met] = known
        numbers[fresh] = np.arange(len(self), len(self) + len(fresh))
        return self._added(theirs[fresh], hashes[fresh], places[fresh]), numbers

    def _added(self, keys: Words, hashes: NDArray[np.uint64], places: NDArray[np.intp]) -> KeyBook:
        if not len(keys):
            return self
        every = np.concatenate([self.keys, keys])
        order = np.argsort(hashes)
        if (hashes[order[1:]] == hashes[order[:-1]]).any():
            return KeyBook.of(every, self.multipliers)
        numbers = (order + len(self)).astype(np.uint32)
        return KeyBook(
            every,
            np.insert(self.hashes, places[order], hashes[order]),
            np.insert(self.numbers, places[order], numbers),
            self.multipliers,
        )

    def _with_other_hashes(self) -> KeyBook:
        multipliers = np.array([secrets.randbits(64) | 1 for _ in range(16)], np.uint64)
        return KeyBook.of(self.keys, multipliers)

    def rows(self, numbers: NDArray[np.intp], counts: Words) -> Rows:
        """(n,) FLOW of (n,) numbers of keys, and (n, 3) packets, bytes and inner bytes of each."""
        words = np.empty((len(numbers), ROW_WORDS), np.uint64)
        words[:, :KEY_WORDS] = self.keys[numbers]
        words[:, KEY_WORDS:] = counts
        return columns.of_words(words)
