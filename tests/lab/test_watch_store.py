"""`watch --store` on hosts of the lab: what both ends counted, in one database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.lab import commands, watched
from tests.store import clickhouse
from tests.store.clickhouse import CREDENTIALS, Running

from tunnel_monitor.lab import namespaces
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.store.clickhouse_http import Server

pytestmark = pytest.mark.root

OFTEN = ("--interval", "0.2", "--no-serve")


@pytest.fixture(scope="module")
def database(home: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """In the network that commands are started in."""
    with namespaces.entered(home):
        started = clickhouse.current(tmp_path_factory.mktemp("server"))
        (server,) = started.__enter__()
    yield server
    started.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)


def asked(home: int, database: Running, statement: str) -> str:
    target = clickhouse.target_of(database.node)
    with namespaces.entered(home):
        return Server(database.node, target).ask(statement).decode().strip()


def packets(home: int, database: Running) -> int:
    count = (
        "SELECT sum(packets) FROM tunnels.minutes WHERE kind = 0 AND vni = 10000 AND outcome = 0"
    )
    return int(asked(home, database, count))


def test_hosts_send_what_they_count_and_secrets_stay_secret(
    lab: Lab,
    home: int,
    database: Running,
    tmp_path: Path,
    nobodys: Path,
) -> None:
    url = str(clickhouse.target_of(database.node))
    code, told = commands.run(home, tmp_path, "store", "init", url)
    assert (code, told) == (0, f"{database.node.authority} is ready\n")
    words = ("eth0", "--store", url, "--store-spool", str(nobodys), *OFTEN)
    with watched.watch(lab, home, tmp_path, *words) as running:
        watched.ping(lab, 103)
        commands.wait_for(lambda: packets(home, database) == 2 * 103, "all is in the database")
        database.kill()
        watched.ping(lab, 7)
        running.wait_to_tell("what is counted waits on disk until then")
        with namespaces.entered(home):
            database.start()
        running.wait_to_tell("the store takes what is counted again; nothing was lost")
        commands.wait_for(lambda: packets(home, database) == 2 * 110, "the rest is there, too")
        assert "secret" not in " ".join(commands.words_of(running.process.pid))
        running.process.terminate()
        assert running.wait() == 0
    assert "secret" not in running.output
    assert not list(nobodys.iterdir())


def test_secrets_are_refused_where_everybody_could_read_them(home: int, tmp_path: Path) -> None:
    url = "clickhouse://monitor:sesame@127.0.0.1/tunnels"
    code, told = commands.run(home, tmp_path, "watch", "eth0", "--store", url)
    assert code == 2
    assert "secrets do not belong on command lines" in told
    assert "sesame" not in told
