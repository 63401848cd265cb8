"""Damaged and random packets in both builds, while the commonest flows are known.

The kernel's fast path counts known flows only. To catch it taking something else for one, the
plain packet that a case resembles must have been seen before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from tests.packets import cases_linkless
from tests.packets.cases_tunnel import FAMILIES
from tests.packets.expected import Case
from tests.packets.readers import KernelReader, added_up, parsed_natively
from tests.packets.strategies import UNTIMED, stacks
from tests.packets.strategies_broken import broken
from tests.packets.table import CASES, bit_flips

# What the commonest packets of a network look like, with a link header and without.
PLAIN = [*FAMILIES, *cases_linkless.CASES[:4]]
RANDOM = stacks() | broken() | broken(link_header=False)


@pytest.fixture(scope="module")
def readers() -> Iterator[dict[bool, KernelReader]]:
    """The object in the kernel, by whether frames have a link header."""
    with KernelReader() as with_link_header, KernelReader(link_header=False) as without:
        yield {True: with_link_header, False: without}


def check_in_the_kernel(reader: KernelReader, cases: Sequence[Case]) -> None:
    """All frames, and all of them again: then their flows are known."""
    runnable = [case for case in cases if case.test_runs] * 2
    reader.run(case.frame for case in runnable)
    assert reader.take() == added_up(case.expected for case in runnable)


def check_natively(cases: Sequence[Case], *, link_header: bool) -> None:
    frames = [case.frame for case in cases]
    found = parsed_natively(frames, link_header=link_header)
    wrong = [
        case.name for case, expected in zip(cases, found, strict=True) if expected != case.expected
    ]
    assert wrong == []


@pytest.mark.root
@pytest.mark.parametrize("link_header", [True, False])
def test_the_whole_table_at_once(readers: dict[bool, KernelReader], *, link_header: bool) -> None:
    cases = [case for case in CASES if case.link_header == link_header]
    check_in_the_kernel(readers[link_header], cases)


@pytest.mark.root
@pytest.mark.parametrize("case", PLAIN, ids=lambda case: case.name)
def test_each_wrong_bit_in_the_kernel(case: Case, readers: dict[bool, KernelReader]) -> None:
    check_in_the_kernel(readers[case.link_header], [case, *bit_flips(case)])


@pytest.mark.parametrize("case", PLAIN, ids=lambda case: case.name)
def test_each_wrong_bit_natively(case: Case) -> None:
    check_natively([*bit_flips(case)], link_header=case.link_header)


@pytest.mark.root
@UNTIMED
@given(case=RANDOM)
def test_random_packets_in_the_kernel(readers: dict[bool, KernelReader], case: Case) -> None:
    check_in_the_kernel(readers[case.link_header], [case])


@UNTIMED
@given(case=RANDOM)
def test_random_packets_natively(case: Case) -> None:
    check_natively([case], link_header=case.link_header)
