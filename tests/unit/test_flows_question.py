from __future__ import annotations

import pytest

from tunnel_monitor.flows.question import Span, begin_ns

SECOND = 10**9


@pytest.mark.parametrize(
    ("time_ns", "elapsed_ns", "interval_ns", "begin"),
    [
        (12 * SECOND + 3_000_000, SECOND + 1_000_000, SECOND, 11 * SECOND),
        (12 * SECOND + 3_000_000, SECOND + 4_000_000, SECOND, 11 * SECOND),
        (12 * SECOND - 1_000_000, SECOND, SECOND, 11 * SECOND),
        (12 * SECOND + 300_000_000, SECOND, SECOND, 11 * SECOND),
        (12 * SECOND, 400_000_000, SECOND, 12 * SECOND),  # the first drain: a short one
        (12 * SECOND + 51_000_000, 50_000_000, 50_000_000, 12 * SECOND),
    ],
)
def test_a_drain_begins_when_it_was_meant_to(
    time_ns: int, elapsed_ns: int, interval_ns: int, begin: int
) -> None:
    assert begin_ns(time_ns, elapsed_ns, interval_ns) == begin


def test_the_stretch_before_is_as_long() -> None:
    span = Span(100, 160)
    assert (span.length_ns, span.before) == (60, Span(40, 100))
