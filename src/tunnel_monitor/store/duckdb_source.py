"""The history file as something to ask."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from tunnel_monitor.errors import StoreFailed
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import ADDRESSES, Rows
from tunnel_monitor.flows.question import HOST, Answer, Books, Place, Question, Series, Span
from tunnel_monitor.store import answers, opening
from tunnel_monitor.store.duckdb import DuckStore, read_bounds
from tunnel_monitor.store.duckdb_dialect import DuckDialect
from tunnel_monitor.store.engine import Columns, OfGroups
from tunnel_monitor.store.pieces import Bounds
from tunnel_monitor.store.select import KEY
from tunnel_monitor.store.series import series

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class DuckSource:
    """Answers from whichever store is open now.

    Args:
        store: of the moment; raises StoreFailed where there is none.
    """

    def __init__(self, store: Callable[[], DuckStore]) -> None:
        self._store = store

    def span(self) -> Span | None:
        """From the first that is kept to the end of the newest drain; None while nothing is."""
        try:
            with self.engine() as engine:
                return answers.span(engine)
        except StoreFailed:
            return None

    def answer(self, question: Question) -> Answer:
        """Add up, group, sort and cut."""
        with self.engine() as engine:
            return answers.answer(engine, question)

    def series(self, question: Question, step_ns: int) -> Series:
        """The largest groups of the whole span, step by step."""
        with self.engine() as engine:
            return series(engine, question, step_ns)

    def ledger(self, span: Span, hosts: Collection[str] = ()) -> Books:
        """Where every packet went."""
        with self.engine() as engine:
            return answers.ledger(engine, span, hosts)

    def findings(self, span: Span) -> list[str]:
        """What was found wrong, as it was told: lines of JSON, the oldest first."""
        kept = "SELECT 1 FROM information_schema.tables WHERE table_name = 'findings'"
        told = "SELECT told FROM findings WHERE time_ns >= ? AND time_ns < ? ORDER BY time_ns"
        with self.engine() as engine:
            if not engine.connection.execute(kept).fetchall():
                return []  # a file of version 1 that nobody has written to since
            rows = engine.connection.execute(told, [span.from_ns, span.until_ns]).fetchall()
        return [line for (line,) in rows]

    @contextmanager
    def engine(self) -> Iterator[DuckEngine]:
        """One state of the file, whatever is written meanwhile."""
        import duckdb  # noqa: PLC0415  # is loaded already

        store = self._store()
        connection = store.cursor()
        try:
            connection.begin()
            yield DuckEngine(connection, store.host)
        except duckdb.Error as error:
            raise StoreFailed(
                f"cannot read the history {store.path}: {opening.first_line(str(error))}",
                "ask about less at a time",
            ) from error
        finally:
            connection.close()


class DuckEngine:
    """One transaction.

    Args:
        connection: in a transaction.
        host: whose history it is.
    """

    def __init__(self, connection: DuckDBPyConnection, host: str) -> None:
        self.connection = connection
        self.host = host
        self._bounds = read_bounds(connection)
        rows = connection.execute("SELECT number, name FROM interfaces").fetchall()
        self._interfaces: dict[int, str] = dict(rows)

    def bounds(self) -> Mapping[str, Bounds]:
        """As they were when the transaction began."""
        return self._bounds

    def newest_ns(self) -> int:
        """The newest drain is never rolled up yet, so it is in the raw level."""
        newest = "SELECT time_ns + covered_ns FROM raw_drains ORDER BY time_ns DESC LIMIT 1"
        row = self.connection.execute(newest).fetchone()
        return int(row[0]) if row else 0

    def dialect(self) -> DuckDialect:
        """Knows the interfaces there are."""
        return DuckDialect(self._interfaces, self.host)

    def run(self, statement: str, dialect: DuckDialect) -> Columns:
        """Sums of whole numbers come as such, since every statement casts them."""
        found: Columns = self.connection.execute(statement, dialect.bound).fetchnumpy()
        return found

    def both(
        self, groups: str, page: OfGroups, totals: OfGroups, dialect: DuckDialect
    ) -> tuple[Columns, Columns]:
        """Groups are added up once, into a table that goes with the connection."""
        self.connection.execute(f"CREATE TEMP TABLE groups AS {groups}", dialect.bound)
        asked = "SELECT * FROM groups"
        found = self.connection.execute(page(asked)).fetchnumpy()
        sums = self.connection.execute(totals(asked)).fetchnumpy()
        self.connection.execute("DROP TABLE groups")
        return found, sums

    def addresses(self, found: Columns, rows: Rows) -> None:
        """Two halves back into 16 bytes."""
        for name in ADDRESSES:
            if f"{KEY}{name}_high" in found:
                halves = [found[f"{KEY}{name}_{half}"] for half in ("high", "low")]
                columns.address(rows, name)[:] = np.stack(halves, axis=1).byteswap()

    def places(self, found: Columns, by: Collection[str]) -> tuple[list[int], tuple[Place, ...]]:
        """The interfaces' numbers are without gaps."""
        host = self.host if HOST in by else ""
        if f"{KEY}interface" not in found:
            return [0] * len(found[f"{KEY}meta"]), (Place(host, ""),)
        names = [self._interfaces[number] for number in sorted(self._interfaces)]
        return found[f"{KEY}interface"].tolist(), tuple(Place(host, name) for name in names)

    def literals(self, found: Columns, names: list[str]) -> list[str]:
        """They are all numbers."""
        rows = zip(*(found[name].tolist() for name in names), strict=True)
        return [f"({', '.join(str(int(number)) for number in row)})" for row in rows]
