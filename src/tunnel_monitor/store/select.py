"""Questions as SQL: which rows, added up by what, in which order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from tunnel_monitor.contract import (
    META_EGRESS,
    META_HAS_INNER,
    META_HAS_VNI,
    META_PATH_SHIFT,
    Direction,
    Encap,
)
from tunnel_monitor.flows.columns import ADDRESSES
from tunnel_monitor.flows.filter.tree import And, Node, Texts, both, leaves, needs_sums
from tunnel_monitor.flows.group import META_BITS
from tunnel_monitor.flows.question import HOST, Question
from tunnel_monitor.layout import COUNTERS, TALLY
from tunnel_monitor.store.dialect import Dialect
from tunnel_monitor.store.pieces import Piece
from tunnel_monitor.store.where import condition

COUNTS: Final = COUNTERS.names or ()
KEY: Final = "key_"  # what is grouped by, told apart from the columns it is made of
SUM: Final = "sum_"
TALLIES: Final = TALLY.names or ()
SITE: Final = (HOST, "interface")

Also: TypeAlias = Callable[[Piece], str]  # one more column, as it is written for a part
Flows: TypeAlias = Callable[[Dialect], str]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a question's groups are told apart by: a name and an expression for each part.

    `key_meta` is always among them, so that there is something to group by.
    """

    parts: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, by: Collection[str], dialect: Dialect) -> Shape:
        """The columns of FLOW, as `flows.group` keeps or clears them."""
        plain = [*dialect.place(by), *(name for name in ("overflow", "vni") if name in by)]
        plain += [part for name in ADDRESSES if name in by for part in dialect.address(name)]
        if "encap" in by:
            plain.append("encap")
        parts = [(f"{KEY}{name}", name) for name in plain]
        return cls(((f"{KEY}meta", _meta(by, dialect)), *parts))

    @property
    def names(self) -> list[str]:
        """Of the grouped columns."""
        return [name for name, _ in self.parts]

    def selected(self) -> str:
        """What stands behind SELECT."""
        return ", ".join(f"{expression} AS {name}" for name, expression in self.parts)


def _meta(by: Collection[str], dialect: Dialect) -> str:
    mask = 0
    for name in by:
        mask |= META_BITS.get(name, 0)
    kept = dialect.bits("meta", mask)
    if "encap" in by and "path" not in by:
        return f"{kept} + encap * {1 << META_PATH_SHIFT}"
    return kept


def found(
    parts: Sequence[Piece], where: Node, dialect: Dialect, elapsed_ns: int, end: Also | None = None
) -> str:
    """The flows of all parts that fulfil what can be judged of a single row.

    Args:
        parts: at least one.
        where: without names.
        dialect: of the engine.
        elapsed_ns: for rates.
        end: writes one more column.
    """
    return _union("flows", parts, where, dialect, elapsed_ns=elapsed_ns, end=end)


def _union(
    table: str,
    parts: Sequence[Piece],
    where: Node,
    dialect: Dialect,
    *,
    elapsed_ns: int = 0,
    end: Also | None = None,
) -> str:
    return " UNION ALL ".join(
        f"SELECT {dialect.columns[table]}{', ' + end(part) if end else ''} "  # noqa: S608  # our own names; values are bound
        f"FROM {dialect.table(part.level, table)} "
        f"WHERE {dialect.rows_of(table)} AND time_ns >= {dialect.number(part.from_ns)} "
        f"AND time_ns < {dialect.number(part.until_ns)} "
        f"AND {condition(where, dialect, elapsed_ns)}"
        for part in parts
    )


def flows(parts: Sequence[Piece], where: Node, dialect: Dialect, elapsed_ns: int) -> str:
    """The flows that a filter means; added up over all parts, where it judges their counts."""
    if not needs_sums(where):
        return found(parts, where, dialect, elapsed_ns)
    keys = ", ".join(dialect.flow_keys)
    rows = found(parts, judged_by_row(where), dialect, elapsed_ns)
    renamed = ", ".join(f"{SUM}{name} AS {name}" for name in COUNTS)
    added = f"SELECT {keys}, {_sums(dialect)} FROM ({rows}) AS parts GROUP BY {keys}"  # noqa: S608
    once = f"SELECT {keys}, {renamed} FROM ({added}) AS added"  # noqa: S608
    return f"SELECT * FROM ({once}) AS once WHERE {condition(where, dialect, elapsed_ns)}"  # noqa: S608


def stepped(
    parts: Sequence[Piece], where: Node, dialect: Dialect, *, elapsed_ns: int, end: Also
) -> str:
    """The same flows, not added up, and when the step of each ends."""
    rows = found(parts, judged_by_row(where), dialect, elapsed_ns, end)
    if not needs_sums(where):
        return rows
    keys = ", ".join(dialect.flow_keys)
    meant = f"SELECT {keys} FROM ({flows(parts, where, dialect, elapsed_ns)}) AS meant"  # noqa: S608
    return f"SELECT * FROM ({rows}) AS every WHERE {dialect.is_in(keys, meant)}"  # noqa: S608


def by_step(flows: str, dialect: Dialect) -> str:
    """What all flows add up to in each step."""
    return f"SELECT end_ns, {_sums(dialect)} FROM ({flows}) AS flows GROUP BY end_ns"  # noqa: S608


