"""What the two engines write differently, so that all else is written once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, Protocol

from tunnel_monitor.flows.filter.tree import Range, Text
from tunnel_monitor.store.levels import Level

ALWAYS: Final = "(1 = 1)"
NEVER: Final = "(1 = 0)"
WILD: Final = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_", "*": "%", "?": "_"})


class Dialect(Protocol):
    """How one engine writes what the other writes otherwise.

    Values that come from users go through `number`, `is_between` and `is_like` only, which bind
    them: no text of theirs ever becomes part of a statement.

    Attributes:
        flow_keys: the columns that tell flows apart, beside time.
        columns: table -> what is read of it: of `flows`, its keys; of `drains`, whose and
            `covered_ns`; of `ledger`, where, `direction`, `outcome` and the tallies.
    """

    flow_keys: tuple[str, ...]
    columns: Mapping[str, str]

    def table(self, level: Level, name: str) -> str:
        """The full name of one of a level's tables."""

    def rows_of(self, name: str) -> str:
        """Which rows of that table are meant, where it has others, too."""

    def number(self, value: int) -> str:
        """A whole number, bound."""

    def is_between(self, column: str, span: Range) -> str:
        """Whether the address of a column lies in a range."""

    def is_one_of(self, column: str, addresses: Sequence[bytes]) -> str:
        """Whether the address of a column is one of many."""

    def is_zero(self, column: str) -> str:
        """Whether the 16 bytes of a column are zeros."""

    def is_like(self, column: Text, pattern: str) -> str:
        """Whether the text of a column, as users read it, fits a pattern of a filter."""

    def address(self, column: str) -> tuple[str, ...]:
        """The columns that an address is kept in, in the order they compare in."""

    def place(self, by: Collection[str]) -> tuple[str, ...]:
        """The columns that say where a row was counted, as far as that is kept apart."""

    def bits(self, column: str, mask: int) -> str:
        """The bits of a number that a mask has."""

    def path_text(self, meta: str) -> str:
        """All encapsulations as text, the outermost first."""

    def place_order(self, column: str) -> list[str]:
        """What sorts by the text of `interface` or `host`, from grouped columns."""

    def is_among(self, names: str, known: Sequence[str]) -> str:
        """Whether some columns together are one of the tuples, which are SQL."""

    def is_in(self, names: str, statement: str) -> str:
        """Whether some columns together are among those that a statement finds."""

    def ranked(self, expression: str, ranks: Mapping[int, int]) -> str:
        """Numbers replaced by their ranks."""

    def sum(self, column: str) -> str:
        """The sum of a column, of 64 bits."""


def like(pattern: str) -> str:
    """A filter's pattern, which is in lower case, as LIKE has it."""
    return pattern.translate(WILD)


def one_of(column: str, numbers: Sequence[int]) -> str:
    """Whether a column is one of our own numbers, not of users'."""
    listed = ", ".join(str(int(number)) for number in numbers)
    return f"({column} IN ({listed}))" if numbers else NEVER
