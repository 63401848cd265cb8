"""What answers need of an engine, for the length of one question."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol, TypeAlias, TypeVar

from numpy.typing import NDArray

from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.flows.question import Place
from tunnel_monitor.store.dialect import Dialect
from tunnel_monitor.store.pieces import Bounds

Columns: TypeAlias = Mapping[str, NDArray[Any]]
OfGroups: TypeAlias = Callable[[str], str]  # the text that selects groups -> a statement about them
D = TypeVar("D", bound=Dialect)


class Engine(Protocol[D]):
    """One state of the tables, and how to ask them."""

    def bounds(self) -> Mapping[str, Bounds]:
        """Level name -> what it covers; empty: nothing is kept."""

    def newest_ns(self) -> int:
        """When the newest drain ended."""

    def dialect(self) -> D:
        """To write one statement with."""

    def run(self, statement: str, dialect: D) -> Columns:
        """Column name -> (n,) values, of the statement that the dialect wrote."""

    def both(
        self, groups: str, page: OfGroups, totals: OfGroups, dialect: D
    ) -> tuple[Columns, Columns]:
        """What two statements find in the same groups, which are added up once where possible."""

    def addresses(self, found: Columns, rows: Rows) -> None:
        """Put the addresses among grouped columns into (n,) FLOW rows."""

    def places(self, found: Columns, by: Collection[str]) -> tuple[list[int], tuple[Place, ...]]:
        """Where each row was counted, as a place in the second."""

    def literals(self, found: Columns, names: list[str]) -> list[str]:
        """Each row's values of some grouped columns, as a tuple of SQL."""
