"""A fleet's history as something to ask."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Final

from tunnel_monitor.errors import StoreFailed
from tunnel_monitor.flows.columns import ADDRESSES, Rows
from tunnel_monitor.flows.question import Answer, Books, Place, Question, Series, Span
from tunnel_monitor.store import answers, clickhouse_native
from tunnel_monitor.store.clickhouse_dialect import DRAIN, ClickHouseDialect, text
from tunnel_monitor.store.clickhouse_http import Server, Unsent
from tunnel_monitor.store.clickhouse_schema import VERSION, notes
from tunnel_monitor.store.clickhouse_target import Target
from tunnel_monitor.store.engine import Columns, OfGroups
from tunnel_monitor.store.levels import HOURS, LEVELS, MINUTES, RAW, SECOND_NS, Level
from tunnel_monitor.store.pieces import Bounds
from tunnel_monitor.store.select import KEY
from tunnel_monitor.store.series import series

AWAY_NS: Final = 30 * SECOND_NS  # a host that has sent nothing for so long holds nobody up
SETTINGS: Final = {"max_execution_time": "30"}


class ClickHouseSource:
    """Answers from a database, from whichever of its servers answers first.

    Args:
        target: the database.
    """

    def __init__(self, target: Target) -> None:
        self._target = target

    def span(self) -> Span | None:
        """From the first that is kept to the end of the newest drain."""
        return answers.span(self._engine())

    def answer(self, question: Question) -> Answer:
        """Add up, group, sort and cut."""
        return answers.answer(self._engine(), question)

    def series(self, question: Question, step_ns: int) -> Series:
        """The largest groups of the whole span, step by step."""
        return series(self._engine(), question, step_ns)

    def ledger(self, span: Span, hosts: Collection[str] = ()) -> Books:
        """Where every packet went."""
        return answers.ledger(self._engine(), span, hosts)

    def _engine(self) -> ClickHouseEngine:
        failure: StoreFailed | None = None
        for node in self._target.nodes:
            try:
                return ClickHouseEngine(Server(node, self._target, SETTINGS), self._target)
            except Unsent as error:
                failure = error
        raise failure or StoreFailed(f"cannot use the store {self._target}")


class ClickHouseEngine:
    """One question to one server; each statement sees the tables as they are then.

    Args:
        server: to ask.
        target: its database.
    Raises:
        Unsent: the server cannot be reached.
        StoreFailed: it refuses, or was not set up.
    """

    def __init__(self, server: Server, target: Target) -> None:
        self._server = server
        self._database = target.database
        self._notes = notes(server, target.database)
        if int(self._notes.get("version", "0")) != VERSION:
            raise StoreFailed(
                f"cannot use the store {target}: its tables are of another version",
                "bring them up to date with `tunnel-monitor store init`, or update this one",
            )

    def _columns(self, statement: str) -> Columns:
        return clickhouse_native.columns(self._server.ask(f"{statement} FORMAT Native"))

    @cached_property
    def _seen(self) -> dict[str, tuple[int, int, int]]:
        """Level -> how many drains, when the first began, and when the last ended."""
        each = " UNION ALL ".join(
            f"SELECT {place} AS level, count() AS rows, min(time_ns) AS first_ns, "  # noqa: S608
            f"max({_end_of(level)}) AS last_ns "
            f"FROM {self._database}.{level.name} WHERE kind = {DRAIN}"
            for place, level in enumerate(LEVELS)
        )
        found = self._columns(each)
        names = ("level", "rows", "first_ns", "last_ns")
        rows = zip(*(found[name].tolist() for name in names), strict=True)
        return {LEVELS[level].name: (count, first, last) for level, count, first, last in rows}

    def bounds(self) -> Mapping[str, Bounds]:
        """All levels are filled at once; each reaches back as far as it is kept."""
        count, first_ns, _ = self._seen[HOURS.name]
        if not count:
            return {}
        newest_ns = self.newest_ns()

        def from_ns(name: str) -> int:
            kept = int(self._notes[name])
            return max(first_ns, newest_ns - kept)

        return {
            RAW.name: Bounds(from_ns(RAW.name), 0),
            MINUTES.name: Bounds(MINUTES.floor(from_ns(MINUTES.name)), MINUTES.floor(newest_ns)),
            HOURS.name: Bounds(first_ns, HOURS.floor(newest_ns)),
        }

    def newest_ns(self) -> int:
        """Until when all hosts have sent what they have; those that are away do not count."""
        return self._newest_ns

    @cached_property
    def _newest_ns(self) -> int:
        for level in LEVELS:
            count, _, last_ns = self._seen[level.name]
            if count:
                return self._complete_ns(level, last_ns)
        return 0

    def _complete_ns(self, level: Level, last_ns: int) -> int:
        found = self._columns(
            f"SELECT host, max({_end_of(level)}) AS last_ns FROM {self._database}.{level.name} "  # noqa: S608
            f"WHERE kind = {DRAIN} AND time_ns > {last_ns - AWAY_NS} GROUP BY host"
        )
        return min(found["last_ns"].tolist(), default=last_ns)

    def dialect(self) -> ClickHouseDialect:
        """Of the target's tables."""
        return ClickHouseDialect(self._database)

    def run(self, statement: str, dialect: ClickHouseDialect) -> Columns:
        """Values are in the statement already."""
        del dialect
        return self._columns(statement)

    def both(
        self, groups: str, page: OfGroups, totals: OfGroups, dialect: ClickHouseDialect
    ) -> tuple[Columns, Columns]:
        """One after the other, as no server keeps the groups in between."""
        return self.run(page(groups), dialect), self.run(totals(groups), dialect)

    def addresses(self, found: Columns, rows: Rows) -> None:
        """As they are."""
        for name in ADDRESSES:
            if f"{KEY}{name}" in found:
                rows[name] = found[f"{KEY}{name}"]

    def places(self, found: Columns, by: Collection[str]) -> tuple[list[int], tuple[Place, ...]]:
        """Each different pair of texts once, in order."""
        count = len(next(iter(found.values()), ()))
        hosts = _texts(found, "host", count)
        interfaces = _texts(found, "interface", count)
        del by
        each = [Place(*both) for both in zip(hosts, interfaces, strict=True)]
        places = tuple(sorted(set(each), key=lambda one: (one.host, one.interface)))
        numbers = {place: number for number, place in enumerate(places)}
        return [numbers[place] for place in each], places or answers.NOWHERE

    def literals(self, found: Columns, names: list[str]) -> list[str]:
        """Numbers as digits, all else by `unhex`."""
        rows = zip(*(found[name].tolist() for name in names), strict=True)
        return [f"({', '.join(map(_literal, row))})" for row in rows]


def _end_of(level: Level) -> str:
    """When what a drain's row tells of ends.

    As it was meant at least: one that collected for 0.9998 s does not leave its second incomplete.
    """
    meant = "toInt64(greatest(bytes, inner_bytes))"
    return f"time_ns + {meant if level is RAW else level.width_ns}"


def _texts(found: Columns, name: str, count: int) -> Iterable[str]:
    if f"{KEY}{name}" not in found:
        return [""] * count
    values = found[f"{KEY}{name}"].tolist()
    return [
        value.rstrip(b"\0").decode(errors="replace") if isinstance(value, bytes) else str(value)
        for value in values
    ]


def _literal(value: object) -> str:
    return text(value) if isinstance(value, bytes | str) else str(int(str(value)))
