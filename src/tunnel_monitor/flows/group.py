"""Rows with equal keys, added up: exact, and without a loop over rows in Python."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import (
    META_EGRESS,
    META_HAS_INNER,
    META_HAS_VNI,
    META_OUTERMOST,
    META_PATH_SHIFT,
)
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import (
    ADDRESSES,
    KEY_WORDS,
    PATH_MASK,
    ROW_WORDS,
    SIGNAL_MASK,
    STEP,
    Rows,
    Words,
)
from tunnel_monitor.flows.numbering import (
    MULTIPLIERS,
    WHOLE,
    Book,
    Mask,
    Numbers,
    book_for,
    slots_for,
)

# `signal` is beside them: rows of flows have none (signals.py).
TUNNEL = frozenset({"interface", "direction", "path", "encap", "vni", "outer_src", "outer_dst"})
FLOW_COLUMNS = TUNNEL | {"overflow", "inner_src", "inner_dst"}
META_BITS = {
    "direction": META_EGRESS,
    "vni": META_HAS_VNI,
    "inner_src": META_HAS_INNER,
    "inner_dst": META_HAS_INNER,
    "path": PATH_MASK | META_OUTERMOST,
    "signal": SIGNAL_MASK,
}

BLOCK = 1 << 16  # rows to hash at once: what that takes stays in a cache


def mix(keys: Words, multipliers: Words = MULTIPLIERS) -> NDArray[np.uint64]:
    """(n,) hashes of (n, w) keys, w at most 16.

    The upper half of each word is folded into the lower first: an IPv4 address lies in the
    upper half of its word, and a product's low bits never depend on a factor's high ones.
    """
    hashes = np.empty(len(keys), np.uint64)
    for begin in range(0, len(keys), BLOCK):
        block = keys[begin : begin + BLOCK]
        folded = block >> np.uint64(32)
        folded ^= block
        hashes[begin : begin + BLOCK] = folded @ multipliers[: keys.shape[1]]
    return hashes


@dataclass(frozen=True, slots=True)
class Groups:
    """Which rows of an array have equal keys.

    Args:
        numbers: (n,) the group of each row; groups are in the order of their first rows.
        order: (n,) places of all rows, those of a group next to each other.
        starts: (k,) where in `order` each group begins, ascending.
    """

    numbers: Numbers
    order: NDArray[np.intp]
    starts: NDArray[np.intp]

    @classmethod
    def of(cls, keys: Words, multipliers: Words = MULTIPLIERS) -> Groups:
        """Find the groups of (n, w) keys, w at most 16."""
        book = book_for(len(keys), keys.shape[1], keys.shape[1], multipliers)
        numbers = book.add(keys)
        # Sixteen bits are sorted without comparing.
        few = numbers.astype(np.uint16) if book.count <= 1 << 16 else numbers
        sizes = np.bincount(numbers, minlength=book.count)
        return cls(numbers, np.argsort(few, kind="stable"), np.cumsum(sizes) - sizes)

    def __len__(self) -> int:
        return len(self.starts)

    def any_row(self) -> NDArray[np.intp]:
        """(k,) place of one row of each group, to read its key from."""
        return np.asarray(self.order[self.starts])

    def sums(self, values: Words) -> Words:
        """(k, c) sums of (n, c) values by group."""
        if not len(self):
            return np.zeros((0, values.shape[1]), np.uint64)
        return np.add.reduceat(values.take(self.order, axis=0), self.starts, axis=0)


def group(
    rows: Rows,
    by: Collection[str] = FLOW_COLUMNS,
    only: NDArray[np.bool_] | None = None,
) -> Rows:
    """Add up rows that agree in the columns of `by`.

    Args:
        rows: (n,) FLOW.
        by: any of FLOW_COLUMNS; `encap` is the innermost of `path`, which implies it.
        only: (n,) which of the rows; all of them, if it is None.
    Returns:
        (k,) FLOW in the order in which their keys come. Columns not in `by` are zero; without
        `inner_src` and `inner_dst` no row has an inner header.
    """
    if only is None:
        return group_all([rows], by)
    places = np.flatnonzero(only).astype(np.uint32)
    book = book_for(len(places), ROW_WORDS, KEY_WORDS)
    book.add(columns.words(rows), mask_of(frozenset(by)), places)
    return columns.of_words(book.rows())


def group_all(parts: Collection[Rows], by: Collection[str] = FLOW_COLUMNS) -> Rows:
    """The same for the rows of several parts together."""
    count = sum(map(len, parts))
    if not count:  # signals and what found no room, mostly
        return columns.empty()
    mask, book = mask_of(frozenset(by)), book_for(count, ROW_WORDS, KEY_WORDS)
    for rows in parts:
        book.add(columns.words(rows), mask)
    return columns.of_words(book.rows())


def added_up(rows: Rows) -> Rows:
    """(k,) FLOW, no key twice: what (n,) FLOW add up to, in their own memory."""
    words = columns.words(rows)
    book = Book(words, 0, slots_for(len(rows)), KEY_WORDS, MULTIPLIERS)
    book.add(words)
    return rows if book.count == len(rows) else rows[: book.count].copy()


class Sum:
    """Rows added up as they come, in memory of its own: what is there is not written anew.

    Args:
        rows: (n,) FLOW to begin with; they stay as they are.
    """

    def __init__(self, rows: Rows) -> None:
        self._book = book_for(2 * len(rows), ROW_WORDS, KEY_WORDS)
        self.add(rows)

    def add(self, rows: Rows) -> None:
        """Add (m,) FLOW to those with equal keys, and put new ones behind them."""
        count = self._book.count
        if count + len(rows) > len(self._book.words):
            before = self._book.words[:count]
            self._book = book_for(count + 2 * len(rows), ROW_WORDS, KEY_WORDS)
            self._book.add(before)
        self._book.add(columns.words(rows))

    @property
    def rows(self) -> Rows:
        """(k,) FLOW, no key twice; the next to be added changes them."""
        return columns.of_words(self._book.words[: self._book.count])


@cache
def mask_of(by: frozenset[str]) -> Mask:
    """What tells rows apart by some columns; by all of them, nothing is left out."""
    if FLOW_COLUMNS.issubset(by):
        return WHOLE
    bits = columns.empty(1)
    innermost = "encap" in by and "path" not in by
    for name in (*ADDRESSES, "interface", "overflow", "vni"):
        if name in by:
            bits[name].view(np.uint8)[...] = 0xFF
    bits["meta"] = reduce(or_, (META_BITS.get(name, 0) for name in by), 0)
    if innermost:
        bits["meta"] |= STEP << META_PATH_SHIFT
    return Mask(columns.words(bits)[0, :KEY_WORDS].copy(), innermost=innermost)


def coarsened(rows: Rows, by: Collection[str]) -> Rows:
    """A copy in which all columns but those of `by` are zero."""
    coarse = columns.empty(len(rows))
    columns.words(coarse)[:, KEY_WORDS:] = columns.words(rows)[:, KEY_WORDS:]
    for name in ADDRESSES:
        if name in by:
            columns.address(coarse, name)[:] = columns.address(rows, name)
    for name in ("interface", "overflow", "vni"):
        if name in by:
            coarse[name] = rows[name]
    kept = 0
    for name in by:
        kept |= META_BITS.get(name, 0)
    coarse["meta"] = rows["meta"] & kept
    if "encap" in by and "path" not in by:
        coarse["meta"] |= columns.encap(rows) << META_PATH_SHIFT
    return coarse
