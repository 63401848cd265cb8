"""How finely the past is kept, and for how long: by drain, by minute, by hour."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

from tunnel_monitor.errors import BadSetting

SECOND_NS: Final = 10**9
MINUTE_NS: Final = 60 * SECOND_NS
HOUR_NS: Final = 60 * MINUTE_NS
DAY_NS: Final = 24 * HOUR_NS

UNITS: Final = {"s": SECOND_NS, "m": MINUTE_NS, "h": HOUR_NS, "d": DAY_NS}
DURATION: Final = re.compile(r"([0-9]{1,9})([smhd])")


@dataclass(frozen=True, slots=True)
class Level:
    """One fineness.

    Args:
        name: of its setting, and in the names of its tables.
        width_ns: of its pieces of time; 0 where they are the drains'.
    """

    name: str
    width_ns: int

    def floor(self, time_ns: int) -> int:
        """The beginning of the piece that a moment lies in."""
        return time_ns // self.width_ns * self.width_ns if self.width_ns else time_ns

    def ceiling(self, time_ns: int) -> int:
        """The beginning of the first piece that does not begin before a moment."""
        return -(-time_ns // self.width_ns) * self.width_ns if self.width_ns else time_ns


RAW: Final = Level("raw", 0)
MINUTES: Final = Level("minutes", MINUTE_NS)
HOURS: Final = Level("hours", HOUR_NS)
LEVELS: Final = (RAW, MINUTES, HOURS)  # the finest first; each is the sum of the one before


@dataclass(frozen=True, slots=True)
class Keep:
    """For how long each level is kept, in nanoseconds."""

    raw: int = HOUR_NS
    minutes: int = DAY_NS
    hours: int = 90 * DAY_NS

    def __post_init__(self) -> None:
        # A level is rolled up from the one before, which must still be there.
        if self.raw < 2 * MINUTE_NS or self.minutes < 2 * HOUR_NS or self.hours < HOUR_NS:
            raise BadSetting(
                f"cannot keep history for {self.written()}",
                "keep raw for 2m at least, minutes for 2h, hours for 1h",
            )

    def of(self, level: Level) -> int:
        """How long one level is kept."""
        kept: int = getattr(self, level.name)
        return kept

    def written(self) -> str:
        """As the option takes it."""
        return " ".join(
            f"{field.name}={duration(getattr(self, field.name))}" for field in fields(self)
        )

    @classmethod
    def parse(cls, given: Sequence[str]) -> Keep:
        """From words like `raw=2h`; levels that are not named keep their defaults.

        Raises:
            BadSetting: no LEVEL=TIME, or too short.
        """
        kept: dict[str, int] = {}
        for words in given:
            name, _, written = words.partition("=")
            time_ns = parse_duration(written)
            if name not in {level.name for level in LEVELS} or time_ns is None:
                raise BadSetting(
                    f"cannot use --keep {words!r}", f"write it like one of {cls().written()}"
                )
            kept[name] = time_ns
        return cls(**kept)


def parse_duration(written: str) -> int | None:
    """Nanoseconds of `90s`, `10m`, `2h`, `7d`; None for anything else."""
    found = DURATION.fullmatch(written)
    return int(found[1]) * UNITS[found[2]] if found else None


def duration(time_ns: int) -> str:
    """The same in the largest unit that divides it."""
    unit = max((unit for unit in UNITS if time_ns % UNITS[unit] == 0), key=lambda one: UNITS[one])
    return f"{time_ns // UNITS[unit]}{unit}"
