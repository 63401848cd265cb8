"""One machine's history: a DuckDB file that is written by one thread and read by any.

Each batch is a transaction, so that a kill loses the interval in progress and no more. At the
end of each minute and hour what came in is added up into the next level, and what is too old or
too much is deleted; DuckDB uses the room again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tunnel_monitor.errors import StoreFailed
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.question import begin_ns
from tunnel_monitor.store import opening, relations
from tunnel_monitor.store.levels import HOURS, LEVELS, MINUTES, RAW, Keep, Level
from tunnel_monitor.store.pieces import Bounds
from tunnel_monitor.store.place import SLACK_BYTES
from tunnel_monitor.store.relations import KEYS, SUMS, DeviceChanges, Relation

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

VERSION: Final = 2
# Read while we may: who is no longer root may not be let into the folder.
SCHEMA: Final = (Path(__file__).parent / "schema" / "history.sql").read_text(encoding="utf-8")
SECOND, EACH = "-- since version 2 --", "-- each level --"
BLOCK_BYTES: Final = 262_144
MOST_LOG_BYTES: Final = 8 << 20
# In memory nothing is compressed, and there it is scarce.
ROW_BYTES: Final = 128
MOST_IN_MEMORY_BYTES: Final = 48 << 20


class DuckStore:
    """A history file.

    Args:
        path: of the file, or `:memory:`.
        host: this machine's name, which goes with what it counted.
        interval_ns: between two drains, as set.
        keep: for how long which level is kept.
        most_bytes: what the file may grow to; SMALLEST_BYTES at least.
        read_only: to look at a file that nobody writes.
    Raises:
        StoreFailed: it cannot be opened, or is not ours.
    """

    def __init__(
        self,
        path: str,
        *,
        host: str,
        interval_ns: int,
        keep: Keep | None = None,
        most_bytes: int = 2 << 30,
        read_only: bool = False,
    ) -> None:
        self.path = path
        self._interval_ns = interval_ns
        self._keep = keep or Keep()
        self._in_memory = path == opening.IN_MEMORY
        self._most_bytes = MOST_IN_MEMORY_BYTES if self._in_memory else most_bytes - SLACK_BYTES
        self._connection = opening.connect(path, read_only=read_only)
        try:
            self._check(host, read_only=read_only)
        except BaseException:
            self._connection.close()
            raise
        self._changes = DeviceChanges()
        self._numbers: dict[str, int] = {
            name: number for number, name in self._rows("SELECT number, name FROM interfaces")
        }
        self._bounds = read_bounds(self._connection)

    def close(self) -> None:
        """Write what is in the log to its place."""
        self._connection.close()

    def bounds(self) -> Mapping[str, Bounds]:
        """Level name -> what it covers; empty before the first batch."""
        return dict(self._bounds)

    def cursor(self) -> DuckDBPyConnection:
        """A connection of its own for one reader; sees what was complete when it began."""
        return self._connection.cursor()

    def add(self, batch: FlowBatch, news: Sequence[str] = ()) -> None:
        """Keep one batch, once all is done that its time asks for.

        Args:
            batch: of a drain.
            news: what was found wrong since the one before, as lines of JSON.
        Raises:
            StoreFailed: it is not kept; the store is to be opened anew.
        """
        begin = begin_ns(batch.time_ns, batch.interval_ns, self._interval_ns)
        with self._writing("write to"):
            if not self._bounds:
                self._begin(begin)
            self._tidy(begin)
            with self._transaction():
                self._insert(begin, self._relations(batch))
                for told in news:
                    self._connection.execute("INSERT INTO findings VALUES (?, ?)", [begin, told])

    def _tidy(self, now_ns: int) -> None:
        """Roll up, forget, and empty the log, where it is time to."""
        if MINUTES.floor(now_ns) > self._bounds[MINUTES.name].until_ns:
            self._roll_up(MINUTES, RAW, MINUTES.floor(now_ns))
            self._roll_up(HOURS, MINUTES, HOURS.floor(now_ns))
            for level in LEVELS:
                self._forget(level, level.floor(now_ns - self._keep.of(level)))
            self._shrink()
        # Not left to DuckDB, which does it in the middle of a commit: were there no room then,
        # nobody could tell whether the batch was kept.
        if self._log_bytes() > MOST_LOG_BYTES:
            self._connection.execute("CHECKPOINT")
            self._shrink()

    def _relations(self, batch: FlowBatch) -> Mapping[str, Relation]:
        numbers = [self._number(name) for name in batch.interfaces]
        return {
            "flows": relations.flows(batch, numbers),
            "ledger": relations.ledger(batch, numbers),
            "devices": self._changes.of(batch, numbers),
            "drains": relations.drains(batch),
        }

    def _number(self, interface: str) -> int:
        if interface not in self._numbers:
            number = len(self._numbers)
            self._connection.execute("INSERT INTO interfaces VALUES (?, ?)", [number, interface])
            self._numbers[interface] = number
        return self._numbers[interface]

    def _insert(self, begin_ns: int, tables: Mapping[str, Relation]) -> None:
        """Into the raw level, and, where the clock was set back, into those rolled up already."""
        late = [level for level in (MINUTES, HOURS) if begin_ns < self._bounds[level.name].until_ns]
        if begin_ns < self._bounds[HOURS.name].from_ns:
            first_ns = HOURS.floor(begin_ns)
            self._set_bounds(HOURS, replace(self._bounds[HOURS.name], from_ns=first_ns))
        for table, relation in tables.items():
            self._connection.register("batch", relation)
            for level in (RAW, *late):
                self._connection.execute(
                    f"INSERT INTO {level.name}_{table} BY NAME SELECT ?::BIGINT AS time_ns, * FROM batch",  # noqa: E501, S608
                    [level.floor(begin_ns)],
                )
            self._connection.unregister("batch")

    def _begin(self, begin_ns: int) -> None:
        """The first batch of all: what the levels have begins with it.

        Raw drains with its whole minute, in which there was nothing before: else that minute
        would be read from the minutes, as one whose first drains are forgotten.
        """
        with self._transaction():  # a reader finds all levels or none
            for level in LEVELS:
                first_ns = (MINUTES if level is RAW else level).floor(begin_ns)
                self._set_bounds(level, Bounds(first_ns, first_ns))

    def _roll_up(self, level: Level, finer: Level, until_ns: int) -> None:
        """Add up what is complete of the finer level."""
        bounds = self._bounds[level.name]
        if until_ns <= bounds.until_ns:
            return
        with self._transaction():
            for table in KEYS:
                self._connection.execute(added_up(level, finer, table), [bounds.until_ns, until_ns])
            self._set_bounds(level, Bounds(bounds.from_ns, until_ns))

    def _shrink(self) -> None:
        """Delete the oldest of what is too much."""
        while self._size_bytes() > self._most_bytes:
            if not self._forget_some():
                raise StoreFailed(
                    f"cannot write to the history {self.path}: the traffic of one minute does not "
                    "fit into its size",
                    "set --history-size higher",
                )
            self._connection.execute("CHECKPOINT")

    def _forget(self, level: Level, before_ns: int) -> None:
        bounds = self._bounds[level.name]
        # What is not yet in the next level must stay.
        next_ = self._bounds[LEVELS[min(LEVELS.index(level) + 1, len(LEVELS) - 1)].name]
        before_ns = min(before_ns, next_.until_ns)
        if before_ns <= bounds.from_ns:
            return
        with self._transaction():
            tables = [f"{level.name}_{table}" for table in KEYS]
            for table in [*tables, *(["findings"] if level is HOURS else [])]:
                self._connection.execute(f"DELETE FROM {table} WHERE time_ns < ?", [before_ns])  # noqa: S608
            self._set_bounds(level, Bounds(before_ns, max(before_ns, bounds.until_ns)))

    def _forget_some(self) -> bool:
        """Take the oldest tenth from the level with most rows; False if nothing can go."""
        sizes = {level: self._count(level) for level in LEVELS}
        for level in sorted(LEVELS, key=lambda level: -sizes[level]):
            before = self._bounds[level.name]
            end_ns = self._newest_ns(level)
            tenth_ns = max((end_ns - before.from_ns) // 10, level.width_ns, self._interval_ns)
            self._forget(level, level.ceiling(before.from_ns + tenth_ns))
            if self._bounds[level.name] != before:
                return True
        return False

    def _count(self, level: Level) -> int:
        return int(next(self._rows(f"SELECT count(*) FROM {level.name}_flows"))[0])  # noqa: S608

    def _newest_ns(self, level: Level) -> int:
        found = next(self._rows(f"SELECT max(time_ns) FROM {level.name}_drains"))[0]  # noqa: S608
        return int(found or 0)

    def _size_bytes(self) -> int:
        """What the file needs: its used blocks, and the log."""
        if self._in_memory:
            return ROW_BYTES * sum(map(self._count, LEVELS))
        used = next(self._rows("SELECT used_blocks FROM pragma_database_size()"))[0]
        return int(used) * BLOCK_BYTES + self._log_bytes()

    def _log_bytes(self) -> int:
        log = Path(f"{self.path}.wal")
        return log.stat().st_size if log.exists() else 0

    def _set_bounds(self, level: Level, bounds: Bounds) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO levels VALUES (?, ?, ?)",
            [level.name, bounds.from_ns, bounds.until_ns],
        )
        self._bounds[level.name] = bounds

    def _rows(self, statement: str) -> Iterator[Any]:
        yield from self._connection.execute(statement).fetchall()

    def _check(self, host: str, *, read_only: bool) -> None:
        """Make the tables in a new file; refuse one that is not ours."""
        tables = {name for (name,) in self._connection.execute("SHOW TABLES").fetchall()}
        what = f"cannot use {self.path} as history"
        if not tables and not read_only:
            with self._writing("begin"), self._transaction():
                self._make_tables(host)
        elif "about" not in tables:
            raise StoreFailed(f"{what}: other data is in it", "give another file with --history")
        about = dict(self._connection.execute("SELECT key, value FROM about").fetchall())
        version = int(about.get("version", VERSION + 1))
        if version > VERSION:
            raise StoreFailed(
                f"{what}: a newer tunnel-monitor wrote it",
                "update this one, or give another file with --history",
            )
        if version < VERSION and not read_only:
            with self._writing("bring up to date"), self._transaction():
                self._connection.execute(statements()[1])
                self._connection.execute(
                    "UPDATE about SET value = ? WHERE key = 'version'", [str(VERSION)]
                )
        self.host = about["host"]

    def _make_tables(self, host: str) -> None:
        once, second, each = statements()
        self._connection.execute(once + second)
        for level in LEVELS:
            self._connection.execute(each.replace("LEVEL", level.name))
        about = [("version", str(VERSION)), ("host", host)]
        self._connection.executemany("INSERT INTO about VALUES (?, ?)", about)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing."""
        self._connection.begin()
        try:
            yield
        except BaseException:
            with suppress(Exception):  # after a fatal error there is nothing to take back
                self._connection.rollback()
            raise
        self._connection.commit()

    @contextmanager
    def _writing(self, attempt: str) -> Iterator[None]:
        """Say in our words what DuckDB could not do."""
        import duckdb  # noqa: PLC0415  # is loaded already

        try:
            yield
        except duckdb.Error as error:
            raise opening.write_failed(attempt, self.path, str(error)) from error


def statements() -> list[str]:
    """The schema's: once, since version 2, for each level."""
    once, _, rest = SCHEMA.partition(SECOND)
    return [once, *rest.split(EACH)]


def read_bounds(connection: DuckDBPyConnection) -> dict[str, Bounds]:
    """Level name -> what it covers; empty before the first batch."""
    rows = connection.execute("SELECT name, from_ns, until_ns FROM levels").fetchall()
    return {name: Bounds(from_ns, until_ns) for name, from_ns, until_ns in rows}


def added_up(level: Level, finer: Level, table: str) -> str:
    """The statement that fills a level from a finer one, from the first parameter to the second."""
    keys = "".join(f", {name}" for name in KEYS[table])
    sums = "".join(f", sum({name}) AS {name}" for name in SUMS[table])
    begin = f"time_ns // {level.width_ns} * {level.width_ns} AS begin_ns"
    return (
        f"INSERT INTO {level.name}_{table} BY NAME "  # noqa: S608  # our own names
        f"SELECT begin_ns AS time_ns{keys}{sums} "
        f"FROM (SELECT {begin}, * FROM {finer.name}_{table} WHERE time_ns >= ? AND time_ns < ?) "
        f"GROUP BY begin_ns{keys}"
    )
