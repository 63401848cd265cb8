"""Making and migrating a fleet's tables: `tunnel-monitor store init`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from tunnel_monitor.errors import StoreFailed
from tunnel_monitor.flows.columns import ADDRESSES
from tunnel_monitor.store import clickhouse_native
from tunnel_monitor.store.clickhouse_dialect import text
from tunnel_monitor.store.clickhouse_http import Server
from tunnel_monitor.store.clickhouse_target import Node, Target
from tunnel_monitor.store.fleet_rows import SUMS
from tunnel_monitor.store.levels import DAY_NS, LEVELS, RAW, SECOND_NS, Keep, Level

VERSION: Final = 1
TEMPLATES: Final = (
    (Path(__file__).parent / "schema" / "fleet.sql").read_text(encoding="utf-8").split("\n----\n")
)
ABOUT, RAW_TABLE, LEVEL_TABLE, VIEW, DISTRIBUTED = range(len(TEMPLATES))
KEYS: Final = (*("host", "run", "interface", "meta", "encap", "vni", *ADDRESSES, "outcome"),)
SECONDS: Final = f"intDiv(time_ns, {SECOND_NS})"
ROLLED_UP: Final = tuple(level for level in LEVELS if level is not RAW)

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Abilities:
    """What only some servers can do.

    Args:
        ttl: forget what is old by themselves (since 2019).
        codecs: pack columns more tightly (since 2019).
        asynchronous: gather small inserts of many monitors into one part (since 2021).
    """

    ttl: bool
    codecs: bool
    asynchronous: bool

    @classmethod
    def of(cls, server: Server) -> Abilities:
        """Found out by asking for settings that came with them."""
        every = "SELECT name FROM system.{} WHERE name IN ('{}', '{}')"
        settings = every.format("settings", "async_insert", "allow_suspicious_codecs")
        merges = every.format("merge_tree_settings", "merge_with_ttl_timeout", "")
        found = _texts(server, settings, "name")
        return cls(
            ttl=bool(_texts(server, merges, "name")),
            codecs="allow_suspicious_codecs" in found,
            asynchronous="async_insert" in found,
        )


def _texts(server: Server, statement: str, column: str) -> list[str]:
    found = clickhouse_native.columns(server.ask(f"{statement} FORMAT Native"))
    return [str(value) for value in found.get(column, [])]


def make(target: Target, keep: Keep, cluster: str | None, report: Report) -> None:
    """Make what is missing on every server of the target, and bring what is there up to date.

    Args:
        target: names every server of the cluster.
        keep: for how long what is kept.
        cluster: as the servers' configuration names it; None: one server.
        report: gets a sentence for each server.
    Raises:
        StoreFailed: a server refuses, or was set up by a newer version.
    """
    for node in target.nodes:
        server = Server(node, target)
        abilities = Abilities.of(server)
        replicated = _is_replicated(server, target, cluster) if cluster else False
        server.ask(f"CREATE DATABASE IF NOT EXISTS {target.database}")
        plan = Plan(target.database, keep, cluster, abilities, replicated)
        server.ask(plan.about())
        _check_version(server, target)
        for statement in plan.statements():
            server.ask(statement)
        for statement in plan.retention():
            server.ask(statement)
        forgotten = 0 if abilities.ttl else _forget(server, plan)
        _note(server, plan)
        report(_done(node, abilities, forgotten))


def _done(node: Node, abilities: Abilities, forgotten: int) -> str:
    if abilities.ttl:
        return f"{node.authority} is ready"
    return (
        f"{node.authority} is ready; it is too old to forget by itself, so run this every day: "
        f"{forgotten} partitions were dropped now"
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """The statements for one server."""

    database: str
    keep: Keep
    cluster: str | None
    abilities: Abilities
    replicated: bool = False

    @property
    def local(self) -> str:
        """What the names of a server's own tables end in."""
        return "_local" if self.cluster else ""

    def _filled(self, template: int, **words: str) -> str:
        packed = "CODEC(ZSTD(1))" if self.abilities.codecs else ""
        delta = "CODEC(Delta, ZSTD(1))" if self.abilities.codecs else ""
        common = {"database": self.database, "local": self.local, "packed": packed, "delta": delta}
        # What is in braces is ours; comments come along, and servers skip them.
        return TEMPLATES[template].format(**common, **words)

    @property
    def level_columns(self) -> tuple[str, ...]:
        """Of the tables that are rolled up, in the order of `rolled_up`."""
        return ("kind", "time_ns", "day", *KEYS, *SUMS)

    def about(self) -> str:
        """The table that says what the others are."""
        return self._filled(ABOUT, about=self._engine("about", "ReplacingMergeTree", "changed"))

    def statements(self) -> Iterator[str]:
        """Everything else, in order."""
        raw = self._engine("raw", "MergeTree")
        yield self._filled(RAW_TABLE, raw=raw, raw_ttl=self._ttl(RAW))
        for level in ROLLED_UP:
            summed = self._engine(level.name, "SummingMergeTree", f"({', '.join(SUMS)})")
            yield self._filled(
                LEVEL_TABLE, level=level.name, summed=summed, level_ttl=self._ttl(level)
            )
            yield self._filled(VIEW, level=level.name, rolled_up=self.rolled_up(level))
        if self.cluster:
            for level in LEVELS:
                yield self._filled(DISTRIBUTED, table=level.name, cluster=self.cluster)

    def rolled_up(self, level: Level, where: str = "") -> str:
        """The raw rows of one insert, added up: what the view does, and repeats where it failed."""
        keys = ", ".join(KEYS)
        sums = ", ".join(f"sum({name}) AS {name}" for name in SUMS)
        begin = f"intDiv(time_ns, {level.width_ns}) * {level.width_ns} AS time_ns"
        return (
            f"SELECT kind, {begin}, day, {keys}, {sums} FROM {self.database}.raw{self.local} "  # noqa: S608
            f"{where} GROUP BY kind, time_ns, day, {keys}"
        )

    def _engine(self, table: str, kind: str, columns: str = "") -> str:
        if not self.replicated:
            return f"{kind}({columns})"
        path = f"/clickhouse/tables/{{shard}}/{self.database}/{table}"
        also = f", {columns}" if columns else ""
        return f"Replicated{kind}('{path}', '{{replica}}'{also})"

    def _ttl(self, level: Level) -> str:
        return f"TTL {self._expiry(level)}" if self.abilities.ttl else ""

    def _expiry(self, level: Level) -> str:
        """Raw rows go by when they came: a block that was late is there to be checked."""
        came = "arrived" if level is RAW else f"toDateTime({SECONDS})"
        return f"{came} + INTERVAL {self.keep.of(level) // SECOND_NS} SECOND"

    def retention(self) -> Iterator[str]:
        """What makes tables that were there already keep as long as they are to."""
        if self.abilities.ttl:
            for level in LEVELS:
                table = f"{self.database}.{level.name}{self.local}"
                yield f"ALTER TABLE {table} MODIFY TTL {self._expiry(level)}"

    def notes(self) -> Mapping[str, str]:
        """What readers have to know."""
        kept = {field.name: str(getattr(self.keep, field.name)) for field in fields(self.keep)}
        return {"version": str(VERSION), **kept}


