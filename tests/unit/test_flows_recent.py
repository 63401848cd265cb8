"""The last minutes: whatever had to be folded, the sums are those of the drains."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.synthetic import Flow, drained, ledger, many
from tests.unit.test_flows_group import FLOWS, summed

from tunnel_monitor.contract import Outcome
from tunnel_monitor.flows import columns, labels, recent
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.flows.filter.match import Setting, chosen
from tunnel_monitor.flows.filter.parse import parse
from tunnel_monitor.flows.folding import bounded, folded
from tunnel_monitor.flows.group import FLOW_COLUMNS, group
from tunnel_monitor.flows.question import Answer, Place, Question, Span, begin_ns
from tunnel_monitor.flows.recent import SECOND_NS, Recent, Room
from tunnel_monitor.layout import COUNTERS, TALLY

PLACES = (Place("node1", "eth0"), Place("node1", "eth1"))
NOON_NS = 1_763_812_800 * SECOND_NS
OVERFLOW = Flow(inner_src=None, inner_dst=None, packets=3, bytes=300)
# Seconds to the next drain, and its flows.
DRAINS = st.lists(
    st.tuples(st.sampled_from([1, 1, 1, 2, 7, 70]), st.lists(FLOWS, max_size=5)),
    min_size=1,
    max_size=40,
)
TIGHT = Room(fine=4, coarse=2, keys=8)
BYS = [FLOW_COLUMNS, {"outer_src"}, {"encap", "vni"}, {"interface", "host"}, set[str]()]


def batch_at(time_ns: int, *flows: Flow, interval_s: float = 1) -> FlowBatch:
    raw = drained(flows, [OVERFLOW], {Outcome.TRUNCATED: (1, 60)}, interfaces=("eth0", "eth1"))
    return replace(FlowBatch.of(raw), time_ns=time_ns, interval_ns=round(interval_s * SECOND_NS))


def batches_of(drains: list[tuple[int, list[Flow]]]) -> list[FlowBatch]:
    times = np.cumsum([gap for gap, _ in drains]).tolist()
    return [
        batch_at(NOON_NS + time * SECOND_NS + 3_000_000, *flows)
        for time, (_, flows) in zip(times, drains, strict=True)
    ]


def after(batches: list[FlowBatch], room: Room | None = None, interval_s: float = 1) -> Recent:
    found = Recent.nothing(PLACES, interval_s, room)
    for batch in batches:
        found = found.added(batch)
    return found


def inside(batches: list[FlowBatch], span: Span, interval_s: float = 1) -> list[FlowBatch]:
    interval_ns = round(interval_s * SECOND_NS)
    return [
        batch
        for batch in batches
        if span.from_ns <= begin_ns(batch.time_ns, batch.interval_ns, interval_ns) < span.until_ns
    ]


def rows_of(batches: list[FlowBatch]) -> Rows:
    parts = [columns.join(batch.flows, batch.tunnels) for batch in batches]
    return group(columns.join(columns.empty(), *parts))


def counted(answer: Answer) -> tuple[int, ...]:
    """All that an answer tells, shown or not."""
    other = (answer.other.packets, answer.other.bytes, answer.other.inner_bytes)
    return tuple(map(sum, zip(columns.counts(answer.rows), other, strict=True)))


@pytest.mark.parametrize("room", [Room(), TIGHT])
@given(drains=DRAINS, start=st.integers(-5, 200), length=st.integers(1, 300))
def test_sums_are_those_of_the_drains_and_of_their_ledger(
    room: Room, drains: list[tuple[int, list[Flow]]], start: int, length: int
) -> None:
    batches = batches_of(drains)
    found = after(batches, room)
    begin = NOON_NS + start * SECOND_NS
    question = Question(Span(begin, begin + length * SECOND_NS), limit=3)
    answer = found.answer(question)
    ours = inside(batches, answer.span)
    assert counted(answer) == columns.counts(rows_of(ours))
    assert answer.elapsed_ns == len(ours) * SECOND_NS
    books = found.ledger(question.span)
    assert books.span == answer.span
    tunneled = books.ledger[:, :, [Outcome.FLOW, Outcome.OVERFLOW]]
    assert counted(answer)[:2] == (tunneled["packets"].sum(), tunneled["bytes"].sum())
    # The answer is of all that was asked for, as far as it is there, and of little more.
    kept = found.span()
    assert kept is not None
    asked = inside(batches, Span(max(begin, kept.from_ns), question.span.until_ns))
    assert {batch.time_ns for batch in asked} <= {batch.time_ns for batch in ours}
    assert all(batch.time_ns >= begin - 10 * SECOND_NS for batch in ours)


@given(drains=DRAINS, by=st.sampled_from(BYS))
def test_with_room_enough_groups_are_exact(
    drains: list[tuple[int, list[Flow]]], by: set[str]
) -> None:
    batches = batches_of(drains)
    found = after(batches)
    span = found.span()
    assert span is not None
    answer = found.answer(Question(span, by=frozenset(by), limit=1000))
    expected = group(rows_of(inside(batches, span)), by - {"host"})
    assert summed(columns.words(answer.rows)) == summed(columns.words(expected))
    assert answer.rows["bytes"].tolist() == sorted(expected["bytes"].tolist(), reverse=True)
    assert answer.other.rows == 0
    assert {place.host for place in answer.places} == {"node1" if "host" in by else ""}


@given(drains=DRAINS, by=st.sampled_from(BYS), limit=st.integers(0, 4), step=st.integers(1, 30))
def test_a_series_adds_up_to_the_answer(
    drains: list[tuple[int, list[Flow]]], by: set[str], limit: int, step: int
) -> None:
    found = after(batches_of(drains), TIGHT)
    span = found.span()
    assert span is not None
    question = Question(span, by=frozenset(by), limit=limit, filter=parse("direction:egress"))
    series, answer = found.series(question, step * SECOND_NS), found.answer(question)
    assert series.span == answer.span == span
    assert series.rows["bytes"].tolist() == answer.rows["bytes"].tolist()
    totals = series.counts.sum(axis=1)
    for place, name in enumerate(COUNTERS.names or ()):
        assert totals[:-1, place].tolist() == series.rows[name].tolist()
    # Which of two that sent the same are rows and which are others may differ.
    assert totals.sum(axis=0).tolist() == list(counted(answer))
    assert totals[-1][1] == answer.other.bytes
    assert series.others == answer.other.rows
    assert series.elapsed_ns.sum() == answer.elapsed_ns
    assert (np.diff(series.ends_ns) > 0).all()


def test_the_past_is_kept_for_a_quarter_of_an_hour_ever_more_coarsely() -> None:
    found = after([batch_at(NOON_NS + n * SECOND_NS, Flow()) for n in range(1, 2000)])
    span = found.span()
    assert span is not None
    assert span.length_ns == pytest.approx(recent.SPAN_S * SECOND_NS, abs=10 * SECOND_NS)
    lengths = Counter(one.span.length_ns // SECOND_NS for one in found.slices)
    assert set(lengths) == {1, 10}
    assert 60 <= lengths[1] <= 70
    assert span.until_ns == NOON_NS + 1999 * SECOND_NS


@pytest.mark.parametrize(
    ("interval_s", "fine_s", "coarse_s"),
    [(0.05, 1, 10), (0.3, 1.2, 10.2), (7, 7, 14), (60, 60, 60)],
)
def test_slices_hold_whole_intervals(interval_s: float, fine_s: float, coarse_s: float) -> None:
    interval_ns = round(interval_s * SECOND_NS)
    first = NOON_NS // interval_ns + 1
    count = round(200 / interval_s) + 5
    batches = [
        batch_at((first + n) * interval_ns, Flow(), interval_s=interval_s) for n in range(count)
    ]
    found = after(batches, interval_s=interval_s)
    lengths = {one.span.length_ns for one in found.slices}
    assert lengths <= {round(fine_s * SECOND_NS), round(coarse_s * SECOND_NS)}
    assert all(one.span.from_ns % interval_ns == 0 for one in found.slices)
    span = found.span()
    assert span is not None
    answer = found.answer(Question(span))
    assert answer.elapsed_ns == len(inside(batches, span, interval_s)) * interval_ns


def test_a_clock_that_is_set_back_costs_history_but_no_sums() -> None:
    batches = [batch_at(NOON_NS + n * SECOND_NS, Flow()) for n in (100, 101, 95, 102)]
    found = after(batches)
    span = found.span()
    assert span is not None
    assert found.answer(Question(span)).elapsed_ns == 4 * SECOND_NS
    later = found.added(batch_at(NOON_NS - 1000 * SECOND_NS, Flow()))
    assert len(later.slices) == 1


def test_before_the_first_drain_there_is_nothing() -> None:
    found = Recent.nothing(PLACES, 1)
    question = Question(Span(NOON_NS, NOON_NS + SECOND_NS))
    assert found.span() is None
    answer, series = found.answer(question), found.series(question, SECOND_NS)
    assert (len(answer.rows), answer.elapsed_ns, answer.span.length_ns) == (0, 0, 0)
    assert series.counts.shape == (1, 0, 3)
    assert not found.ledger(question.span).ledger["packets"].any()


def test_pages_in_any_order_are_all_rows_once() -> None:
    flows = [Flow(vni=n, inner_src=f"10.0.0.{(n * 7) % 250}", bytes=1000 - n) for n in range(50)]
    found = after([batch_at(NOON_NS, *flows)])
    span = found.span()
    assert span is not None
    told = []
    for offset in range(0, 60, 7):
        question = Question(span, order="inner_src", descending=False, limit=7, offset=offset)
        answer = found.answer(question)
        told += labels.texts(answer.rows, "inner_src")
        assert len(answer.rows) + answer.other.rows == 51
    inner = sorted(
        (flow.inner_src or "" for flow in flows), key=lambda text: int(text.split(".")[3])
    )
    assert told == ["", *inner]


def test_memory_is_bounded_whatever_is_sent() -> None:
    room = Room(fine=200, coarse=50, keys=2000)
    batches = [FlowBatch.of(many(500, seed=n, number=n)) for n in range(1, 200)]
    found = after([replace(one, interfaces=("eth0",)) for one in batches], room)
    assert len(found.book) <= room.keys + room.fine
    assert max(len(one.numbers) for one in found.slices) <= room.fine + 4
    span = found.span()
    assert span is not None
    assert counted(found.answer(Question(span))) == columns.counts(rows_of(inside(batches, span)))


@given(st.lists(FLOWS, max_size=12), st.integers(1, 6))
def test_folding_keeps_counts_and_the_largest(flows: list[Flow], keep: int) -> None:
    rows = rows_of([batch_at(NOON_NS, *flows)])
    coarse, few = folded(rows, keep), bounded(rows, keep)
    assert columns.counts(coarse) == columns.counts(few) == columns.counts(rows)
    assert (coarse["bytes"] == rows["bytes"]).all()
    places = columns.largest(rows, keep)
    assert columns.take(coarse, places).tobytes() == columns.take(rows, places).tobytes()
    flows_left = chosen(coarse, parse("!inner:none"), Setting(0))
    assert len(flows_left) <= keep
    assert len(few) <= keep + 4 or len(rows) <= keep
    assert len(group(few)) == len(few)


def test_a_ledger_of_other_hosts_is_empty() -> None:
    found = after([batch_at(NOON_NS, Flow())])
    span = found.span()
    assert span is not None
    ours = found.ledger(span, ["node1"]).ledger
    assert ours.tobytes() == found.ledger(span).ledger.tobytes() != bytes(ours.nbytes)
    assert ours[0].tobytes() == ledger([Flow()], [OVERFLOW], {Outcome.TRUNCATED: (1, 60)}).tobytes()
    assert not found.ledger(span, ["node2"]).ledger["packets"].any()
    assert ours.dtype == TALLY


def test_of_a_capture_every_slice_is_kept() -> None:
    found = Recent.nothing(PLACES, 60, whole=True)
    batches = [batch_at(NOON_NS + n * 60 * SECOND_NS, Flow(), interval_s=60) for n in range(100)]
    for batch in batches:
        found = found.added(batch)
    span = found.span()
    assert span is not None
    assert span.length_ns == 100 * 60 * SECOND_NS
    assert len(found.slices) == 100
    assert counted(found.answer(Question(span))) == columns.counts(rows_of(batches))


def test_when_something_was_there() -> None:
    found = after(
        [batch_at(NOON_NS + n * SECOND_NS, Flow(vni=n % 2)) for n in range(1, 5)], interval_s=1
    )
    second = NOON_NS + SECOND_NS
    assert found.times(parse("vni:0")).tolist() == [
        [second, second + SECOND_NS],
        [second + 2 * SECOND_NS, second + 3 * SECOND_NS],
    ]
    assert found.times(parse("vni:7")).shape == (0, 2)
