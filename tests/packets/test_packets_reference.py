"""The slow reference against the packet table, and against packets that know their answer."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from tests.packets.expected import Case, Expected
from tests.packets.reference import reference
from tests.packets.strategies import UNTIMED, stacks
from tests.packets.strategies_broken import broken
from tests.packets.table import CASES, GROUPS, truncations

from tunnel_monitor.contract import Outcome

# What the parser cannot say by itself.
NOT_PARSED = {Outcome.OVERFLOW, Outcome.NOT_ENTERED, Outcome.UNKNOWN_LINK}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_reference_says_what_the_table_says(case: Case) -> None:
    assert reference(case.frame, link_header=case.link_header) == case.expected


def test_each_case_has_its_own_name() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


def test_the_table_has_every_outcome_of_parsing() -> None:
    assert {case.expected.outcome for case in CASES} == set(Outcome) - NOT_PARSED


@pytest.mark.parametrize("group", GROUPS)
def test_a_byte_more_never_takes_a_tunnel_away(group: str) -> None:
    for case in GROUPS[group]:
        for shorter, longer in pairwise([*truncations(case), case]):
            check_that_nothing_is_taken_away(shorter.expected, longer.expected)


def check_that_nothing_is_taken_away(before: Expected, after: Expected) -> None:
    if before.outcome is Outcome.TOO_DEEP:
        assert after.outcome is Outcome.TOO_DEEP
    if before.outcome is not Outcome.FLOW:
        return
    assert after.outcome in {Outcome.FLOW, Outcome.TOO_DEEP}
    if after.outcome is Outcome.FLOW:
        assert after.encap[: len(before.encap)] == before.encap
    if after.encap == before.encap:
        assert after.inner_bytes == before.inner_bytes + 1
        assert before.inner_src in {"", after.inner_src}


@UNTIMED
@given(stacks())
def test_reference_says_what_a_random_stack_was_made_of(case: Case) -> None:
    assert reference(case.frame) == case.expected


@UNTIMED
@given(broken() | broken(link_header=False))
def test_a_broken_packet_is_in_one_place(case: Case) -> None:
    expected = case.expected
    assert expected.outcome not in NOT_PARSED
    assert (expected.outcome is Outcome.FLOW) == bool(expected.encap)
    assert expected.bytes == len(case.frame)
    assert 0 <= expected.inner_bytes < max(1, len(case.frame))