def _note(server: Server, plan: Plan) -> None:
    # VALUES takes no functions from old servers, so it is a selection.
    each = " UNION ALL ".join(
        f"SELECT {text(key)} AS key, {text(value)} AS value" for key, value in plan.notes().items()
    )
    server.ask(f"INSERT INTO {plan.database}.about (key, value) {each}")


def notes(server: Server, database: str) -> dict[str, str]:
    """What `about` says; empty before the first `store init`."""
    found = clickhouse_native.columns(
        server.ask(
            f"SELECT key, argMax(value, changed) AS value FROM {database}.about "  # noqa: S608
            "GROUP BY key FORMAT Native"
        )
    )
    return dict(zip(found.get("key", []), found.get("value", []), strict=True))


def _check_version(server: Server, target: Target) -> None:
    version = int(notes(server, target.database).get("version", "0"))
    if version > VERSION:
        raise StoreFailed(
            f"cannot use the store {target}: a newer tunnel-monitor set it up",
            "update this one",
        )


def _is_replicated(server: Server, target: Target, cluster: str) -> bool:
    """Whether some shard has more than one server; and whether the target names all of them."""
    of_it = f"WHERE cluster = {text(cluster)}"
    shards = _texts(server, f"SELECT shard_num FROM system.clusters {of_it}", "shard_num")  # noqa: S608
    what = f"cannot set up cluster {cluster}"
    if not shards:
        raise StoreFailed(
            f"{what}: {server.node.authority} knows none of that name",
            "name it as <remote_servers> of its configuration does",
        )
    if len(shards) != len(target.nodes):
        raise StoreFailed(
            f"{what}: it has {len(shards)} servers, and {target} names {len(target.nodes)}",
            "name each of them, separated by commas",
        )
    return len(set(shards)) < len(shards)


def _forget(server: Server, plan: Plan) -> int:
    """Drop the days that are too old, on servers that do not by themselves."""
    dropped = 0
    for level in LEVELS:
        table = f"{level.name}{plan.local}"
        days = max(1, plan.keep.of(level) // DAY_NS)
        old = _texts(
            server,
            f"SELECT DISTINCT partition FROM system.parts WHERE database = {text(plan.database)} "  # noqa: S608
            f"AND table = {text(table)} AND active AND toDate(partition) < today() - {days}",
            "partition",
        )
        for day in old:
            server.ask(f"ALTER TABLE {plan.database}.{table} DROP PARTITION {day!r}")
        dropped += len(old)
    return dropped