def by_group_and_step(flows: str, shape: Shape, known: Sequence[str], dialect: Dialect) -> str:
    """What some groups add up to in each step.

    Args:
        flows: with the end of their step.
        shape: what groups are told apart by.
        known: the groups, as tuples of SQL.
        dialect: of the engine.
    """
    names = ", ".join(shape.names)
    keyed = f"SELECT end_ns, {', '.join(COUNTS)}, {shape.selected()} FROM ({flows}) AS flows"  # noqa: S608
    return (
        f"SELECT end_ns, {names}, {_sums(dialect)} FROM ({keyed}) AS keyed "  # noqa: S608
        f"WHERE {dialect.is_among(names, known)} GROUP BY end_ns, {names}"
    )


def longest(parts: Sequence[Piece], where: Node, dialect: Dialect, end: Also | None) -> str:
    """How long the host that watched longest did so, by step."""
    keys = ", ".join(("end_ns", *dialect.place({HOST})))
    each = _union(
        # Zero, but no constant: old servers make a row of it that other servers do not have.
        *("drains", parts, about_hosts(where), dialect),
        end=end or (lambda _: "time_ns - time_ns AS end_ns"),
    )
    by_host = f"SELECT {keys}, sum(covered_ns) AS length_ns FROM ({each}) AS drains GROUP BY {keys}"  # noqa: S608
    return f"SELECT end_ns, max(length_ns) AS longest_ns FROM ({by_host}) AS hosts GROUP BY end_ns"  # noqa: S608


def ledger(parts: Sequence[Piece], where: Node, dialect: Dialect) -> str:
    """What became of all packets, by host, interface, direction and outcome."""
    site = dialect.place({HOST, "interface"})
    named = ", ".join(f"{name} AS {KEY}{name}" for name in site)
    keys = ", ".join((*(f"{KEY}{name}" for name in site), "direction", "outcome"))
    sums = ", ".join(f"{dialect.sum(name)} AS {SUM}{name}" for name in TALLIES)
    each = _union("ledger", parts, where, dialect)
    return f"SELECT {named}, direction, outcome, {sums} FROM ({each}) AS ledger GROUP BY {keys}"  # noqa: S608


def about_hosts(where: Node) -> Node:
    """What a filter says of the host alone."""
    parts = where.parts if isinstance(where, And) else (where,)
    return both(*(part for part in parts if all(_is_of_host(leaf) for leaf in leaves(part))))


def _is_of_host(leaf: Node) -> bool:
    return isinstance(leaf, Texts) and leaf.column == HOST


def judged_by_row(where: Node) -> Node:
    """What of a filter can be judged before a flow's rows are added up."""
    parts = where.parts if isinstance(where, And) else (where,)
    return both(*(part for part in parts if not needs_sums(part)))


def _sums(dialect: Dialect) -> str:
    return ", ".join(f"{dialect.sum(name)} AS {SUM}{name}" for name in COUNTS)


def grouped(shape: Shape, rows: str, dialect: Dialect) -> str:
    """Groups of flows and what each adds up to."""
    names = ", ".join(shape.names)
    return (
        f"SELECT {shape.selected()}, {_sums(dialect)} "  # noqa: S608
        f"FROM ({rows}) AS flows GROUP BY {names}"
    )


def page(question: Question, shape: Shape, groups: str, dialect: Dialect) -> str:
    """The groups that are asked for, in order."""
    return (
        f"SELECT * FROM ({groups}) AS page ORDER BY {order(question, shape, dialect)} "  # noqa: S608
        f"LIMIT {int(question.limit)} OFFSET {int(question.offset)}"
    )


def totals(groups: str, dialect: Dialect) -> str:
    """How many groups there are, and what all of them add up to."""
    sums = ", ".join(f"{dialect.sum(SUM + name)} AS all_{name}" for name in COUNTS)
    return f"SELECT count(*) AS all_rows, {sums} FROM ({groups}) AS everything"  # noqa: S608


def order(question: Question, shape: Shape, dialect: Dialect) -> str:
    """What stands behind ORDER BY: the column, then bytes, then whatever tells groups apart."""
    way = "DESC" if question.descending else "ASC"
    by = [*_order(question, dialect), f"{SUM}bytes", *shape.names]
    return ", ".join(f"{expression} {way}" for expression in by)


def _order(question: Question, dialect: Dialect) -> list[str]:
    name = question.order
    if name in COUNTS:
        return [f"{SUM}{name}"]
    if name not in question.by:
        return []
    if name in ADDRESSES:
        parts = [f"{KEY}{part}" for part in dialect.address(name)]
        return [*([_has(META_HAS_INNER)] if name.startswith("inner") else []), *parts]
    by_text = {
        "vni": [_has(META_HAS_VNI), f"{KEY}vni"],
        "direction": [_ranked(f"({KEY}meta % {2 * META_EGRESS})", Direction, dialect)],
        "encap": [_ranked(f"{KEY}encap", Encap, dialect)],
        "path": [dialect.path_text(f"{KEY}meta")],
        **{site: dialect.place_order(site) for site in SITE},
    }
    return by_text.get(name, [f"{KEY}{name}"])


def _has(bit: int) -> str:
    return f"({KEY}meta % {2 * bit} >= {bit})"


def _ranked(expression: str, members: Iterable[Encap | Direction], dialect: Dialect) -> str:
    """Numbers of an enumeration in the order of its labels."""
    in_order = sorted(members, key=lambda one: one.label)
    return dialect.ranked(expression, {one.value: rank for rank, one in enumerate(in_order)})
