"""Into what slices a stretch of time is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunnel_monitor.capture.reading import FOREVER, NO_TIME, Span
from tunnel_monitor.capture.slices import DAY_MS, LENGTHS_MS, MOST_SLICES, Slices, covered

MILLISECOND_NS = 10**6
SECOND_NS = 10**9
HOUR_NS = 3600 * SECOND_NS
TIMES = st.integers(NO_TIME + 1, FOREVER)


@given(TIMES, TIMES)
def test_they_cover_all_and_are_few(one: int, other: int) -> None:
    first, last = sorted((one, other))
    slices = Slices.of(first, last)
    assert 1 <= slices.count <= MOST_SLICES
    assert slices.begin_ns <= first < slices.end_ns(0)
    assert slices.end_ns(slices.count - 1) - slices.length_ns <= last
    assert last < slices.end_ns(slices.count - 1)
    assert slices.begin_ns % slices.length_ns == 0


@pytest.mark.parametrize(
    ("lasts_ns", "length_ns"),
    [
        (0, MILLISECOND_NS),
        (800 * MILLISECOND_NS, MILLISECOND_NS),
        (SECOND_NS, 2 * MILLISECOND_NS),
        (60 * SECOND_NS, 100 * MILLISECOND_NS),
        (800 * SECOND_NS, SECOND_NS),
        (HOUR_NS, 5 * SECOND_NS),
        (24 * HOUR_NS, 120 * SECOND_NS),
        (7 * 24 * HOUR_NS, 900 * SECOND_NS),
        (365 * 24 * HOUR_NS, 12 * HOUR_NS),
        (100 * 365 * 24 * HOUR_NS, 50 * 24 * HOUR_NS),
    ],
)
def test_they_are_as_short_as_can_be(lasts_ns: int, length_ns: int) -> None:
    begin = 1_763_800_000 * SECOND_NS
    assert Slices.of(begin, begin + lasts_ns).length_ns == length_ns


def test_lengths_divide_what_people_count_time_in() -> None:
    for length in LENGTHS_MS:
        assert any(unit % length == 0 for unit in (1000, 60_000, 3_600_000, DAY_MS))
    assert list(LENGTHS_MS) == sorted(LENGTHS_MS)


def test_spans_together() -> None:
    spans = [Span(5 * SECOND_NS, 6 * SECOND_NS, 9, 0), Span(None, None, 1, 1), Span(7, 8, 2, 0)]
    assert covered(spans) == Slices.of(7, 6 * SECOND_NS)


def test_without_any_stamp_there_is_one_slice() -> None:
    assert covered([Span(None, None, 3, 3)]) == Slices(0, MILLISECOND_NS, 1)
