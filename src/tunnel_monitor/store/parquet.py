"""History as Parquet, for whatever else reads it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from tunnel_monitor.contract import Direction, Encap
from tunnel_monitor.flows import addresses
from tunnel_monitor.flows.columns import ADDRESSES
from tunnel_monitor.flows.filter.tree import EVERYTHING
from tunnel_monitor.flows.question import Span
from tunnel_monitor.store import answers, select
from tunnel_monitor.store.duckdb_source import DuckEngine, DuckSource
from tunnel_monitor.store.relations import COUNTED

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TIME: Final = "time_ns"


def export(source: DuckSource, span: Span, file: Path) -> None:
    """Write the flows of a stretch of time, as finely as they are kept.

    Columns: `time` (when the drain's interval, the minute or the hour began), `host`, `interface`,
    `direction`, `encap`, `vni`, addresses as text, `path`, `overflow`, and counts. What has no
    value is null.

    Args:
        source: a history file.
        span: which part.
        file: is replaced.
    Raises:
        StoreFailed: it cannot be read, or not be written.
    """
    with source.engine() as engine:
        _write(engine, engine.connection, span, file)


def _write(engine: DuckEngine, connection: DuckDBPyConnection, span: Span, file: Path) -> None:
    dialect = engine.dialect()
    parts = answers.parts_of(engine, span, widest_ns=0)
    rows = select.found(parts, EVERYTHING, dialect, 0, lambda _: TIME) if parts else ""
    if not rows:
        rows = "SELECT *, 0::BIGINT AS time_ns FROM raw_flows WHERE false"
    connection.execute(f"CREATE TEMP TABLE exported AS {rows}", dialect.bound)
    _name_addresses(connection)
    joins = " ".join(
        f"LEFT JOIN named AS {name} ON {name}.high = {name}_high AND {name}.low = {name}_low"
        for name in ADDRESSES
    )
    selected = ", ".join(
        [
            f"make_timestamp_ns({TIME}) AS time",
            "getvariable('host') AS host",
            "interfaces.name AS interface",
            f"[{_labels(Direction)}][meta % 2 + 1] AS direction",
            f"map([{_numbers(Encap)}], [{_labels(Encap)}])[encap] AS encap",
            "CASE WHEN meta % 4 >= 2 THEN vni END AS vni",
            *[f"{name}.text AS {name}" for name in ADDRESSES],
            f"{dialect.path_text('meta')} AS path",
            "overflow",
            *COUNTED,
        ]
    )
    connection.execute("SET VARIABLE host = ?", [engine.host])
    connection.execute(
        f"COPY (SELECT {selected} FROM exported JOIN interfaces ON interface = number {joins} "  # noqa: S608  # our own names
        f"ORDER BY {TIME}) TO '{_quoted(file)}' (FORMAT parquet, COMPRESSION zstd)"
    )
    connection.execute("DROP TABLE exported; DROP TABLE named")


def _name_addresses(connection: DuckDBPyConnection) -> None:
    """A table of all addresses there are, as text; zeros are none."""
    each = " UNION ".join(
        f"SELECT {name}_high AS high, {name}_low AS low FROM exported"  # noqa: S608  # our own names
        for name in ADDRESSES
    )
    found = connection.execute(
        f"SELECT high, low FROM ({each}) WHERE high <> 0 OR low <> 0"  # noqa: S608
    ).fetchnumpy()
    words = np.stack([found["high"], found["low"]], axis=1).byteswap()
    texts = np.array(addresses.texts(words), object)
    connection.execute("CREATE TEMP TABLE named (high UBIGINT, low UBIGINT, text VARCHAR)")
    if len(texts):
        connection.register("found", {"high": found["high"], "low": found["low"], "text": texts})
        connection.execute("INSERT INTO named SELECT high, low, text FROM found")
        connection.unregister("found")


def _labels(members: type[Direction | Encap]) -> str:
    return ", ".join(f"'{one.label}'" for one in members)


def _numbers(members: type[Encap]) -> str:
    return ", ".join(str(one.value) for one in members)


def _quoted(file: Path) -> str:
    """COPY takes no bound name."""
    return os.fspath(file).replace("'", "''")
