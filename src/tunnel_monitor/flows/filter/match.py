"""Which rows of an array a tree means, for all of them at once."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.flows import columns, labels
from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.flows.filter.tree import (
    Addresses,
    And,
    Compare,
    Everything,
    Node,
    Not,
    Or,
    Range,
    Sign,
    Texts,
    Vnis,
)
from tunnel_monitor.flows.filter.values import expression
from tunnel_monitor.flows.question import Place

Mask = NDArray[np.bool_]

# The number may pass 64 bits, and numpy compares with Python's exactly.
DECIDE: dict[Sign, Callable[[NDArray[np.uint64], int], Mask]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What rows do not say themselves.

    Args:
        elapsed_ns: how long the window is, for rates.
        places: a row's `interface` is a place in them.
    """

    elapsed_ns: int
    places: tuple[Place, ...] = ()


def chosen(rows: Rows, node: Node, setting: Setting) -> Rows:
    """The rows that a filter means; the very same array, if it means them all."""
    return rows if isinstance(node, Everything) else columns.where(rows, mask(rows, node, setting))


def mask(rows: Rows, node: Node, setting: Setting) -> Mask:
    """(n,) which of (n,) FLOW rows a tree means.

    Args:
        rows: as finely as they are known; where the tree `needs_sums`, no key twice.
        node: without names, that is, resolved.
        setting: what it has to know beside the rows.
    """
    match node:
        case Everything():
            return np.ones(len(rows), bool)
        case And(parts):
            return _joined(np.logical_and, rows, parts, setting)
        case Or(parts):
            return _joined(np.logical_or, rows, parts, setting)
        case Not(part):
            return ~mask(rows, part, setting)
        case _:
            return _leaf(rows, node, setting)


def _joined(how: np.ufunc, rows: Rows, parts: Sequence[Node], setting: Setting) -> Mask:
    masks = [mask(rows, part, setting) for part in parts]
    return np.asarray(how.reduce(masks))


def _leaf(rows: Rows, node: Addresses | Vnis | Texts | Compare, setting: Setting) -> Mask:
    match node:
        case Addresses():
            return _addresses(rows, node)
        case Vnis():
            return _vnis(rows, node)
        case Texts():
            return _texts(rows, node, setting)
        case Compare():
            column, sign, value = node.bound(setting.elapsed_ns)
            return DECIDE[sign](rows[column], value)


def _addresses(rows: Rows, node: Addresses) -> Mask:
    firsts, lasts = _disjoint(node.ranges)
    found = np.zeros(len(rows), bool)
    for name in node.columns:
        present = labels.has_address(rows, name)
        if node.absent:
            found |= ~present
        if len(firsts):
            found |= present & _are_between(rows, name, firsts, lasts)
    return found


def _are_between(
    rows: Rows, name: str, firsts: NDArray[np.bytes_], lasts: NDArray[np.bytes_]
) -> Mask:
    """As texts of 16 bytes, addresses compare as numbers do; the zeros numpy cuts off are equal."""
    written = np.ascontiguousarray(columns.address(rows, name)).view("S16").reshape(-1)
    places = np.searchsorted(firsts, written, "right") - 1
    return np.asarray((places >= 0) & (written <= lasts[places]))


def _disjoint(ranges: Sequence[Range]) -> tuple[NDArray[np.bytes_], NDArray[np.bytes_]]:
    """First and last addresses of ranges that do not overlap, in order."""
    merged: list[tuple[bytes, bytes]] = []
    for one in sorted(ranges, key=lambda one: one.first):
        if merged and one.first <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], one.last)
        else:
            merged.append((one.first, one.last))
    firsts, lasts = zip(*merged, strict=True) if merged else ((), ())
    return np.array(firsts, "S16"), np.array(lasts, "S16")


def _vnis(rows: Rows, node: Vnis) -> Mask:
    present = columns.has_vni(rows)
    numbers = rows["vni"]
    inside = [(numbers >= first) & (numbers <= last) for first, last in node.ranges]
    listed = np.logical_or.reduce(inside) if inside else np.zeros(len(rows), bool)
    return np.where(present, listed, node.absent)


def _texts(rows: Rows, node: Texts, setting: Setting) -> Mask:
    """Each different text is looked at once."""
    words, numbers = labels.words(rows, node.column, setting.places)
    expressions = [expression(pattern) for pattern in node.patterns]
    fitting = [any(one.fullmatch(word) for one in expressions) for word in words]
    return np.asarray(np.array(fitting, bool)[numbers])
