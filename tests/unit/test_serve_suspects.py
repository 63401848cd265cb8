"""Who grew most is found out anew for each event, or every few seconds with many flows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from tests.unit.synthetic import many

from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.filter.parse import parse
from tunnel_monitor.flows.gathering import FLOWS_PER_S
from tunnel_monitor.serve import suspects
from tunnel_monitor.serve.members import Json
from tunnel_monitor.serve.parameters import Query
from tunnel_monitor.serve.suspects import Suspects
from tunnel_monitor.serve.view import LiveView, Snapshot

FEW, MANY = FLOWS_PER_S // 2, 5 * FLOWS_PER_S
Asked = list[tuple[int, Query]]
Moments = Callable[[int, int], Snapshot]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """When it was really found out, by the number of the drain, and for which query."""
    found: Asked = []

    def culprit(snapshot: Snapshot, query: Query) -> Json:
        found.append((snapshot.number, query))
        return {"share": snapshot.number}

    monkeypatch.setattr(suspects, "culprit_of", culprit)
    return found


@pytest.fixture
def moments() -> Iterator[Moments]:
    """Makes snapshots of so many flows, after the drain of a number."""
    with closing(LiveView(["eth0"], 1.0)) as view:

        def at(flows: int, number: int) -> Snapshot:
            view.take(FlowBatch.of(many(flows, number=number)))
            return view.snapshot

        yield at


@pytest.mark.usefixtures("asked")
def test_of_few_flows_it_is_found_out_for_each_event(moments: Moments) -> None:
    known = Suspects()
    told = [known.of(moments(FEW, number), Query()) for number in (1, 2, 3)]
    assert told == [{"share": 1}, {"share": 2}, {"share": 3}]


def test_of_many_flows_every_five_seconds(asked: Asked, moments: Moments) -> None:
    known = Suspects()
    for number in range(1, 12):
        known.of(moments(MANY, number), Query())
    assert [number for number, _ in asked] == [1, 6, 11]


def test_each_filter_has_its_own(asked: Asked, moments: Moments) -> None:
    moment, known = moments(MANY, 1), Suspects()
    queries = [Query(), Query(filter=parse("vni:1")), Query(limit=5), Query()]
    for query in queries:
        known.of(moment, query)
    assert [query for _, query in asked] == queries[:2]


def test_a_clock_that_is_set_back_keeps_nobody_a_suspect(asked: Asked, moments: Moments) -> None:
    known = Suspects()
    for number in (100, 1):
        known.of(moments(MANY, number), Query())
    assert [number for number, _ in asked] == [100, 1]


@pytest.mark.usefixtures("asked")
def test_what_nobody_asks_for_any_more_is_forgotten(moments: Moments) -> None:
    known = Suspects()
    known.of(moments(FEW, 1), Query())
    known.of(moments(FEW, 100), Query(filter=parse("vni:1")))
    assert len(known) == 1
