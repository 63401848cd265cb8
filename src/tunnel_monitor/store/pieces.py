"""Which level answers for which part of a stretch of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tunnel_monitor.store.levels import HOURS, MINUTES, RAW, Level

FINER: Final = {HOURS: MINUTES, MINUTES: RAW}


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


def pieces(
    from_ns: int, until_ns: int, bounds: Mapping[str, Bounds], widest_ns: int = HOURS.width_ns
) -> list[Piece]:
    """Read each part from the coarsest level that fits into it: fewest rows, and the same sums.

    Where the finer level is gone already, a part becomes as wide as what is left: a minute or an
    hour at either end is read whole.

    Args:
        from_ns: where the stretch begins.
        until_ns: its end, not included.
        bounds: level name -> what it covers; empty: there is nothing.
        widest_ns: levels whose pieces are wider are read only where nothing else is left.
    Returns:
        Parts without gaps, in order of time; what they cover is what was truly read.
    """
    if not bounds:
        return []
    first_ns = max(from_ns, oldest_ns(bounds))
    return list(_cut(Piece(HOURS, first_ns, until_ns), bounds, widest_ns))


def oldest_ns(bounds: Mapping[str, Bounds]) -> int:
    """When the first that is kept at all began."""
    for level in (HOURS, MINUTES):
        kept = bounds[level.name]
        if kept.from_ns < kept.until_ns:
            return kept.from_ns
    return bounds[RAW.name].from_ns


def _cut(part: Piece, bounds: Mapping[str, Bounds], widest_ns: int) -> Iterator[Piece]:
    """The middle by the part's own level, the ends by finer ones."""
    if part.until_ns <= part.from_ns:
        return
    if part.level not in FINER:
        yield part
        return
    middle = _middle(part, bounds, widest_ns)
    if middle.until_ns <= middle.from_ns:
        middle = Piece(part.level, part.until_ns, part.until_ns)
    finer = FINER[part.level]
    yield from _cut(Piece(finer, part.from_ns, middle.from_ns), bounds, widest_ns)
    if middle.from_ns < middle.until_ns:
        yield middle
    yield from _cut(Piece(finer, middle.until_ns, part.until_ns), bounds, widest_ns)


def _middle(part: Piece, bounds: Mapping[str, Bounds], widest_ns: int) -> Piece:
    """What is to be read from the part's level; nothing, if the end is not behind the start."""
    level, from_ns, until_ns = part.level, part.from_ns, part.until_ns
    kept_ns = bounds[FINER[level].name].from_ns  # what is older is not in the finer level
    first_ns = level.floor(from_ns) if from_ns < kept_ns else level.ceiling(from_ns)
    last_ns = level.floor(until_ns)
    if last_ns < kept_ns:
        last_ns = level.ceiling(until_ns)
    if level.width_ns > widest_ns:
        last_ns = min(last_ns, level.ceiling(kept_ns)) if from_ns < kept_ns else first_ns
    return Piece(level, first_ns, min(last_ns, bounds[level.name].until_ns))
