"""What `store init` makes, on real servers, old and new."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.store import batches, clickhouse
from tests.store.clickhouse import Running
from tests.store.engines import fleet

from tunnel_monitor.cli.main import main
from tunnel_monitor.errors import StoreFailed
from tunnel_monitor.store import clickhouse_schema
from tunnel_monitor.store.clickhouse_http import Server
from tunnel_monitor.store.clickhouse_schema import Abilities, Plan
from tunnel_monitor.store.clickhouse_source import ClickHouseSource
from tunnel_monitor.store.clickhouse_target import Target
from tunnel_monitor.store.environment import PASSWORD, USER
from tunnel_monitor.store.levels import HOUR_NS, RAW, Keep

NEW = Abilities(ttl=True, codecs=True, asynchronous=True)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Running]]:
    with clickhouse.of_debian(tmp_path_factory.mktemp("servers")) as running:
        yield running


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with clickhouse.current(tmp_path_factory.mktemp("servers")) as (running,):
        yield running


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(USER, "monitor")
    monkeypatch.setenv(PASSWORD, "secret")


def ask(target: Target, statement: str) -> str:
    return Server(target.nodes[0], target).ask(statement).decode()


def test_it_may_be_run_again_and_changes_what_is_kept(
    new: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    target = clickhouse.target_of(new.node, database="again")
    for keep in ("raw=1h", "raw=6h", "raw=6h"):
        assert main(["store", "init", str(target), "--keep", keep]) == 0
    assert capsys.readouterr().out == f"{new.node.authority} is ready\n" * 3
    made = ask(target, "SHOW CREATE TABLE again.raw")
    assert "toIntervalSecond(21600)" in made
    assert "PARTITION BY day" in made
    notes = clickhouse_schema.notes(Server(new.node, target), "again")
    assert notes["raw"] == str(6 * HOUR_NS)


def test_an_old_server_says_that_it_cannot_forget_and_does_when_told(
    old: list[Running], capsys: pytest.CaptureFixture[str], tmp_path: object
) -> None:
    from pathlib import Path

    target = clickhouse.target_of(old[0].node, database="forgetting")
    assert main(["store", "init", str(target)]) == 0
    sink = fleet(target, Path(str(tmp_path)))
    for batch in batches.batches(range(1, 5)):
        sink.take(batch)
    sink.finish_block()
    while sink.waiting_bytes():
        pass
    sink.close()
    capsys.readouterr()
    assert main(["store", "init", str(target)]) == 0  # the batches are of last year
    assert "run this every day: 3 partitions were dropped now" in capsys.readouterr().out
    assert ask(target, "SELECT count() FROM forgetting.hours") == "0\n"


def test_every_server_of_a_cluster_has_to_be_named(
    old: list[Running], capsys: pytest.CaptureFixture[str]
) -> None:
    one = str(clickhouse.target_of(old[0].node))
    assert main(["store", "init", one, "--cluster", clickhouse.CLUSTER]) == 1
    assert "it has 2 servers, and" in capsys.readouterr().err
    assert main(["store", "init", one, "--cluster", "other"]) == 1
    assert "knows none of that name" in capsys.readouterr().err
    assert main(["store", "init", one, "--cluster", "x; DROP"]) == 2


def test_replicas_replicate() -> None:
    plan = Plan("tunnels", Keep(), "fleet", NEW, replicated=True)
    raw, minutes = list(plan.statements())[:2]
    where = "'/clickhouse/tables/{shard}/tunnels/raw', '{replica}'"
    assert f"ENGINE = ReplicatedMergeTree({where})" in raw
    assert "ReplicatedSummingMergeTree('/clickhouse/tables/{shard}/tunnels/minutes'" in minutes
    assert "tunnels.raw_local" in raw
    assert f"TTL arrived + INTERVAL {Keep().of(RAW) // 10**9} SECOND" in raw


def test_tables_of_a_newer_version_are_left_alone(new: Running) -> None:
    target = clickhouse.target_of(new.node, database="newer")
    clickhouse_schema.make(target, Keep(), None, print)
    ask(target, "INSERT INTO newer.about (key, value, changed) SELECT 'version', '99', now() + 5")
    with pytest.raises(StoreFailed, match="a newer tunnel-monitor set it up; update this one"):
        clickhouse_schema.make(target, Keep(), None, print)
    with pytest.raises(StoreFailed, match="its tables are of another version; bring them up"):
        ClickHouseSource(target).span()


def test_what_servers_say_is_told_with_what_to_do(
    new: Running, old: list[Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    for server in (new, old[0]):
        missing = clickhouse.target_of(server.node, database="never_made")
        with pytest.raises(StoreFailed, match=r"it has no such (table|database) .*store init"):
            ClickHouseSource(missing).span()
    monkeypatch.setitem(clickhouse.CREDENTIALS, PASSWORD, "wrong")
    for server in (new, old[0]):
        stranger = clickhouse.target_of(server.node)
        with pytest.raises(StoreFailed, match="user monitor may not") as refused:
            ClickHouseSource(stranger).span()
        assert "wrong" not in str(refused.value)


def test_a_server_that_is_away_is_passed_over(old: list[Running]) -> None:
    away = clickhouse.free_ports(1)[0]
    from tunnel_monitor.store.clickhouse_target import Node

    target = clickhouse.target_of(*(server.node for server in old), database="passed")
    clickhouse_schema.make(target, Keep(), clickhouse.CLUSTER, print)
    both = clickhouse.target_of(Node("127.0.0.1", away), old[1].node, database="passed")
    assert ClickHouseSource(both).span() is None
    alone = clickhouse.target_of(Node("127.0.0.1", away))
    with pytest.raises(StoreFailed, match=r"cannot connect to .* \(Connection refused\)"):
        ClickHouseSource(alone).span()
