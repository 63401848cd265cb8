"""Rows with equal keys, added up: exact, and without a loop over rows.

Rows are sorted by a hash of their key, so that a key of ten words costs one multiplication a
word and one sort of single numbers. Where two keys share a hash, which random data of a million
rows does once in thirty million drains, the keys themselves are sorted.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass

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
from tunnel_monitor.flows.columns import ADDRESSES, KEY_WORDS, PATH_MASK, SIGNAL_MASK, Rows, Words

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

# Drawn anew in each process: addresses are chosen by whoever sends, and fixed numbers would let
# them choose addresses whose hashes collide. Odd, so that no bit of a word is lost.
MULTIPLIERS = np.array([secrets.randbits(64) | 1 for _ in range(16)], np.uint64)


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
        order: (n,) places of all rows, those of a group next to each other.
        starts: (k,) where in `order` each group begins, ascending.
    """

    order: NDArray[np.intp]
    starts: NDArray[np.intp]

    @classmethod
    def of(cls, keys: Words, multipliers: Words = MULTIPLIERS) -> Groups:
        """Find the groups of (n, w) keys."""
        return cls.of_hashed(keys, mix(keys, multipliers))

    @classmethod
    def of_hashed(cls, keys: Words, hashes: NDArray[np.uint64]) -> Groups:
        """Find the groups of (n, w) keys that have these (n,) hashes."""
        order = np.argsort(hashes)
        hashes = hashes[order]
        same = hashes[1:] == hashes[:-1]
        ordered = keys.take(order, axis=0)
        if not (ordered[1:] == ordered[:-1]).take(np.flatnonzero(same), axis=0).all():
            order = np.lexsort(keys.T)
            same = (keys[order[1:]] == keys[order[:-1]]).all(axis=1)
        starts = np.flatnonzero(~same) + 1
        return cls(order, np.concatenate([np.zeros(min(1, len(keys)), np.intp), starts]))

    def __len__(self) -> int:
        return len(self.starts)

    def any_row(self) -> NDArray[np.intp]:
        """(k,) place of one row of each group, to read its key from."""
        return np.asarray(self.order[self.starts])

    def numbers(self) -> NDArray[np.intp]:
        """(n,) the group's number for each row, in the order of the rows."""
        sizes = np.diff(self.starts, append=len(self.order))
        numbers = np.empty(len(self.order), np.intp)
        numbers[self.order] = np.repeat(np.arange(len(self)), sizes)
        return numbers

    def sums(self, values: Words) -> Words:
        """(k, c) sums of (n, c) values by group."""
        if not len(self):
            return np.zeros((0, values.shape[1]), np.uint64)
        return np.add.reduceat(values.take(self.order, axis=0), self.starts, axis=0)


def group(rows: Rows, by: Collection[str] = FLOW_COLUMNS) -> Rows:
    """Add up rows that agree in the columns of `by`.

    Args:
        rows: (n,) FLOW.
        by: any of FLOW_COLUMNS; `encap` is the innermost of `path`, which implies it.
    Returns:
        (k,) FLOW in no particular order. Columns not in `by` are zero; without `inner_src`
        and `inner_dst` no row has an inner header.
    """
    if len(rows) == 0:
        return columns.empty()
    whole = FLOW_COLUMNS.issubset(by)
    coarse = rows if whole else coarsened(rows, by)
    words = columns.words(coarse)
    hashes = mix(words[:, :KEY_WORDS])
    if whole and _are_distinct(hashes):  # most drains: a flow's packets all come to one CPU
        return coarse
    groups = Groups.of_hashed(words[:, :KEY_WORDS], hashes)
    if len(groups) == len(rows):
        return coarse
    summed = words.take(groups.any_row(), axis=0)
    summed[:, KEY_WORDS:] = groups.sums(words[:, KEY_WORDS:])
    return columns.of_words(summed)


def _are_distinct(hashes: NDArray[np.uint64]) -> bool:
    """Whether none is there twice: to sort them is a tenth of finding their order."""
    ascending = np.sort(hashes)
    return not (ascending[1:] == ascending[:-1]).any()


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
