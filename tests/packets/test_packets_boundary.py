"""The outermost boundary makes the record: the whole table once more, in both builds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from tests.packets.expected import PEERS4, Case, Expected, Pair
from tests.packets.readers import KernelReader, added_up, parsed_natively
from tests.packets.reference import reference
from tests.packets.stacks import OUTSIDE4, PING4
from tests.packets.strategies import UNTIMED, stacks
from tests.packets.strategies_broken import broken
from tests.packets.table import CASES, GROUPS, truncations

from tunnel_monitor.contract import Encap, Outcome
from tunnel_monitor.settings import Boundary
from tunnel_monitor.testing.packets import (
    GRE,
    UDP,
    Ethernet,
    Geneve,
    IPv4,
    IPv6,
    Layer,
    packet,
)

OUTERMOST = Boundary.OUTERMOST
NESTED = [case for group in ("nested", "mixed") for case in GROUPS[group]]
CUT = [cut for case in NESTED for cut in truncations(case)][::7]


@pytest.fixture(scope="module")
def readers() -> Iterator[dict[bool, KernelReader]]:
    """The object in the kernel, by whether frames have a link header."""
    with (
        KernelReader(boundary=OUTERMOST) as with_link_header,
        KernelReader(link_header=False, boundary=OUTERMOST) as without,
    ):
        yield {True: with_link_header, False: without}


def outermost(case: Case) -> Case:
    """The same packet, with what the slow reference says of its outermost boundary."""
    expected = reference(case.frame, link_header=case.link_header, boundary=OUTERMOST)
    return replace(case, expected=expected)


def check_in_the_kernel(reader: KernelReader, cases: Sequence[Case]) -> None:
    """All frames, and all of them again: then their flows are known."""
    runnable = [case for case in cases if case.test_runs] * 2
    reader.run(case.frame for case in runnable)
    assert reader.take() == added_up(case.expected for case in runnable)


def check_natively(cases: Sequence[Case], *, link_header: bool) -> None:
    frames = [case.frame for case in cases]
    found = parsed_natively(frames, link_header=link_header, boundary=OUTERMOST)
    assert found == [comparable(case.expected) for case in cases]


def comparable(expected: Expected) -> Expected:
    if expected.outcome is Outcome.FLOW:
        return expected
    return Expected(expected.outcome, expected.bytes)


LEVELS: list[tuple[Layer, ...]] = [
    (Ethernet(), IPv4(*PEERS4), GRE(7)),
    (IPv6("fd00:1::1", "fd00:1::2"), UDP(), Geneve(8)),
    (Ethernet(), IPv4("10.0.0.1", "10.0.0.2"), *OUTSIDE4[2:]),
]
SECOND: Pair = ("fd00:1::1", "fd00:1::2")


def test_the_record_is_that_of_the_first_tunnel_and_the_path_is_whole() -> None:
    frame = packet(*(layer for level in LEVELS for layer in level), *PING4)
    (found,) = parsed_natively([frame], link_header=True, boundary=OUTERMOST)
    assert found.encap == (Encap.GRE, Encap.GENEVE, Encap.VXLAN)
    assert found.vni == 7
    assert (found.outer_src, found.outer_dst) == PEERS4
    assert (found.inner_src, found.inner_dst) == SECOND
    assert found.inner_bytes == len(frame) - len(packet(*LEVELS[0]))


@pytest.mark.parametrize("link_header", [True, False])
def test_the_whole_table_natively(*, link_header: bool) -> None:
    cases = [outermost(case) for case in CASES if case.link_header == link_header]
    check_natively(cases, link_header=link_header)


def test_nested_packets_that_are_cut_natively() -> None:
    assert len(CUT) > 5000
    check_natively([outermost(case) for case in CUT], link_header=True)


@pytest.mark.root
@pytest.mark.parametrize("link_header", [True, False])
def test_the_whole_table_in_the_kernel(
    readers: dict[bool, KernelReader], *, link_header: bool
) -> None:
    cases = [outermost(case) for case in CASES if case.link_header == link_header]
    check_in_the_kernel(readers[link_header], cases)


@pytest.mark.root
def test_nested_packets_that_are_cut_in_the_kernel(readers: dict[bool, KernelReader]) -> None:
    check_in_the_kernel(readers[True], [outermost(case) for case in CUT])


@pytest.mark.root
@UNTIMED
@given(stacks() | broken())
def test_random_packets_in_both(readers: dict[bool, KernelReader], case: Case) -> None:
    expected = outermost(case)
    check_natively([expected], link_header=case.link_header)
    check_in_the_kernel(readers[case.link_header], [expected])
