"""Numbers for keys, equal ones alike, in the order in which they come; by native/number.h."""

from __future__ import annotations

import ctypes
import secrets
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.capture.native import library
from tunnel_monitor.flows.columns import Words

MOST_KEY_WORDS: Final = 16
NO_NUMBER: Final = 0xFFFFFFFF
FEWEST_SLOTS: Final = 64

Numbers = NDArray[np.uint32]

# Drawn anew in each process: addresses are chosen by whoever sends, and fixed numbers would let
# them choose addresses whose hashes collide. Odd, so that no bit of a word is lost.
MULTIPLIERS = np.array([secrets.randbits(64) | 1 for _ in range(MOST_KEY_WORDS)], np.uint64)
EVERYTHING = np.full(MOST_KEY_WORDS, 2**64 - 1, np.uint64)

# While the library can still be read: a monitor becomes nobody before its first drain.
_number_rows, _add_values = library().number_rows, library().add_values


class _Book(ctypes.Structure):
    """struct book."""

    _fields_ = (
        ("rows", ctypes.c_void_p),
        ("firsts", ctypes.c_void_p),
        *((name, ctypes.c_uint64) for name in ("count", "room", "key_words", "sum_words")),
        ("slots", ctypes.c_void_p),
        ("slot_count", ctypes.c_uint64),
        ("multipliers", ctypes.c_void_p),
    )


class _Coming(ctypes.Structure):
    """struct coming."""

    _fields_ = (
        ("rows", ctypes.c_void_p),
        ("places", ctypes.c_void_p),
        *((name, ctypes.c_uint64) for name in ("count", "stride")),
        ("mask", ctypes.c_void_p),
        ("innermost", ctypes.c_uint64),
    )


@dataclass(frozen=True, slots=True)
class Mask:
    """What of a key tells rows apart.

    Args:
        words: at least as many as keys have: bits that count; all others become 0.
        innermost: whether of the path of FLOW only `encap` counts, which lies in its lowest step.
    """

    words: Words
    innermost: bool = False


WHOLE: Final = Mask(EVERYTHING)


@dataclass(slots=True)
class Book:
    """Rows with different keys, and where each key is: in room that is there already.

    Args:
        words: (room, w); the first `count` are rows.
        count: how many there are.
        slots: as `slots_for` has them.
        key_words: of w; the others are added up.
        multipliers: of the hash; a test chooses worse ones.
    """

    words: Words
    count: int
    slots: Numbers
    key_words: int
    multipliers: Words

    def add(self, rows: Words, mask: Mask = WHOLE, places: Numbers | None = None) -> Numbers:
        """Add (n, m) rows to those with equal keys, and put new ones behind them.

        Args:
            rows: m at least w; keys may repeat. May be this book's own words from `count` on.
            mask: what tells them apart.
            places: only these of them come, in this order.
        Returns:
            (n,) the place of each that comes; NO_NUMBER where there is no room for a new one.
        """
        book = _Book(
            self.words.ctypes.data,
            None,
            self.count,
            len(self.words),
            self.key_words,
            self.words.shape[1] - self.key_words,
            self.slots.ctypes.data,
            len(self.slots),
            self.multipliers.ctypes.data,
        )
        numbers = _numbered(book, rows, mask, places)
        self.count = book.count
        return numbers

    def rows(self) -> Words:
        """(count, w): the words, without the room that is left."""
        if self.count < len(self.words):
            self.words.resize((self.count, self.words.shape[1]), refcheck=False)
        return self.words


@dataclass(frozen=True, slots=True)
class Grouped:
    """The groups of an array's rows; their keys stay in its rows.

    Args:
        numbers: (n,) the group of each row; groups are in the order of their first rows.
        firsts: (k,) the place of the first row of each.
        sums: (k, s) what their rows add up to.
    """

    numbers: Numbers
    firsts: Numbers
    sums: Words

    @classmethod
    def of(
        cls,
        rows: Words,
        key_words: int,
        mask: Mask = WHOLE,
        multipliers: Words = MULTIPLIERS,
    ) -> Grouped:
        """Of (n, key_words + s) rows; `mask` is what of a key tells them apart."""
        count, sum_words = len(rows), rows.shape[1] - key_words
        firsts, sums = np.empty(count, np.uint32), np.empty((count, sum_words), np.uint64)
        slots = slots_for(count)
        book = _Book(
            sums.ctypes.data,
            firsts.ctypes.data,
            0,
            count,
            key_words,
            sum_words,
            slots.ctypes.data,
            len(slots),
            multipliers.ctypes.data,
        )
        numbers = _numbered(book, rows, mask)
        return cls(numbers, firsts[: book.count], sums[: book.count])


def _numbered(book: _Book, rows: Words, mask: Mask, places: Numbers | None = None) -> Numbers:
    if rows.strides[1] != rows.itemsize:
        rows = np.ascontiguousarray(rows)
    numbers = np.empty(len(rows) if places is None else len(places), np.uint32)
    coming = _Coming(
        rows.ctypes.data,
        None if places is None else places.ctypes.data,
        len(numbers),
        rows.strides[0] // rows.itemsize,
        mask.words.ctypes.data,
        mask.innermost,
    )
    _number_rows(ctypes.byref(book), ctypes.byref(coming), numbers.ctypes.data)
    return numbers


def book_for(rows: int, width: int, key_words: int, multipliers: Words = MULTIPLIERS) -> Book:
    """An empty book with room for so many rows of `width` words."""
    words = np.empty((rows, width), np.uint64)
    return Book(words, 0, slots_for(rows), key_words, multipliers)


def add_values(
    sums: NDArray[np.uint64], numbers: Numbers, values: NDArray[np.unsignedinteger]
) -> None:
    """Add each of (n,) values, of 32 or 64 bits, to the sum at its number."""
    values = np.ascontiguousarray(values)
    what = values.ctypes.data, values.itemsize, len(values)
    _add_values(numbers.ctypes.data, *what, sums.ctypes.data)


def places_among(keys: Words, others: Words, mask: Mask = WHOLE) -> NDArray[np.intp]:
    """Where each of some keys is among others.

    Args:
        keys: (n, w).
        others: (m, w).
        mask: what of them has to be equal.
    Returns:
        (n,) a place in `others`, any of several; -1 where there is none.
    """
    width = others.shape[1]
    book = book_for(len(others), width, width)
    numbers = book.add(others, mask)
    place_of = np.full(book.count + 1, -1)
    place_of[numbers] = np.arange(len(others))
    book.rows()  # no room for more
    return np.asarray(place_of[np.minimum(book.add(keys, mask), book.count)])


def slots_for(rows: int) -> Numbers:
    """Empty slots: at most half of them are taken by so many rows, and few keys share one."""
    return np.zeros(max(FEWEST_SLOTS, 2 << rows.bit_length()), np.uint32)


def slots_with(
    slots: Numbers, words: Words, known: int, key_words: int, multipliers: Words
) -> Numbers:
    """Slots of all rows of a book that has got longer; those it had are left as they are.

    Args:
        slots: of the rows before.
        words: (n, w) all rows, in memory that nobody else has yet.
        known: how many there were before.
        key_words: as in Book.
        multipliers: likewise.
    """
    wanted = slots_for(len(words))
    if len(wanted) <= len(slots):
        wanted = slots.copy()
    else:
        known = 0
    Book(words, known, wanted, key_words, multipliers).add(words[known:])
    return wanted
