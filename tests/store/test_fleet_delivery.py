"""Into a database exactly once: whatever is killed, paused, muffled or renamed on the way."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.store import batches, clickhouse
from tests.store.batches import LONG_NS
from tests.store.clickhouse import Running
from tests.store.engines import LONG, fleet
from tests.store.muffler import muffled

from tunnel_monitor.flows import columns
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.store import clickhouse_native, clickhouse_schema
from tunnel_monitor.store.clickhouse_http import Server
from tunnel_monitor.store.clickhouse_target import Node, Target
from tunnel_monitor.store.fleet import Fleet

DEADLINE_S = 60
EACH_S = LONG_NS / 1e9  # a block for each batch
LEVELS = ("raw", "minutes", "hours")
ENGINES: dict[str, Callable[[Path], AbstractContextManager[list[Running]]]] = {
    "debian": lambda folder: clickhouse.of_debian(folder, count=2),
    "current": clickhouse.current,
}


@dataclass
class Servers:
    """Servers with tables, and what each level of theirs adds up to."""

    running: list[Running]
    target: Target
    cluster: str | None

    def home(self, host: str = "node1") -> Running:
        node = self.target.home(host)
        return next(server for server in self.running if server.node == node)

    def through(self, node: Node) -> Target:
        """The same database by another way."""
        return clickhouse.target_of(node, database=self.target.database)

    def ask(self, statement: str, node: Node | None = None) -> None:
        Server(node or self.running[0].node, self.target).ask(statement)

    def sums(self, level: str) -> tuple[int, ...]:
        """Packets, bytes, inner bytes of flows, ledger packets, drains."""
        statement = (
            "SELECT sum(if(kind < 2, packets, 0)) AS a, sum(if(kind < 2, bytes, 0)) AS b, "
            "sum(if(kind < 2, inner_bytes, 0)) AS c, sum(if(kind = 3, packets, 0)) AS d, "
            f"sum(if(kind = 5, packets, 0)) AS e FROM {self.target.database}.{level} FORMAT Native"
        )
        answer = Server(self.running[0].node, self.target).ask(statement)
        found = clickhouse_native.columns(answer)
        return tuple(int(found[name][0]) for name in "abcde")

    def expect(self, kept: list[FlowBatch]) -> None:
        """Every level has all of it, once."""
        rows = [columns.join(batch.flows, batch.tunnels) for batch in kept]
        flows = columns.counts(columns.join(columns.empty(), *rows))
        packets = sum(int(batch.ledger["packets"].sum()) for batch in kept)
        for level in LEVELS:
            assert self.sums(level) == (*flows, packets, len(kept)), level


@pytest.fixture(scope="module", params=ENGINES)
def started(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[list[Running], str | None]]:
    with ENGINES[request.param](tmp_path_factory.mktemp("servers")) as running:
        yield running, clickhouse.CLUSTER if request.param == "debian" else None


@pytest.fixture
def servers(started: tuple[list[Running], str | None], request: pytest.FixtureRequest) -> Servers:
    """With a database of the test's own: a killed server may bring back what was deleted."""
    running, cluster = started
    database = re.sub(r"\W", "_", request.node.name)[-40:]
    target = clickhouse.target_of(*(server.node for server in running), database=f"t{database}")
    clickhouse_schema.make(target, LONG, cluster, print)
    return Servers(running, target, cluster)


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def wait_until_sent(sink: Fleet) -> None:
    sink.finish_block()
    wait_for(lambda: sink.waiting_bytes() == 0, "all is sent")


@pytest.mark.parametrize("after", [0, 5, 23])
def test_a_killed_server_costs_nothing_and_nothing_twice(
    after: int, servers: Servers, tmp_path: Path
) -> None:
    told: list[str] = []
    sink = fleet(servers.target, tmp_path, report=told.append, block_s=EACH_S)
    kept = list(batches.batches(range(1, 60)))
    for number, batch in enumerate(kept):
        if number == after:
            servers.home().kill()
        if number == after + 20:
            wait_for(lambda: bool(told), "that nobody answers is told")
            servers.home().start()
        sink.take(batch)
        time.sleep(0.005)  # the load: some blocks are under way at any moment
    wait_until_sent(sink)
    sink.close()
    servers.expect(kept)
    assert "waits on disk" in told[0]
    assert told[-1] == "the store takes what is counted again; nothing was lost"


