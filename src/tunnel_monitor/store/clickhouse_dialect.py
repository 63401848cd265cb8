"""SQL as ClickHouse has it, old and new, over the tables of `schema/fleet.sql`.

Servers before 2019 bind no parameters, so values are written here: numbers as digits, and all
else as hexadecimal digits inside `unhex`, which no text can break out of.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from tunnel_monitor.contract import MAX_DEPTH, META_PATH_SHIFT, PATH_BITS, Encap
from tunnel_monitor.flows.columns import ADDRESSES
from tunnel_monitor.flows.filter.tree import Range, Text
from tunnel_monitor.store.dialect import like
from tunnel_monitor.store.levels import Level
from tunnel_monitor.store.relations import COUNTED, TALLIED

NAME_BYTES: Final = 16  # of an interface, with the zero at its end (linux/if.h)
FLOW, OVERFLOW, RECEIPT, OUTCOME, DEVICE, DRAIN = range(6)


def text(value: str | bytes) -> str:
    """A text, bound."""
    packed = value.encode() if isinstance(value, str) else value
    return f"unhex('{packed.hex()}')"


class ClickHouseDialect:
    """Writes statements.

    Args:
        database: whose tables they are about.
    """

    flow_keys: tuple[str, ...] = (
        "host",
        "interface",
        "overflow",
        "encap",
        "meta",
        "vni",
        *ADDRESSES,
    )
    columns: Mapping[str, str] = {
        "flows": ", ".join(
            ("host, interface, kind AS overflow, encap, meta, vni", *ADDRESSES, *COUNTED)
        ),
        "drains": "host, bytes AS covered_ns",
        "ledger": ", ".join(("host, interface, meta % 2 AS direction, outcome", *TALLIED)),
    }

    def __init__(self, database: str) -> None:
        self._database = database

    def table(self, level: Level, name: str) -> str:
        """One for everything."""
        del name
        return f"{self._database}.{level.name}"

    def rows_of(self, name: str) -> str:
        """By their kind."""
        kinds = {"flows": f"kind < {RECEIPT}", "drains": f"kind = {DRAIN}"}
        return kinds.get(name, f"kind = {OUTCOME}")

    def number(self, value: int) -> str:
        """Digits."""
        return str(int(value))

    def is_between(self, column: str, span: Range) -> str:
        """Addresses compare as they are."""
        return f"({column} BETWEEN {text(span.first)} AND {text(span.last)})"

    def is_one_of(self, column: str, addresses: Sequence[bytes]) -> str:
        """A set."""
        return f"({column} IN ({', '.join(map(text, addresses))}))"

    def is_zero(self, column: str) -> str:
        """Sixteen zeros."""
        return f"({column} = {text(bytes(NAME_BYTES))})"

    def is_like(self, column: Text, pattern: str) -> str:
        """Letters of either case are the same."""
        words = {"path": self.path_text("meta"), "interface": name_of("interface"), "host": "host"}
        return f"(lower({words[column]}) LIKE {text(like(pattern))})"

    def address(self, column: str) -> tuple[str, ...]:
        """One column."""
        return (column,)

    def place(self, by: Collection[str]) -> tuple[str, ...]:
        """Both are columns."""
        return tuple(name for name in ("host", "interface") if name in by)

    def bits(self, column: str, mask: int) -> str:
        """By a function."""
        return f"bitAnd({column}, {mask})"

    def path_text(self, meta: str) -> str:
        """Steps that are 0 are past the end."""
        labels = {one.value: one.label for one in Encap if one is not Encap.NONE}
        names = ", ".join(f"'{labels.get(number, '')}'" for number in range(1, max(labels) + 1))
        shifts = (META_PATH_SHIFT + depth * PATH_BITS for depth in range(MAX_DEPTH))
        size = 1 << PATH_BITS
        steps = ", ".join(
            f"[{names}][toUInt8(intDiv({meta}, {1 << shift}) % {size})]" for shift in shifts
        )
        written = f"arrayStringConcat(arrayFilter(step -> step != '', [{steps}]), '/')"
        return f"if(intDiv({meta}, {1 << META_PATH_SHIFT}) = 0, '{Encap.NONE.label}', {written})"

    def place_order(self, column: str) -> list[str]:
        """Zeros at the end of a name sort before anything."""
        return [f"key_{column}"]

    def is_among(self, names: str, known: Sequence[str]) -> str:
        """A set of tuples."""
        return f"(({names}) IN ({', '.join(known)}))"

    def is_in(self, names: str, statement: str) -> str:
        """Looked up once, and the set is sent along to all servers."""
        return f"(({names}) GLOBAL IN ({statement}))"

    def ranked(self, expression: str, ranks: Mapping[int, int]) -> str:
        """By a function; old servers' CASE finds nothing in small numbers."""
        return f"transform(toUInt32({expression}), {list(ranks)}, {list(ranks.values())}, 0)"

    def sum(self, column: str) -> str:
        """Of 64 bits; what is negative comes round."""
        return f"sum({column})"


def name_of(column: str) -> str:
    """The text of a name with zeros at its end."""
    return f"replaceAll(toString({column}), {text(bytes(1))}, '')"
