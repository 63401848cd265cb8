"""The words of a FLOW row: what they mean, for whole arrays at once.

A row is thirteen words of 64 bits: ten of key, three of counters. Copying, comparing and hashing
words is several times faster in numpy than the same on structured rows.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import (
    FLOW,
    MAX_DEPTH,
    META_EGRESS,
    META_HAS_INNER,
    META_HAS_VNI,
    META_OUTERMOST,
    META_PATH_SHIFT,
    PATH_BITS,
    Signal,
)

Rows: TypeAlias = NDArray[np.void]  # (n,) FLOW
Words: TypeAlias = NDArray[np.uint64]  # (n, w)

ADDRESSES = ("outer_src", "outer_dst", "inner_src", "inner_dst")
ROW_WORDS = FLOW.itemsize // 8
WORD = {name: FLOW.fields[name][1] // 8 for name in (*ADDRESSES, "packets")}  # type: ignore[index]  # FLOW has fields
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


def take(rows: Rows, places: NDArray[np.intp]) -> Rows:
    """A copy of the rows at `places`, in that order."""
    return of_words(words(rows).take(places, axis=0))


def where(rows: Rows, mask: NDArray[np.bool_]) -> Rows:
    """A copy of the rows where `mask` is true."""
    return take(rows, np.flatnonzero(mask))


def join(*parts: Rows) -> Rows:
    """All rows of all parts in a new array."""
    return of_words(np.concatenate([words(part) for part in parts]))


def every(*parts: Rows) -> Rows:
    """All rows of all parts, to be read only: where one part has them all, it is that."""
    filled = [part for part in parts if len(part)]
    return filled[0] if len(filled) == 1 else join(*(filled or parts[:1]))


def largest(rows: Rows, limit: int) -> NDArray[np.intp]:
    """Places of the `limit` rows with most bytes, largest first, equals in their order."""
    places = np.flatnonzero(are_largest(rows, limit))
    return np.asarray(places[np.argsort(~rows["bytes"][places], kind="stable")])


def are_largest(rows: Rows, limit: int) -> NDArray[np.bool_]:
    """(n,) which are the `limit` rows with most bytes; of equals the first."""
    if limit >= len(rows):
        return np.ones(len(rows), bool)
    if limit == 0:
        return np.zeros(len(rows), bool)
    sizes = np.ascontiguousarray(rows["bytes"])
    least = np.partition(sizes, len(rows) - limit)[len(rows) - limit]
    found = np.asarray(sizes > least)
    equals = np.flatnonzero(sizes == least)
    found[equals[: limit - np.count_nonzero(found)]] = True
    return found


def parted(rows: Rows, limit: int) -> tuple[Rows, Rows]:
    """The `limit` largest rows, and the others, both in their order."""
    apart = are_largest(rows, limit)
    return where(rows, apart), where(rows, ~apart)


def counts(rows: Rows) -> tuple[int, int, int]:
    """Sums of packets, bytes and inner bytes."""
    packets, size, inner = words(rows)[:, KEY_WORDS:].sum(axis=0).tolist()
    return packets, size, inner


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
