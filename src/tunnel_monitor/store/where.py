"""A filter's tree as a condition in SQL, alike for both engines but for how they write things."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tunnel_monitor.contract import META_EGRESS, META_HAS_INNER, META_HAS_VNI, Direction, Encap
from tunnel_monitor.flows.filter.tree import (
    Addresses,
    And,
    Compare,
    Everything,
    Node,
    Not,
    Or,
    Texts,
    Vnis,
)
from tunnel_monitor.flows.filter.values import fits
from tunnel_monitor.store.dialect import ALWAYS, NEVER, Dialect, one_of

FEW: Final = 8


def condition(node: Node, dialect: Dialect, elapsed_ns: int) -> str:
    """What a row must fulfil; once a flow's rows are added up where the tree `needs_sums`.

    Args:
        node: without names, that is, resolved.
        dialect: of the engine; takes the values.
        elapsed_ns: how long the window is, for rates.
    """
    match node:
        case Everything():
            return ALWAYS
        case And(parts):
            return _joined(" AND ", [condition(part, dialect, elapsed_ns) for part in parts])
        case Or(parts):
            return _joined(" OR ", [condition(part, dialect, elapsed_ns) for part in parts])
        case Not(part):
            return f"NOT {condition(part, dialect, elapsed_ns)}"
        case _:
            return _leaf(node, dialect, elapsed_ns)


def _leaf(node: Addresses | Vnis | Texts | Compare, dialect: Dialect, elapsed_ns: int) -> str:
    match node:
        case Compare():
            column, sign, value = node.bound(elapsed_ns)
            # Counts have 64 bits; what passes them is more than any.
            return f"({column} {sign} {dialect.number(min(value, 2**64 - 1))})"
        case Addresses():
            return _joined(" OR ", [_address(node, name, dialect) for name in node.columns])
        case Vnis():
            return _vnis(node, dialect)
        case Texts():
            return _texts(node, dialect)


def _joined(by: str, parts: Sequence[str]) -> str:
    return f"({by.join(parts)})" if parts else NEVER


def _address(node: Addresses, column: str, dialect: Dialect) -> str:
    """An inner `::` is an address, where there is an inner header; an outer one is none."""
    is_inner = column.startswith("inner")
    present = _has(META_HAS_INNER) if is_inner else f"NOT {dialect.is_zero(column)}"
    singles = [span.first for span in node.ranges if span.first == span.last]
    spans = [span for span in node.ranges if span.first != span.last or len(singles) < FEW]
    tests = [dialect.is_between(column, span) for span in spans]
    if len(singles) >= FEW:  # looked up instead of tried one by one
        tests.append(dialect.is_one_of(column, singles))
    ranges = _joined(" OR ", tests)
    inside = f"({present} AND {ranges})"
    return f"({inside} OR NOT {present})" if node.absent else inside


def _vnis(node: Vnis, dialect: Dialect) -> str:
    number = dialect.number
    ranges = [f"(vni BETWEEN {number(low)} AND {number(high)})" for low, high in node.ranges]
    inside = f"({_has(META_HAS_VNI)} AND {_joined(' OR ', ranges)})"
    return f"({inside} OR NOT {_has(META_HAS_VNI)})" if node.absent else inside


def _texts(node: Texts, dialect: Dialect) -> str:
    match node.column:
        case "encap":
            return one_of("encap", [one for one in Encap if _fits_any(node, one.label)])
        case "direction":
            return one_of(DIRECTION, [one for one in Direction if _fits_any(node, one.label)])
        case _:
            return _joined(" OR ", [dialect.is_like(node.column, one) for one in node.patterns])


def _fits_any(node: Texts, word: str) -> bool:
    return any(fits(pattern, word) for pattern in node.patterns)


# The bit operators are functions in one engine and signs in the other, division is not; bits
# are tested by what both have.
def _has(bit: int) -> str:
    return f"(meta % {2 * bit} >= {bit})"


DIRECTION: Final = f"(meta % {2 * META_EGRESS})"
