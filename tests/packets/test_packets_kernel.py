"""The real object, in the kernel, against the packet table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.packets.expected import Case
from tests.packets.readers import KernelReader, added_up
from tests.packets.table import CASES, GROUPS, truncations

from tunnel_monitor.contract import Direction

pytestmark = pytest.mark.root


@pytest.fixture(scope="module")
def readers() -> Iterator[dict[bool, KernelReader]]:
    """A loaded object for frames with a link header, and one for those without."""
    with KernelReader() as with_link_header, KernelReader(link_header=False) as without:
        yield {True: with_link_header, False: without}


def check(reader: KernelReader, cases: list[Case]) -> None:
    """Each frame twice: a new flow takes the long way, a known one may take the fast path."""
    runnable = [case for case in cases if case.test_runs]
    for _ in range(2):
        reader.run(case.frame for case in runnable)
    expected = added_up(case.expected for case in runnable for _ in range(2))
    assert reader.take() == expected, f"{cases[-1].name} and before"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_becomes_what_the_table_says(
    case: Case, readers: dict[bool, KernelReader]
) -> None:
    check(readers[case.link_header], [case])


@pytest.mark.parametrize("group", GROUPS)
def test_each_case_cut_at_every_byte(group: str, readers: dict[bool, KernelReader]) -> None:
    for case in GROUPS[group]:
        check(readers[case.link_header], list(truncations(case)))


def test_the_other_hook_counts_the_same_and_says_so() -> None:
    runnable = [case for case in CASES if case.link_header and case.test_runs]
    with KernelReader(direction=Direction.EGRESS) as reader:
        reader.run(case.frame for case in runnable)
        assert reader.take() == added_up(case.expected for case in runnable)


def test_a_checker_that_sees_one_packet_too_few_fails(readers: dict[bool, KernelReader]) -> None:
    runnable = [case for case in CASES if case.link_header and case.test_runs]
    readers[True].run(case.frame for case in runnable[1:])
    assert readers[True].take() != added_up(case.expected for case in runnable)
