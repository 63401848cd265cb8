"""The residual in numbers: what is a difference, what was only on its way, whose habit it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunnel_monitor.kernel.device import Reading
from tunnel_monitor.kernel.drained import DeviceCounts
from tunnel_monitor.kernel.reconcile import HABITS, Habit, Reconciler, outside, persistent
from tunnel_monitor.layout import TALLY

ZERO = Reading(0, 0)
BUFFERS, PACKETS = HABITS[:2]
# a number of equal buffers: how many, packets in each, payload of each packet, headers of each
BURSTS = st.tuples(st.integers(1, 50), st.integers(1, 45), st.integers(0, 1400), st.just(104))


def tally(
    packets: int, size: int, buffers: int | None = None, length: int | None = None
) -> np.void:
    """One row of a ledger; without the last two, each buffer was one packet."""
    row = np.zeros(1, TALLY)
    row[0] = (
        packets,
        size,
        packets if buffers is None else buffers,
        size if length is None else length,
    )
    found: np.void = row[0]
    return found


def reading(habit: Habit, seen: np.void) -> Reading:
    """What an interface with that habit counts of all that the programs saw."""
    count = int(seen[habit.counts])
    return Reading(count, int(seen[habit.sizes]) - count * habit.left_out)


def residual(counts: DeviceCounts) -> tuple[int, int]:
    return counts.residual_packets, counts.residual_bytes


def more(one: Reading, other: Reading) -> Reading:
    return Reading(one.packets + other.packets, one.bytes + other.bytes)


@given(st.integers(), st.integers(), st.integers(0))
def test_outside_is_the_way_to_the_nearest_end(value: int, low: int, width: int) -> None:
    found = outside(value, low, low + width)
    assert low <= value + found <= low + width
    assert not found or value + found in {low, low + width}


@pytest.mark.parametrize(
    ("before", "now", "shown"),
    [(0, 5, 0), (5, 0, 0), (5, 7, 5), (7, 5, 5), (-5, -7, -5), (-5, 7, 0), (5, 5, 5)],
)
def test_a_difference_shows_as_far_as_two_drains_agree(before: int, now: int, shown: int) -> None:
    assert persistent(before, now) == shown


def test_agreement_is_zero_and_tells_what_the_interface_counted() -> None:
    counts = Reconciler(ZERO, ZERO).compare(tally(11, 5520), *[Reading(11, 5520)] * 2)
    assert counts == DeviceCounts(11, 5520, "buffers", 0, 0)


def test_counts_begin_where_the_programs_were_attached() -> None:
    at_start = Reading(1000, 70_000)
    reconciler = Reconciler(at_start, at_start)
    now = more(at_start, Reading(11, 5520))
    assert reconciler.compare(tally(11, 5520), now, now).packets == 11


def test_what_passed_while_attaching_may_have_been_seen_or_not() -> None:
    for seen in (0, 3):
        reconciler = Reconciler(Reading(10, 1000), Reading(13, 1300))
        now = Reading(13, 1300)
        for _ in range(2):
            counts = reconciler.compare(tally(seen, seen * 100), now, now)
            assert residual(counts) == (0, 0)


def test_what_passed_while_draining_may_have_been_seen_or_not() -> None:
    for seen in (10, 13):
        reconciler = Reconciler(ZERO, ZERO)
        for _ in range(2):
            counts = reconciler.compare(
                tally(seen, seen * 100), Reading(10, 1000), Reading(13, 1300)
            )
            assert residual(counts) == (0, 0)


def test_one_drain_s_difference_is_a_queue_and_two_are_a_loss() -> None:
    reconciler = Reconciler(ZERO, ZERO)
    found = [
        residual(reconciler.compare(tally(seen, seen * 100), *[Reading(count, count * 100)] * 2))
        for seen, count in ((10, 17), (17, 17), (17, 24), (24, 35), (30, 35))
    ]
    assert found == [(0, 0), (0, 0), (0, 0), (7, 700), (5, 500)]


def test_programs_that_saw_more_give_a_negative_residual() -> None:
    reconciler = Reconciler(ZERO, ZERO)
    for expected in (0, -3):
        counts = reconciler.compare(tally(13, 1300), *[Reading(10, 1000)] * 2)
        assert residual(counts) == (expected, expected * 100)


@given(st.sampled_from(HABITS), st.lists(st.tuples(BURSTS, BURSTS), min_size=1, max_size=12))
def test_every_habit_agrees_with_itself_while_traffic_goes_on(
    habit: Habit, steps: list[tuple[tuple[int, int, int, int], tuple[int, int, int, int]]]
) -> None:
    """Each drain sees a burst whole, and some of another that begins while it is taken."""
    seen = tally(0, 0)
    reconciler = Reconciler(ZERO, ZERO)
    for whole, begun in steps:
        seen = added(seen, whole)
        before = reading(habit, seen)
        after = reading(habit, added(seen, begun))
        assert residual(reconciler.compare(seen, before, after)) == (0, 0)
        seen = added(seen, begun)


@given(st.sampled_from(HABITS), BURSTS, BURSTS, st.integers(1, 1000), st.integers(60, 1500))
def test_a_loss_shows_in_the_habit_that_agreed_before(
    habit: Habit,
    first: tuple[int, int, int, int],
    second: tuple[int, int, int, int],
    lost: int,
    size: int,
) -> None:
    """Where the habits can be told apart at all, a later loss is not explained by another one."""
    seen = added(added(tally(0, 0), (3, 2, 500, 104)), first)
    missed = Reading(lost, lost * size)
    reconciler = Reconciler(ZERO, ZERO)
    now = reading(habit, seen)
    assert residual(reconciler.compare(seen, now, now)) == (0, 0)
    seen = added(seen, second)
    now = more(reading(habit, seen), missed)
    counts = [reconciler.compare(seen, now, now) for _ in range(2)]
    assert [residual(one) for one in counts] == [(0, 0), (lost, lost * size)]
    assert counts[-1].counts == habit.counts


def added(seen: np.void, burst: tuple[int, int, int, int]) -> np.void:
    """A ledger's row after some buffers more."""
    buffers, each, payload, headers = burst
    packets = buffers * each
    wire = packets * (payload + headers)
    whole = buffers * (each * payload + headers)
    return tally(
        int(seen["packets"]) + packets,
        int(seen["bytes"]) + wire,
        int(seen["buffers"]) + buffers,
        int(seen["buffer_bytes"]) + whole,
    )
