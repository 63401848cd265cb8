"""Which level answers for which part of a stretch of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tunnel_monitor.store.levels import HOURS, MINUTES, RAW, Level


@dataclass(frozen=True, slots=True)
class Bounds:
    """What time a level covers, in nanoseconds since 1970.

    Args:
        from_ns: all from here on is in it.
        until_ns: and all before here; for the raw level there is no end.
    """

    from_ns: int
    until_ns: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a stretch of time, and the level to read it from."""

    level: Level
    from_ns: int
    until_ns: int


def pieces(from_ns: int, until_ns: int, bounds: Mapping[str, Bounds]) -> list[Piece]:
    """Read each part from the coarsest level that fits into it: fewest rows, and the same sums.

    Where the finer level is gone already, a part becomes as wide as what is left: a minute or an
    hour at either end is read whole.

    Args:
        from_ns: where the stretch begins.
        until_ns: its end, not included.
        bounds: level name -> what it covers; empty: there is nothing.
    Returns:
        Parts without gaps, in order of time; what they cover is what was truly read.
    """
    if not bounds or until_ns <= from_ns:
        return []
    return _cut(max(from_ns, bounds[HOURS.name].from_ns), until_ns, bounds, (HOURS, MINUTES, RAW))


def _cut(
    from_ns: int, until_ns: int, bounds: Mapping[str, Bounds], levels: tuple[Level, ...]
) -> list[Piece]:
    """The middle by the first of the levels, the ends by the finer ones."""
    level, finer = levels[0], levels[1:]
    if until_ns <= from_ns:
        return []
    if not finer:
        return [Piece(level, from_ns, until_ns)]
    complete_ns = bounds[level.name].until_ns
    kept_ns = bounds[finer[0].name].from_ns
    first_ns = level.floor(from_ns) if from_ns < kept_ns else level.ceiling(from_ns)
    last_ns = min(level.floor(until_ns), complete_ns)
    if last_ns < kept_ns:  # what is behind it is in no finer level
        last_ns = min(level.ceiling(until_ns), complete_ns)
    if last_ns <= first_ns:
        return _cut(from_ns, until_ns, bounds, finer)
    return [
        *_cut(from_ns, first_ns, bounds, finer),
        Piece(level, first_ns, last_ns),
        *_cut(last_ns, until_ns, bounds, finer),
    ]