def test_a_block_whose_answer_was_lost_is_not_counted_twice(
    servers: Servers, tmp_path: Path
) -> None:
    with muffled(servers.home().node) as wire:
        sink = fleet(
            servers.through(wire.node),
            tmp_path,
            block_s=EACH_S,
        )
        kept = list(batches.batches(range(1, 10)))
        for number, batch in enumerate(kept):
            wire.deaf = number % 3 == 0
            sink.take(batch)
            wait_for(lambda: not wire.deaf or wire.dropped > 0, "an answer is lost")
            wire.deaf = False
            wait_until_sent(sink)
            dropped, wire.dropped = wire.dropped, 0
            assert dropped == (number % 3 == 0)
        sink.close()
    servers.expect(kept)


@pytest.mark.parametrize("level", ["minutes", "hours"])
def test_a_view_that_failed_is_made_good(level: str, servers: Servers, tmp_path: Path) -> None:
    """The block is in the raw level only, and its sender does not know."""
    home = servers.home().node
    view = f"{servers.target.database}.raw_to_{level}"
    kept = list(batches.batches(range(1, 8)))
    with muffled(home) as wire:
        sink = fleet(servers.through(wire.node), tmp_path, block_s=EACH_S)
        for batch in kept[:3]:
            sink.take(batch)
        wait_until_sent(sink)
        servers.ask(f"DETACH TABLE {view}", home)
        wire.deaf = True
        sink.take(kept[3])
        wait_for(lambda: wire.dropped > 0, "an answer is lost")
        servers.ask(f"ATTACH TABLE {view}", home)
        assert servers.sums("raw")[4] > servers.sums(level)[4]
        wire.deaf = False
        for batch in kept[4:]:
            sink.take(batch)
        wait_until_sent(sink)
        sink.close()
    servers.expect(kept)


def test_a_server_that_hangs_is_waited_for(servers: Servers, tmp_path: Path) -> None:
    sink = fleet(servers.target, tmp_path, block_s=EACH_S)
    kept = list(batches.batches(range(1, 6)))
    sink.take(kept[0])
    wait_until_sent(sink)
    servers.home().pause()
    for batch in kept[1:]:
        started_s = time.monotonic()
        sink.take(batch)
        assert time.monotonic() - started_s < 1  # the drain's side never waits
    servers.home().resume()
    wait_until_sent(sink)
    sink.close()
    servers.expect(kept)


def test_what_waits_is_sent_by_the_next_monitor(servers: Servers, tmp_path: Path) -> None:
    kept = list(batches.batches(range(1, 9)))
    servers.home().kill()
    first = fleet(servers.target, tmp_path, block_s=EACH_S)
    for batch in kept[:5]:
        first.take(batch)
    first.close()
    assert list(tmp_path.rglob("*.rows"))
    servers.home().start()
    second = fleet(servers.target, tmp_path, block_s=EACH_S)
    for batch in kept[5:]:
        second.take(batch)
    wait_until_sent(second)
    second.close()
    servers.expect(kept)
    assert not list(tmp_path.iterdir())


def test_what_does_not_fit_on_disk_is_counted(servers: Servers, tmp_path: Path) -> None:
    told: list[str] = []
    servers.home().kill()
    sink = fleet(servers.target, tmp_path, report=told.append, block_s=EACH_S, most_bytes=20_000)
    kept = list(batches.batches(range(1, 60)))
    for batch in kept:
        sink.take(batch)
        assert sink.waiting_bytes() <= 20_000
    servers.home().start()
    wait_until_sent(sink)
    lost = sink.lost()
    sink.close()
    assert 20 < lost < 59
    assert told[-1] == f"the store takes what is counted again; {lost} intervals were lost"
    assert servers.sums("hours")[4] == len(kept) - lost


def test_a_day_ends_its_blocks(servers: Servers, tmp_path: Path) -> None:
    """What is written to two days at once is not there as a whole."""
    day_ns = 86_400 * 10**9
    midnight_ns = -(-batches.batch_at(1, []).time_ns // day_ns) * day_ns
    kept = [
        replace(batch, time_ns=midnight_ns + (place - 2) * LONG_NS + 7)
        for place, batch in enumerate(batches.batches(range(1, 8)))
    ]
    sink = fleet(servers.target, tmp_path, block_s=600)
    for batch in kept:
        sink.take(batch)
    wait_until_sent(sink)
    sink.close()
    servers.expect(kept)


def test_two_monitors_of_one_host_stay_apart(servers: Servers, tmp_path: Path) -> None:
    kept = list(batches.batches(range(1, 9)))
    sinks = [fleet(servers.target, tmp_path, block_s=EACH_S) for _ in range(2)]
    for place, batch in enumerate(kept):
        sinks[place % 2].take(batch)
    for sink in sinks:
        wait_until_sent(sink)
        sink.close()
    servers.expect(kept)
