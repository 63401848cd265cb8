"""SQL as DuckDB has it, over the tables of `schema/history.sql`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from tunnel_monitor.contract import MAX_DEPTH, META_PATH_SHIFT, PATH_BITS, Encap
from tunnel_monitor.flows.filter.tree import Range, Text
from tunnel_monitor.flows.filter.values import fits
from tunnel_monitor.store.dialect import ALWAYS, NEVER, like, one_of
from tunnel_monitor.store.levels import Level
from tunnel_monitor.store.relations import COUNTED, FLOW_KEYS, TALLIED

HALF: Final = 8


class DuckDialect:
    """Writes statements and collects what is bound to them, under names.

    Args:
        interfaces: number -> name of those there are.
        host: whose history it is.
    """

    flow_keys: tuple[str, ...] = FLOW_KEYS
    columns: Mapping[str, str] = {
        "flows": ", ".join((*FLOW_KEYS, *COUNTED)),
        "drains": "covered_ns",
        "ledger": ", ".join(("interface", "direction", "outcome", *TALLIED)),
    }

    def __init__(self, interfaces: Mapping[int, str], host: str) -> None:
        self._interfaces = interfaces
        self._host = host
        self.bound: dict[str, int | str] = {}

    def _bind(self, value: int | str) -> str:
        name = f"p{len(self.bound)}"
        self.bound[name] = value
        return f"${name}"

    def table(self, level: Level, name: str) -> str:
        """As `schema/history.sql` names it."""
        return f"{level.name}_{name}"

    def rows_of(self, name: str) -> str:
        """Each table has only its own."""
        del name
        return ALWAYS

    def number(self, value: int) -> str:
        """A whole number, bound."""
        return self._bind(value)

    def is_between(self, column: str, span: Range) -> str:
        """Both halves, most significant first."""
        high, low = self.address(column)
        first_high, first_low = _halves(span.first)
        last_high, last_low = _halves(span.last)
        if first_high == last_high:
            return (
                f"({high} = {self._bind(first_high)} "
                f"AND {low} BETWEEN {self._bind(first_low)} AND {self._bind(last_low)})"
            )
        first, last = self._bind(first_high), self._bind(last_high)
        return (
            f"(({high} > {first} OR ({high} = {first} AND {low} >= {self._bind(first_low)})) "
            f"AND ({high} < {last} OR ({high} = {last} AND {low} <= {self._bind(last_low)})))"
        )

    def is_one_of(self, column: str, addresses: Sequence[bytes]) -> str:
        """A table of halves, which is hashed."""
        each = (f"({self._bind(high)}, {self._bind(low)})" for high, low in map(_halves, addresses))
        return f"({', '.join(self.address(column))}) IN (VALUES {', '.join(each)})"

    def is_zero(self, column: str) -> str:
        """Both halves are."""
        high, low = self.address(column)
        return f"({high} = 0 AND {low} = 0)"

    def is_like(self, column: Text, pattern: str) -> str:
        """Of interfaces and the host there are few, so they are looked at here."""
        if column == "path":
            return f"({self.path_text('meta')} LIKE {self._bind(like(pattern))} ESCAPE '\\')"
        if column == "host":
            return ALWAYS if fits(pattern, self._host) else NEVER
        return one_of(
            "interface", [n for n, name in self._interfaces.items() if fits(pattern, name)]
        )

    def address(self, column: str) -> tuple[str, ...]:
        """Upper and lower half."""
        return f"{column}_high", f"{column}_low"

    def place(self, by: Collection[str]) -> tuple[str, ...]:
        """There is one host, so its name is added later."""
        return ("interface",) if "interface" in by else ()

    def bits(self, column: str, mask: int) -> str:
        """By the operator."""
        return f"({column} & {mask})"

    def path_text(self, meta: str) -> str:
        """Steps that are 0 are past the end, and `list_extract` finds nothing for them."""
        labels = {one.value: one.label for one in Encap if one is not Encap.NONE}
        names = ", ".join(f"'{labels.get(number, '')}'" for number in range(1, max(labels) + 1))
        steps = (
            f"list_extract([{names}], (({meta} >> {META_PATH_SHIFT + depth * PATH_BITS}) "
            f"& {(1 << PATH_BITS) - 1})::BIGINT)"
            for depth in range(MAX_DEPTH)
        )
        none = f"CASE WHEN {meta} >> {META_PATH_SHIFT} = 0 THEN '{Encap.NONE.label}' END"
        return f"concat_ws('/', {none}, {', '.join(steps)})"

    def place_order(self, column: str) -> list[str]:
        """By the names' ranks."""
        if column == "host" or not self._interfaces:
            return []
        in_order = sorted(self._interfaces, key=lambda number: self._interfaces[number])
        return [
            self.ranked("key_interface", {number: rank for rank, number in enumerate(in_order)})
        ]

    def is_among(self, names: str, known: Sequence[str]) -> str:
        """A list of tuples would be tried one after the other; a table of them is hashed."""
        return f"({names}) IN (VALUES {', '.join(known)})"

    def is_in(self, names: str, statement: str) -> str:
        """A semi-join."""
        return f"({names}) IN ({statement})"

    def ranked(self, expression: str, ranks: Mapping[int, int]) -> str:
        """By cases."""
        cases = " ".join(f"WHEN {number} THEN {rank}" for number, rank in ranks.items())
        return f"CASE {expression} {cases} END"

    def sum(self, column: str) -> str:
        """Sums are of 128 bits, and come out as fractions unless cut."""
        return f"coalesce(sum({column}), 0)::UBIGINT"


def _halves(address: bytes) -> tuple[int, int]:
    return int.from_bytes(address[:HALF]), int.from_bytes(address[HALF:])
