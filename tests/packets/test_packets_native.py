"""The native build against the packet table, and against the slow reference."""

from __future__ import annotations

import pytest
from tests.packets.expected import Case, Expected
from tests.packets.readers import parsed_natively
from tests.packets.table import CASES, GROUPS, truncations

from tunnel_monitor.contract import Outcome


def check(cases: list[Case], *, link_header: bool) -> None:
    frames = [case.frame for case in cases]
    found = parsed_natively(frames, link_header=link_header)
    assert found == [comparable(case.expected) for case in cases]


def comparable(expected: Expected) -> Expected:
    """Only of a flow do addresses and inner bytes say something."""
    if expected.outcome is Outcome.FLOW:
        return expected
    return Expected(expected.outcome, expected.bytes)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_becomes_what_the_table_says(case: Case) -> None:
    check([case], link_header=case.link_header)


@pytest.mark.parametrize("group", GROUPS)
def test_each_case_cut_at_every_byte(group: str) -> None:
    for case in GROUPS[group]:
        check(list(truncations(case)), link_header=case.link_header)
