"""One suite for all engines: answers are those that arrays in memory give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from tests.store import batches
from tests.store.batches import LONG_NS, begin_of
from tests.store.engines import ENGINES, HOST, Kept

from tunnel_monitor.contract import Outcome
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.answering import answered
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.filter.parse import parse
from tunnel_monitor.flows.group import FLOW_COLUMNS, group
from tunnel_monitor.flows.question import COLUMNS, Answer, Place, Question, Span
from tunnel_monitor.layout import COUNTERS, FLOW, TALLY
from tunnel_monitor.store.levels import HOUR_NS, MINUTE_NS

PLACES = (Place(HOST, "eth0"), Place(HOST, "eth1"))
TWO_HOURS = range(1, 250)
BYS = [
    FLOW_COLUMNS,
    FLOW_COLUMNS | {"host"},
    frozenset({"outer_src", "outer_dst"}),
    frozenset({"inner_src", "inner_dst", "vni"}),
    frozenset({"encap", "vni"}),
    frozenset({"path"}),
    frozenset({"interface", "direction"}),
    frozenset({"host"}),
    frozenset[str](),
]
FILTERS = [
    "",
    "vni:10001",
    "vni:none,10000",
    "!vni:10000-10001",
    "outer:172.16.1.100/31",
    "outer_src:172.16.1.101-172.16.1.103",
    "inner:192.168.0.1",
    "inner:none",
    "inner_dst:2001:db8::/64",
    "2001:db8::1 or 192.168.0.2",
    "encap:gre",
    "path:*/gre",
    "path:vxlan",
    "direction:egress interface:eth1",
    "interface:ETH?",
    "host:node*",
    "!host:node1",
    "bytes>3G",
    "packets<=2500 vni:10001",
    "rate>2M or inner:none",
    "outer:" + ",".join(f"172.16.1.{number}" for number in range(95, 102)) + ",172.16.1.104",
    "!(bytes>3G or vni:none) outer:172.16.1.0/24",
]


@pytest.fixture(scope="module", params=ENGINES)
def kept(request: pytest.FixtureRequest) -> Iterator[tuple[Kept, list[FlowBatch]]]:
    with ENGINES[request.param]() as engine:
        some = list(batches.batches(TWO_HOURS))
        engine.keep(some)
        yield engine, some


def within(some: list[FlowBatch], span: Span) -> list[FlowBatch]:
    return [batch for batch in some if span.from_ns <= begin_of(batch) < span.until_ns]


def expected(some: list[FlowBatch], question: Question, span: Span) -> Answer:
    """By the arrays of the batches."""
    those = within(some, span)
    rows = [columns.join(batch.flows, batch.tunnels) for batch in those]
    elapsed_ns = sum(batch.interval_ns for batch in those)
    return answered(group(columns.join(columns.empty(), *rows)), question, span, elapsed_ns, PLACES)


def rows_of(answer: Answer) -> list[tuple[object, ...]]:
    """Each row with the place it was counted at."""
    names = [name for name in FLOW.names or () if name != "interface"]
    return [
        (answer.places[row["interface"]], *(row[name].tolist() for name in names))
        for row in answer.rows
    ]


def same(ours: Answer, theirs: Answer) -> None:
    """Rows of one size may come in any order."""
    assert sorted(map(repr, rows_of(ours))) == sorted(map(repr, rows_of(theirs)))
    assert (ours.span, ours.elapsed_ns) == (theirs.span, theirs.elapsed_ns)
    assert ours.other == theirs.other


def whole(engine: Kept) -> Span:
    span = engine.source.span()
    assert span is not None
    return span


@pytest.mark.parametrize("by", BYS, ids=lambda by: ",".join(sorted(by)) or "nothing")
def test_groups_are_those_of_memory(by: frozenset[str], kept: tuple[Kept, list[FlowBatch]]) -> None:
    engine, some = kept
    question = Question(whole(engine), by=by, limit=10_000)
    answer = engine.source.answer(question)
    same(answer, expected(some, question, answer.span))
    assert answer.rows["bytes"].tolist() == sorted(answer.rows["bytes"].tolist(), reverse=True)


@pytest.mark.parametrize("text", FILTERS)
def test_filters_mean_what_they_mean_in_memory(
    text: str, kept: tuple[Kept, list[FlowBatch]]
) -> None:
    engine, some = kept
    question = Question(whole(engine), filter=parse(text), limit=10_000)
    answer = engine.source.answer(question)
    found = expected(some, question, answer.span)
    if answer.elapsed_ns == 0:  # no host is meant, so nobody watched
        found = replace(found, elapsed_ns=0)
    same(answer, found)
    coarse = replace(question, by=frozenset({"vni"}))
    assert engine.source.answer(coarse).other.rows == 0


@pytest.mark.parametrize("order", sorted([*COLUMNS, *(COUNTERS.names or ())]))
@pytest.mark.parametrize("way", ["descending", "ascending"])
def test_any_order_is_that_of_memory(
    order: str,
    way: str,
    kept: tuple[Kept, list[FlowBatch]],
) -> None:
    engine, some = kept
    question = Question(
        whole(engine), by=COLUMNS, order=order, descending=way == "descending", limit=10_000
    )
    answer = engine.source.answer(question)
    found = expected(some, question, answer.span)
    assert rows_of(answer) == rows_of(found)


def test_pages_are_all_rows_once(kept: tuple[Kept, list[FlowBatch]]) -> None:
    engine, _ = kept
    question = Question(whole(engine), order="inner_src", limit=10_000)
    everything = rows_of(engine.source.answer(question))
    pages = []
    for offset in range(0, len(everything) + 50, 50):
        page = engine.source.answer(replace(question, limit=50, offset=offset))
        assert len(page.rows) + page.other.rows == len(everything)
        pages += rows_of(page)
    assert pages == everything


@pytest.mark.parametrize(
    ("from_s", "until_s"), [(0, 30), (45, 615), (3600, 7200), (1234, 5678), (-9999, 99999)]
)
def test_a_part_of_the_time_has_just_its_drains(
    from_s: int, until_s: int, kept: tuple[Kept, list[FlowBatch]]
) -> None:
    engine, some = kept
    begin = begin_of(some[0])
    span = Span(begin + from_s * 10**9, begin + until_s * 10**9)
    answer = engine.source.answer(Question(span, limit=10_000))
    same(answer, expected(some, Question(span, limit=10_000), answer.span))
    wanted = {batch.number for batch in within(some, span)}
    assert wanted == {batch.number for batch in within(some, answer.span)}


def test_a_time_without_drains_is_empty(kept: tuple[Kept, list[FlowBatch]]) -> None:
    engine, some = kept
    far = Span(begin_of(some[-1]) + HOUR_NS, begin_of(some[-1]) + 2 * HOUR_NS)
    answer, series = engine.source.answer(Question(far)), engine.source.series(Question(far), 10**9)
    assert (len(answer.rows), answer.other.rows, answer.elapsed_ns) == (0, 0, 0)
    assert series.counts.shape == (1, 0, 3)
    assert not engine.source.ledger(far).ledger["packets"].any()


@pytest.mark.parametrize("step_s", [1, 60, 90, 600, 3600, 86400])
@pytest.mark.parametrize("text", ["", "direction:egress", "bytes>3G"])
def test_a_series_adds_up_to_the_answer(
    step_s: int, text: str, kept: tuple[Kept, list[FlowBatch]]
) -> None:
    engine, some = kept
    span = Span(begin_of(some[20]), begin_of(some[-20]))
    question = Question(span, by=frozenset({"outer_src"}), filter=parse(text), limit=3)
    answer = engine.source.answer(question)
    series = engine.source.series(question, step_s * 10**9)
    assert rows_of(replace(answer, rows=series.rows)) == rows_of(answer)
    sums = series.counts.sum(axis=1)
    for place, name in enumerate(COUNTERS.names or ()):
        assert sums[:-1, place].tolist() == answer.rows[name].tolist()
        assert sums[-1, place] == getattr(answer.other, name)
    assert series.elapsed_ns.sum() == answer.elapsed_ns
    assert (np.diff(series.ends_ns) > 0).all()
    step_ns = max(step_s * 10**9, LONG_NS)
    assert len(series.ends_ns) <= span.length_ns // step_ns + 2


def test_each_step_has_just_its_drains(kept: tuple[Kept, list[FlowBatch]]) -> None:
    engine, some = kept
    question = Question(Span(begin_of(some[0]), begin_of(some[99])), by=frozenset(), limit=0)
    series = engine.source.series(question, MINUTE_NS)
    for end_ns, (packets, size, inner) in zip(series.ends_ns, series.counts[-1], strict=True):
        step = within(some[:99], Span(int(end_ns) - MINUTE_NS, int(end_ns)))
        rows = [columns.join(batch.flows, batch.tunnels) for batch in step]
        assert (packets, size, inner) == columns.counts(columns.join(columns.empty(), *rows))


def test_the_ledger_has_every_packet(kept: tuple[Kept, list[FlowBatch]]) -> None:
    engine, some = kept
    books = engine.source.ledger(whole(engine))
    assert books.places == PLACES
    total = sum(batch.ledger.view(np.uint64) for batch in some)
    assert books.ledger.tobytes() == np.asarray(total).view(TALLY).tobytes()
    answer = engine.source.answer(Question(whole(engine), by=frozenset(), limit=1))
    tunneled = books.ledger[:, :, [Outcome.FLOW, Outcome.OVERFLOW]]
    assert tunneled["bytes"].sum() == answer.rows["bytes"].sum()
    assert books.elapsed_ns == answer.elapsed_ns == len(some) * LONG_NS


def test_a_ledger_is_of_the_hosts_that_are_asked_for(kept: tuple[Kept, list[FlowBatch]]) -> None:
    engine, _ = kept
    ours = engine.source.ledger(whole(engine), ["node1", "other"])
    assert ours.ledger.tobytes() == engine.source.ledger(whole(engine)).ledger.tobytes()
    assert not engine.source.ledger(whole(engine), ["other"]).ledger["packets"].any()
