"""A store is judged step by step, each once, as soon as it is complete."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from tests.unit.synthetic import Flow, drained

from tunnel_monitor.contract import DIRECTIONS, OUTCOMES, Direction
from tunnel_monitor.diagnose.mutes import Mute, Mutes
from tunnel_monitor.diagnose.thresholds import Thresholds
from tunnel_monitor.errors import StoreFailed
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.group import group
from tunnel_monitor.flows.question import Answer, Books, Place, Question, Series, Span, Sums
from tunnel_monitor.layout import TALLY
from tunnel_monitor.serve.fleet_findings import STEP_NS, FleetFindings

BEGIN_NS = 1_000_000 * STEP_NS
HOSTS = ("node1", "node2")
A, B = "172.16.1.100", "172.16.1.101"


@dataclass
class Store:
    """Two hosts, of which the second gets all, but in some steps."""

    steps: int = 0  # that are complete
    lossy: Collection[int] = ()
    asleep: Collection[str] = ()
    others: int = 0  # rows that are not told
    away: bool = False
    asked: list[int] = field(default_factory=list)

    def span(self) -> Span | None:
        return Span(BEGIN_NS + 1, BEGIN_NS + self.steps * STEP_NS + 1) if self.steps else None

    def answer(self, question: Question) -> Answer:
        step = (question.span.from_ns - BEGIN_NS) // STEP_NS
        self.asked.append(step)
        arrived = 80 if step in self.lossy else 100
        counts = [(A, B, 100, arrived), (B, A, 7, 7)]
        flows = [
            Flow(outer_src=source, outer_dst=to, packets=n, direction=way, interface=host)
            for source, to, sent, received in counts
            for host, way, n in (
                (HOSTS[source != A], Direction.EGRESS, sent),
                (HOSTS[to != A], Direction.INGRESS, received),
            )
        ]
        rows = FlowBatch.of(drained(flows, interfaces=HOSTS)).flows
        groups = group(rows, question.by - {"host"} | {"interface"})
        places = tuple(Place(host, "") for host in HOSTS)
        return Answer(
            question.span, question.span.length_ns, groups, places, Sums(self.others, 0, 0, 0)
        )

    def series(self, question: Question, step_ns: int) -> Series:
        del question, step_ns  # no step is looked at closely
        raise StoreFailed("no answer", "try again")

    def ledger(self, span: Span, hosts: Collection[str] = ()) -> Books:
        if self.away:
            raise StoreFailed("no answer", "try again")
        (host,) = hosts
        elapsed_ns = span.length_ns // (2 if host in self.asleep else 1)
        return Books(span, elapsed_ns, (), np.zeros((0, DIRECTIONS, OUTCOMES), TALLY))


def findings(store: Store, *, off: bool = False, mute: str = "") -> FleetFindings:
    mutes = Mutes([Mute.of(mute, ["loss"])] if mute else [])
    return FleetFindings(store, thresholds=Thresholds(), mutes=mutes, complain=print, off=off)


def test_each_step_is_judged_once_when_it_is_complete() -> None:
    store = Store()
    judge = findings(store)
    judge.look()
    assert store.asked == []
    store.steps = 3
    judge.look()
    judge.look()
    assert store.asked == [1, 2]
    store.steps = 4
    judge.look()
    assert store.asked == [1, 2, 3]


def test_what_is_long_past_is_not_judged() -> None:
    store = Store(steps=1000)
    judge = findings(store)
    judge.look()
    assert store.asked == list(range(988, 1000))


def test_loss_is_found_between_its_hosts_and_closes() -> None:
    store = Store(steps=6, lossy=range(4, 8))
    judge = findings(store)
    judge.look()
    (found,) = judge.report.open
    evidence = found.seen.evidence
    assert (evidence["from_host"], evidence["to_host"]) == HOSTS
    assert (evidence["lost_packets"], found.seen.subject.peers) == (20, (A, B))
    assert found.opened_ns == BEGIN_NS + 5 * STEP_NS
    assert [name for name, _ in judge.report.checks] == ["loss"]
    store.steps = 12
    judge.look()
    assert judge.report.open == ()


def test_a_host_that_counted_half_of_the_time_is_not_compared() -> None:
    store = Store(steps=12, lossy=range(12), asleep=["node2"])
    judge = findings(store)
    judge.look()
    assert judge.report.findings == ()


def test_findings_can_be_muted_and_left_out() -> None:
    store = Store(steps=12, lossy=range(12))
    quiet = findings(store, mute="loss")
    quiet.look()
    assert (quiet.report.open, len(quiet.report.findings)) == ((), 1)
    none = findings(replace(store, asked=[]), off=True)
    none.look()
    assert none.report.checks == ()


@pytest.mark.parametrize("store", [Store(8, range(8), away=True), Store(8, range(8), others=1)])
def test_what_is_not_known_is_no_loss(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    judge = findings(store)
    judge.look()
    assert not judge.report.open
    told = capsys.readouterr().out
    assert "please report" not in told
    assert ("not judged" in told) is bool(store.others)
