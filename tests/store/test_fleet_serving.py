"""The page of a fleet: each packet once, both ends when asked, loss by pair, hosts everywhere."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.store import batches
from tests.store.batches import LONG_NS
from tests.store.clickhouse import CREDENTIALS
from tests.store.engines import ENGINES, InDatabase
from tests.unit import serving
from tests.unit.synthetic import Flow

from tunnel_monitor.cli.main import main
from tunnel_monitor.contract import Direction
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.filter.parse import parse
from tunnel_monitor.flows.names import NO_NAMES
from tunnel_monitor.flows.question import Question, Span, begin_ns
from tunnel_monitor.serve import past
from tunnel_monitor.serve.fleet_view import FleetView
from tunnel_monitor.serve.members import Json
from tunnel_monitor.serve.past import reply
from tunnel_monitor.store.once import Once

A, B, ELSEWHERE = "172.16.1.100", "172.16.1.101", "172.16.9.9"
IN, OUT = Direction.INGRESS, Direction.EGRESS
SENT, ARRIVED, OTHERS = 100, 97, 5
EARLY_NS = 10**6


def flow(source: str, destination: str, direction: Direction, packets: int) -> Flow:
    return Flow(
        outer_src=source,
        outer_dst=destination,
        direction=direction,
        packets=packets,
        bytes=packets * 1000,
    )


def counted_at(host: str) -> list[FlowBatch]:
    """What each end counts: A sends to B, of which three get lost; somebody else sends to B."""
    flows = {
        "node1": [flow(A, B, OUT, SENT), flow(B, A, IN, 40)],
        "node2": [flow(A, B, IN, ARRIVED), flow(B, A, OUT, 40), flow(ELSEWHERE, B, IN, OTHERS)],
    }
    drains = [batches.batch_at(number, flows[host]) for number in range(1, 21)]
    return [replace(one, interval_ns=one.interval_ns - EARLY_NS) for one in drains]


@dataclass
class Fleet:
    kept: InDatabase
    source: Once
    span: Span

    def packets(self, text: str, *by: str) -> int:
        question = Question(self.span, frozenset(by), parse(text), limit=1000)
        answer = self.source.answer(question)
        return int(answer.rows["packets"].sum()) // 20


@pytest.fixture(scope="module", params=["clickhouse-debian", "clickhouse-current"])
def fleet(request: pytest.FixtureRequest) -> Iterator[Fleet]:
    with ENGINES[request.param]() as kept:
        assert isinstance(kept, InDatabase)
        for host in ("node1", "node2"):
            kept.keep(counted_at(host), host)
        source = Once(kept.source)
        span = source.span()
        assert span is not None
        yield Fleet(kept, source, span)


def test_a_packet_that_both_ends_counted_is_one(fleet: Fleet) -> None:
    assert fleet.packets("") == SENT + 40 + OTHERS
    assert fleet.packets(f"outer_src:{A}") == SENT
    assert fleet.packets("", "outer_src", "outer_dst") == SENT + 40 + OTHERS


def test_a_drain_that_is_early_leaves_nothing_incomplete(fleet: Fleet) -> None:
    last = counted_at("node1")[-1]
    assert fleet.span.until_ns == begin_ns(last.time_ns, LONG_NS, LONG_NS) + LONG_NS


def test_whoever_asks_about_ends_gets_what_they_counted(fleet: Fleet) -> None:
    assert fleet.packets("host:node1") == SENT + 40
    assert fleet.packets("host:node2") == ARRIVED + 40 + OTHERS
    assert fleet.packets("direction:ingress") == ARRIVED + 40 + OTHERS
    assert fleet.packets("", "host") == SENT + 40 + ARRIVED + 40 + OTHERS


def test_hosts_are_places(fleet: Fleet) -> None:
    answer = fleet.source.answer(Question(fleet.span, frozenset({"host"}), limit=10))
    assert {place.host for place in answer.places} == {"node1", "node2"}
    assert fleet.source.ledger(fleet.span, ["node1"]).places[0].host == "node1"
    rows = reply(fleet.source, "flows", [("from", "-1h"), ("by", "host,peer")])["rows"]
    assert {(row["host"], row["outer_src"]) for row in rows} == {
        *(("node1", A), ("node1", B)),
        *(("node2", A), ("node2", B), ("node2", ELSEWHERE)),
    }


def lost(fleet: Fleet, *more: tuple[str, str]) -> Json:
    return past.reply(fleet.source, "loss", [("from", "-1h"), *more])


def test_loss_is_named_by_pair(fleet: Fleet) -> None:
    found = lost(fleet)
    first, second = found["rows"]
    assert (first["from_host"], first["to_host"]) == ("node1", "node2")
    assert (first["outer_src"], first["outer_dst"], first["vni"]) == (A, B, 10000)
    assert first["sent"]["packets"] == str(20 * SENT)
    assert first["received"]["packets"] == str(20 * ARRIVED)
    assert first["lost"] == {"packets": "60", "bytes": "60000", "share": 0.03}
    assert (second["from_host"], second["lost"]["packets"]) == ("node2", "0")
    assert found["all"]["lost"]["packets"] == "60"
    assert found["other"]["tunnels"] == 0


def test_loss_can_be_cut_and_filtered(fleet: Fleet) -> None:
    found = lost(fleet, ("limit", "1"))
    assert len(found["rows"]) == found["other"]["tunnels"] == 1
    assert lost(fleet, ("filter", f"outer_src:{B}"))["all"]["tunnels"] == 1
    assert lost(fleet, ("filter", "vni:7"))["rows"] == []


@contextmanager
def page(fleet: Fleet) -> Iterator[serving.Running]:
    view = FleetView(fleet.source, NO_NAMES, print)
    view.look()
    with serving.serving(view=view) as running:
        running.facts = lambda: view.facts("0.1.0", "here", 1)
        yield running
    view.close()


def test_the_page_has_all_hosts(fleet: Fleet) -> None:
    with page(fleet) as running:
        status = running.api("status")
        assert {one["namespace"] for one in status["interfaces"]} == {"node1", "node2"}
        assert (status["tunnels"], status["peers"]) == (3, 3)
        flows = running.api("flows?window=total&by=pair")
        assert sum(int(row["packets"]) for row in flows["rows"]) == 20 * (SENT + 40 + OTHERS)
        last = running.api("flows?by=host,direction&filter=host:node2")
        assert {row["host"] for row in last["rows"]} <= {"node2"}
        with serving.Events(running) as events:
            event = events.event()
        assert event["drains"] == 1
        assert set(event["addresses"]) <= {A, B, ELSEWHERE, "192.168.0.1", "192.168.0.2"}
        series = running.api("timeline")
        assert sum(int(size) for row in series["packets"] for size in row) > 0


def test_a_view_stays_until_there_is_more(fleet: Fleet) -> None:
    view = FleetView(fleet.source, NO_NAMES, print)
    view.look()
    before = view.snapshot
    view.look()
    assert view.snapshot is before
    view.close()


def test_history_asks_a_store(
    fleet: Fleet, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    words = ["history", "--store", str(fleet.kept.target), "--by", "host", "--json"]
    assert main([*words, "--from", "-1h"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert {row["host"]: int(row["packets"]) // 20 for row in rows} == {
        "node1": SENT + 40,
        "node2": ARRIVED + 40 + OTHERS,
    }
    with tempfile.TemporaryDirectory() as folder:
        assert main([*words[:3], "export", str(Path(folder) / "x")]) == 2
