"""The words of a FLOW row: what they mean, for whole arrays at once.

A row is thirteen words of 64 bits: ten of key, three of counters. Copying, comparing and hashing
words is several times faster in numpy than the same on structured rows.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import (
    MAX_DEPTH,
    META_EGRESS,
    META_HAS_INNER,
    META_HAS_VNI,
    META_OUTERMOST,
    META_PATH_SHIFT,
    PATH_BITS,
    Signal,
)
from tunnel_monitor.layout import FLOW

Rows: TypeAlias = NDArray[np.void]  # (n,) FLOW
Words: TypeAlias = NDArray[np.uint64]  # (n, w)

ADDRESSES = ("outer_src", "outer_dst", "inner_src", "inner_dst")
ROW_WORDS = FLOW.itemsize // 8
WORD = {name: FLOW.fields[name][1] // 8 for name in (*ADDRESSES, "packets", "bytes")}  # type: ignore[index]  # FLOW has fields
KEY_WORDS = WORD["packets"]
STEP, STEPS = (1 << PATH_BITS) - 1, (1 << MAX_DEPTH * PATH_BITS) - 1
PATH_MASK = STEPS << META_PATH_SHIFT
SIGNAL_MASK = sum(signal.bit for signal in Signal)


def empty(count: int = 0) -> Rows:
    """(count,) FLOW rows of zeros."""
    return np.zeros(count, FLOW)


def words(rows: Rows) -> Words:
    """(n, ROW_WORDS): the same memory; writing to it writes to the rows."""
    return rows.view(np.uint64).reshape(len(rows), ROW_WORDS)


def of_words(values: Words) -> Rows:
    """(n,) FLOW: the inverse of `words`, of contiguous (n, ROW_WORDS)."""
    return values.reshape(-1).view(FLOW)


def take(rows: Rows, places: NDArray[np.integer]) -> Rows:
    """A copy of the rows at `places`, in that order."""
    return of_words(words(rows).take(places, axis=0))


def take_before(rows: Rows, places: NDArray[np.intp], others: Rows) -> Rows:
    """A copy of the rows at `places`, and others behind them."""
    values = np.empty((len(places) + len(others), ROW_WORDS), np.uint64)
    # Anything but "clip" would make a copy on the way.
    words(rows).take(places, axis=0, out=values[: len(places)], mode="clip")
    values[len(places) :] = words(others)
    return of_words(values)


def where(rows: Rows, mask: NDArray[np.bool_]) -> Rows:
    """A copy of the rows where `mask` is true."""
    return take(rows, np.flatnonzero(mask))


def only(rows: Rows, mask: NDArray[np.bool_]) -> Rows:
    """The same, to be read only: where `mask` is true for all, it is these rows."""
    return rows if mask.all() else where(rows, mask)


def join(*parts: Rows) -> Rows:
    """All rows of all parts in a new array."""
    return of_words(np.concatenate([words(part) for part in parts]))


def every(*parts: Rows) -> Rows:
    """All rows of all parts, to be read only: where one part has them all, it is that."""
    filled = [part for part in parts if len(part)]
    return filled[0] if len(filled) == 1 else join(*(filled or parts[:1]))


def largest(rows: Rows, limit: int) -> NDArray[np.intp]:
    """Places of the `limit` rows with most bytes, largest first, equals in their order."""
    return largest_of(rows["bytes"], limit)


def largest_of(sizes: NDArray[np.uint64], limit: int) -> NDArray[np.intp]:
    """The same for (n,) sizes."""
    places = np.flatnonzero(are_largest(sizes, limit))
    return np.asarray(places[np.argsort(~sizes[places], kind="stable")])


def are_largest(sizes: NDArray[np.uint64], limit: int) -> NDArray[np.bool_]:
    """(n,) which are the `limit` largest; of equals the first."""
    if limit >= len(sizes):
        return np.ones(len(sizes), bool)
    if limit == 0:
        return np.zeros(len(sizes), bool)
    sizes = np.ascontiguousarray(sizes)
    least = np.partition(sizes, len(sizes) - limit)[len(sizes) - limit]
    found = np.asarray(sizes > least)
    equals = np.flatnonzero(sizes == least)
    found[equals[: limit - np.count_nonzero(found)]] = True
    return found


def parted(rows: Rows, limit: int) -> tuple[Rows, Rows]:
    """The `limit` largest rows, and the others, both in their order."""
    apart = are_largest(rows["bytes"], limit)
    return where(rows, apart), where(rows, ~apart)


def counts(rows: Rows) -> tuple[int, int, int]:
    """Sums of packets, bytes and inner bytes."""
    packets, size, inner = sums(words(rows)[:, KEY_WORDS:]).tolist()
    return packets, size, inner


def sums(values: Words) -> NDArray[np.uint64]:
    """(c,) sums of (n, c) values, which numpy is slow at where c is small: a fifth by columns."""
    return np.array([column.sum() for column in values.T], np.uint64)


def address(rows: Rows, name: str) -> Words:
    """(n, 2) words of one of ADDRESSES; zeros are no address."""
    return words(rows)[:, WORD[name] : WORD[name] + 2]


def direction(rows: Rows) -> NDArray[np.uint32]:
    """(n,) of contract.Direction."""
    return np.asarray(rows["meta"] & META_EGRESS)


def has_vni(rows: Rows) -> NDArray[np.bool_]:
    """(n,) whether `vni` means anything."""
    return np.asarray(rows["meta"] & META_HAS_VNI != 0)


def has_inner(rows: Rows) -> NDArray[np.bool_]:
    """(n,) whether there was an inner IP header; without it the inner addresses are zero."""
    return np.asarray(rows["meta"] & META_HAS_INNER != 0)


def path(rows: Rows) -> NDArray[np.uint32]:
    """(n,) all encapsulations, PATH_BITS each, the outermost lowest."""
    return np.asarray((rows["meta"] & PATH_MASK) >> META_PATH_SHIFT)


def encap(rows: Rows) -> NDArray[np.uint32]:
    """(n,) of contract.Encap: the one to which VNI and outer addresses belong.

    That is the innermost, or the outermost where the record is that one's.
    """
    rest = path(rows)
    rest &= np.where(rows["meta"] & META_OUTERMOST, np.uint32(STEP), np.uint32(STEPS))
    innermost = np.zeros(len(rest), np.uint32)
    while rest.any():
        step = rest & np.uint32(STEP)
        innermost = np.where(step != 0, step, innermost)
        rest = rest >> np.uint32(PATH_BITS)
    return innermost
