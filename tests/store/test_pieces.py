"""Which level answers for which part of a stretch, whatever is still there."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tunnel_monitor.store.levels import HOUR_NS, HOURS, LEVELS, MINUTE_NS, MINUTES, RAW, SECOND_NS
from tunnel_monitor.store.pieces import FINER, Bounds, Piece, oldest_ns, pieces

DAYS = 3 * 24 * 3600


@st.composite
def some_bounds(draw: st.DrawFn) -> dict[str, Bounds]:
    """As a store may have them at any time: nothing is gone that the next level does not have."""
    begin = draw(st.integers(0, DAYS)) * SECOND_NS
    now = begin + draw(st.integers(0, DAYS)) * SECOND_NS
    minutes = MINUTES.floor(now)
    hours = max(HOURS.floor(begin), HOURS.floor(now))
    hours_from = draw(st.integers(HOURS.floor(begin) // HOUR_NS, hours // HOUR_NS)) * HOUR_NS
    minutes_from = (
        draw(st.integers(MINUTES.floor(begin) // MINUTE_NS, hours // MINUTE_NS))
        if MINUTES.floor(begin) <= hours
        else MINUTES.floor(begin) // MINUTE_NS
    )
    raw_from = (
        draw(st.integers(begin // SECOND_NS, minutes // SECOND_NS))
        if begin <= minutes
        else begin // SECOND_NS
    )
    minutes_ns, raw_ns = minutes_from * MINUTE_NS, raw_from * SECOND_NS
    hours_from = min(hours_from, minutes_ns)
    return {
        "raw": Bounds(max(raw_ns, begin), raw_ns),
        "minutes": Bounds(minutes_ns, minutes),
        "hours": Bounds(HOURS.floor(hours_from), hours),
    }


seconds = st.integers(0, 2 * DAYS).map(lambda number: number * SECOND_NS)
widths = st.sampled_from([0, SECOND_NS, MINUTE_NS, HOUR_NS])


@given(some_bounds(), seconds, seconds, widths)
def test_parts_follow_each_other_and_cover_what_there_is(
    bounds: dict[str, Bounds], one: int, other: int, widest_ns: int
) -> None:
    from_ns, until_ns = sorted([one, other])
    found = pieces(from_ns, until_ns, bounds, widest_ns)
    first_ns = max(from_ns, oldest_ns(bounds))
    if until_ns <= first_ns:
        assert found == []
        return
    assert [piece.until_ns for piece in found[:-1]] == [piece.from_ns for piece in found[1:]]
    assert found[0].from_ns <= first_ns
    assert found[-1].until_ns >= until_ns
    for piece in found:
        assert piece.level.floor(piece.from_ns) == piece.from_ns < piece.until_ns
        assert is_complete(piece, bounds)


def is_complete(piece: Piece, bounds: dict[str, Bounds]) -> bool:
    """Whether the level has all of it."""
    level = bounds[piece.level.name]
    if piece.level is RAW:
        return piece.from_ns >= level.from_ns or piece.from_ns >= bounds["minutes"].until_ns
    return level.from_ns <= piece.from_ns and piece.until_ns <= level.until_ns


@given(some_bounds(), seconds, seconds)
def test_no_part_is_wider_than_asked_unless_nothing_finer_is_left(
    bounds: dict[str, Bounds], one: int, other: int
) -> None:
    from_ns, until_ns = sorted([one, other])
    for piece in pieces(from_ns, until_ns, bounds, SECOND_NS):
        if piece.level is not RAW:
            kept_ns = bounds[FINER[piece.level].name].from_ns
            assert piece.until_ns <= piece.level.ceiling(kept_ns)


def test_an_afternoon() -> None:
    noon = 12 * HOUR_NS
    bounds = {
        "raw": Bounds(noon + 2 * HOUR_NS + 30 * MINUTE_NS, 0),
        "minutes": Bounds(noon, noon + 3 * HOUR_NS + 29 * MINUTE_NS),
        "hours": Bounds(0, noon + 3 * HOUR_NS),
    }
    now = noon + 3 * HOUR_NS + 29 * MINUTE_NS + 40 * SECOND_NS
    assert pieces(noon + HOUR_NS + 59 * MINUTE_NS, now, bounds) == [
        Piece(MINUTES, noon + HOUR_NS + 59 * MINUTE_NS, noon + 2 * HOUR_NS),
        Piece(HOURS, noon + 2 * HOUR_NS, noon + 3 * HOUR_NS),
        Piece(MINUTES, noon + 3 * HOUR_NS, noon + 3 * HOUR_NS + 29 * MINUTE_NS),
        Piece(RAW, noon + 3 * HOUR_NS + 29 * MINUTE_NS, now),
    ]
    assert pieces(noon - HOUR_NS // 2, noon - HOUR_NS // 4, bounds) == [
        Piece(HOURS, noon - HOUR_NS, noon)
    ]
    assert pieces(0, noon, {}) == []
    assert LEVELS == (RAW, MINUTES, HOURS)
