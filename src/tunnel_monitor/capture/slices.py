"""A stretch of time, cut into equal slices of a length that people use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

from tunnel_monitor.capture.reading import Span

MOST_SLICES = 900  # as many as the live time line has: a quarter of an hour, by the second
SECOND_MS = 1000
DAY_MS = 24 * 3600 * SECOND_MS
# Lengths that divide a second, a minute, an hour or a day, then whole days.
LENGTHS_MS = (
    *(1, 2, 5, 10, 20, 50, 100, 200, 500),
    *(SECOND_MS * seconds for seconds in (1, 2, 5, 10, 15, 30)),
    *(SECOND_MS * 60 * minutes for minutes in (1, 2, 5, 10, 15, 30)),
    *(SECOND_MS * 3600 * hours for hours in (1, 2, 3, 6, 12)),
)


@dataclass(frozen=True, slots=True)
class Slices:
    """Slices next to each other, each beginning at a whole multiple of its length.

    Args:
        begin_ns: of the first one, since 1970.
        length_ns: of each.
        count: how many there are, 1 to MOST_SLICES.
    """

    begin_ns: int
    length_ns: int
    count: int

    @classmethod
    def of(cls, first_ns: int, last_ns: int) -> Slices:
        """The shortest slices of which few enough hold both times and all between."""
        for length_ns in _lengths():
            begin, end = first_ns // length_ns, last_ns // length_ns
            if end - begin < MOST_SLICES:
                return cls(begin * length_ns, length_ns, end - begin + 1)
        raise AssertionError("lengths have no end")

    def end_ns(self, number: int) -> int:
        """Where a slice ends, counted from 0."""
        return self.begin_ns + (number + 1) * self.length_ns


def _lengths() -> Iterable[int]:
    yield from (length * 1_000_000 for length in LENGTHS_MS)
    for exponent in count():
        yield from (factor * 10**exponent * DAY_MS * 1_000_000 for factor in (1, 2, 5))


def covered(spans: Iterable[Span]) -> Slices:
    """Slices for all times of several spans; one at the beginning of 1970 where there are none."""
    times = [
        time for span in spans for time in (span.first_ns, span.last_ns) if time is not None
    ] or [0]
    return Slices.of(min(times), max(times))
