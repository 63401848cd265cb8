"""Several drains of many flows are one for the sink behind; no packet is lost on the way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.synthetic import SECOND_NS, Flow, drained, many

from tunnel_monitor.flows import columns
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.gathering import FLOWS_PER_S, LONGEST_S, MOST_FLOWS, Gathering


class Recorder:
    name = "recorder"

    def __init__(self) -> None:
        self.taken: list[FlowBatch] = []
        self.closed = False

    def take(self, batch: FlowBatch) -> None:
        self.taken.append(batch)

    def close(self) -> None:
        self.closed = True


def batch(flows: int, number: int = 1, interval_ns: int = SECOND_NS) -> FlowBatch:
    return replace(FlowBatch.of(many(flows, number=number)), interval_ns=interval_ns)


@pytest.fixture
def sink() -> Recorder:
    return Recorder()


@pytest.fixture
def gathering(sink: Recorder) -> Gathering:
    return Gathering(sink)


def test_few_flows_go_on_at_once(sink: Recorder, gathering: Gathering) -> None:
    batches = [batch(FLOWS_PER_S, number) for number in (1, 2)]
    for one in batches:
        gathering.take(one)
    assert sink.taken == batches


@pytest.mark.parametrize("jitter_ns", [-2_000_000, 0, 2_000_000])
@pytest.mark.parametrize(
    ("flows", "drains"), [(2 * FLOWS_PER_S, 2), (9 * FLOWS_PER_S, int(LONGEST_S))]
)
def test_many_flows_wait_for_the_next_drains(
    sink: Recorder, gathering: Gathering, flows: int, drains: int, jitter_ns: int
) -> None:
    batches = [batch(flows, number, SECOND_NS + jitter_ns) for number in range(1, 2 * drains + 1)]
    for one in batches[:drains]:
        assert not sink.taken
        gathering.take(one)
    for one in batches[drains:]:
        assert len(sink.taken) == 1
        gathering.take(one)
    assert [one.number for one in sink.taken] == [drains, 2 * drains]
    for taken in sink.taken:
        assert taken.interval_ns == drains * (SECOND_NS + jitter_ns)
        assert len(taken.flows) == flows
        assert columns.counts(taken.flows) == tuple(
            drains * count for count in columns.counts(batches[0].flows)
        )


def test_what_others_have_too_stays_as_it_was(sink: Recorder, gathering: Gathering) -> None:
    """Each drain is shared with the live view, and what was passed on belongs to the sink."""
    batches = [batch(9 * FLOWS_PER_S, number) for number in range(1, 2 * int(LONGEST_S) + 1)]
    before = [one.flows.tobytes() for one in batches]
    for one in batches[: int(LONGEST_S)]:
        gathering.take(one)
    passed_on = sink.taken[0].flows.tobytes()
    for one in batches[int(LONGEST_S) :]:
        gathering.take(one)
    assert [one.flows.tobytes() for one in batches] == before
    assert sink.taken[0].flows.tobytes() == passed_on


def test_not_more_wait_than_there_is_room_for(sink: Recorder, gathering: Gathering) -> None:
    batches = [batch(MOST_FLOWS, number) for number in (1, 2)]
    for one in batches:
        gathering.take(one)
    assert sink.taken == batches


def test_long_intervals_do_not_wait(sink: Recorder, gathering: Gathering) -> None:
    gathering.take(batch(10 * FLOWS_PER_S, interval_ns=10 * SECOND_NS))
    assert len(sink.taken) == 1


def test_what_waits_goes_on_with_a_quiet_drain(sink: Recorder, gathering: Gathering) -> None:
    gathering.take(batch(3 * FLOWS_PER_S, 1))
    gathering.take(FlowBatch.of(drained([Flow()], number=2)))
    (taken,) = sink.taken
    assert len(taken.flows) == 3 * FLOWS_PER_S + 1


def test_closing_passes_on_what_waits(sink: Recorder, gathering: Gathering) -> None:
    gathering.take(batch(3 * FLOWS_PER_S))
    gathering.close()
    assert len(sink.taken) == 1
    assert sink.closed
