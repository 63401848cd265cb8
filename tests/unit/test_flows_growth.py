"""Who grew: all contributions add up, and only a real culprit is named."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.synthetic import Flow
from tests.unit.test_flows_group import FLOWS
from tests.unit.test_flows_recent import BYS, NOON_NS, after, batch_at, rows_of

from tunnel_monitor.flows import columns, labels
from tunnel_monitor.flows.filter.parse import parse
from tunnel_monitor.flows.groupings import CONVERSATION, ENDPOINT
from tunnel_monitor.flows.growth import Culprit, culprit, growth
from tunnel_monitor.flows.question import Question, Span
from tunnel_monitor.flows.recent import SECOND_NS, Recent

MINUTE_NS = 60 * SECOND_NS
NOW = Span(NOON_NS + MINUTE_NS, NOON_NS + 2 * MINUTE_NS)
QUESTION = Question(NOW)


def over_two_minutes(flows_at: list[list[Flow]]) -> Recent:
    """A drain each second; those of the second minute are the last 60."""
    return after(
        [batch_at(NOON_NS + (n + 1) * SECOND_NS, *flows) for n, flows in enumerate(flows_at)]
    )


def sends(host: int, size: int, **more: object) -> Flow:
    flow = Flow(inner_src=f"192.168.2.{host}", inner_dst="192.168.2.3", vni=10002)
    return replace(flow, outer_src=f"172.16.1.{host}", bytes=size, **more)  # type: ignore[arg-type]


def found(flows_at: list[list[Flow]], text: str = "") -> Culprit | None:
    source = over_two_minutes(flows_at)
    return culprit(source, replace(QUESTION, filter=parse(text)), NOW.before)


STEADY = [[sends(host, 100_000) for host in range(1, 9)] for _ in range(120)]


@given(st.lists(FLOWS, max_size=6), st.lists(FLOWS, max_size=6), st.sampled_from(BYS))
def test_contributions_add_up_to_the_difference(
    earlier: list[Flow], later: list[Flow], by: set[str]
) -> None:
    batches = [batch_at(NOON_NS + SECOND_NS, *earlier), batch_at(NOON_NS + 2 * SECOND_NS, *later)]
    spans = [Span(NOON_NS + n * SECOND_NS, NOON_NS + (n + 1) * SECOND_NS) for n in (0, 1)]
    compared = growth(after(batches), Question(spans[1], by=frozenset(by)), spans[0])
    for time, batch in enumerate(batches):
        assert tuple(compared.counts[:, time].sum(axis=0)) == columns.counts(rows_of([batch]))
    assert not compared.rows["bytes"].any()
    rounding = 1e-13 * compared.rates.max(initial=0)
    difference = np.diff(compared.rates.sum(axis=0), axis=0)[0]
    assert np.allclose(compared.changes.sum(axis=0), difference, atol=rounding)
    sizes = np.abs(compared.changes[:, 1])
    assert (np.diff(sizes) <= 0).all()
    grew = (compared.changes[:, 1] > 0).any()
    assert compared.shares.sum() == pytest.approx(1 if grew else 0)
    keys = columns.words(compared.rows).tobytes()
    assert len({keys[start : start + 104] for start in range(0, len(keys), 104)}) == len(
        compared.rows
    )


def test_one_that_sends_far_more_is_named_with_its_target() -> None:
    later = [[*flows, sends(7, 5_000_000)] for flows in STEADY[60:]]
    who = found([*STEADY[:60], *later])
    assert who is not None
    assert labels.texts(who.rows, "inner_src") == ["192.168.2.7"]
    assert labels.texts(who.rows, "inner_dst") == ["192.168.2.3"]
    assert labels.vnis(who.rows) == [10002]
    assert who.by == CONVERSATION
    assert who.bps == pytest.approx(40_000_000)
    assert who.share == pytest.approx(1)
    assert (who.now, who.before) == (NOW, NOW.before)


def test_it_is_named_seconds_after_it_began() -> None:
    later = [[*flows, *[sends(7, 5_000_000)] * (n >= 50)] for n, flows in enumerate(STEADY[60:])]
    who = found([*STEADY[:60], *later])
    assert who is not None
    assert who.bps == pytest.approx(40_000_000 / 6)


def test_one_that_sends_to_many_has_no_single_target() -> None:
    many = [sends(7, 500_000, inner_dst=f"192.168.2.{n}") for n in range(20, 30)]
    who = found([*STEADY[:60], *([*flows, *many] for flows in STEADY[60:])])
    assert who is not None
    assert labels.texts(who.rows, "inner_src") == ["192.168.2.7"]
    assert who.by == ENDPOINT


@pytest.mark.parametrize(
    "later",
    [
        pytest.param(STEADY[60:], id="nothing changed"),
        pytest.param([[sends(host, 300_000) for host in range(1, 9)]] * 60, id="all grew together"),
        pytest.param(
            [[*flows, sends(7, 10_000)] for flows in STEADY[60:]], id="too little to matter"
        ),
        pytest.param([[sends(1, 100_000)]] * 60, id="all the others fell silent"),
        pytest.param(
            [
                [*flows, Flow(inner_src=None, inner_dst=None, bytes=9_000_000)]
                for flows in STEADY[60:]
            ],
            id="what has no inner address",
        ),
        pytest.param([[]] * 60, id="silence"),
        pytest.param([*STEADY[60:-1], [*STEADY[0], sends(7, 60_000_000)]], id="one burst"),
    ],
)
def test_what_is_no_culprit(later: list[list[Flow]]) -> None:
    assert found([*STEADY[:60], *later]) is None


def test_a_flow_that_always_varies_is_no_culprit() -> None:
    """Bursts in both minutes: nine in one, thirteen in the other."""
    chance = random.Random(5)  # noqa: S311  # the same bursts each time
    wild = [[*flows, *[sends(7, 4_000_000)] * (chance.random() < 0.2)] for flows in STEADY]
    counts = [sum(len(flows) > 8 for flows in part) for part in (wild[:60], wild[60:])]
    later_is_more = wild if counts[0] < counts[1] else [*wild[60:], *wild[:60]]
    assert sorted(counts)[0] < sorted(counts)[1]
    assert found(later_is_more) is None


def test_without_a_time_before_there_is_nothing_to_compare_with() -> None:
    assert found([]) is None
    source = after(
        [batch_at(NOON_NS + MINUTE_NS + n * SECOND_NS, *STEADY[0]) for n in range(1, 30)]
    )
    assert culprit(source, QUESTION, NOW.before) is None


def test_the_filter_limits_whom_it_is_sought_among() -> None:
    later = [[*flows, sends(7, 5_000_000), sends(9, 500_000)] for flows in STEADY[60:]]
    who = found([*STEADY[:60], *later], "!endpoint:192.168.2.7")
    assert who is not None
    assert labels.texts(who.rows, "inner_src") == ["192.168.2.9"]
