"""Figures: how they are measured, and how they are shown.

Everything that is compared runs in turn, in random order, for several rounds: what else happens on
the machine meanwhile happens to all of it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is done for a figure.

    Args:
        loads: how often programs are loaded anew: one differs from load to load by some
            nanoseconds, with where in memory it lies.
        rounds: for each load.
        share: of all amounts: packets, flows, seconds.
    """

    loads: int
    rounds: int
    share: float

    def of(self, amount: float, least: int = 1) -> int:
        """So much of an amount."""
        return max(least, round(amount * self.share))


FULL = Effort(loads=7, rounds=7, share=1.0)
QUICK = Effort(loads=1, rounds=1, share=0.01)


@dataclass(frozen=True, slots=True)
class Row:
    """One figure.

    Args:
        name: in the JSON; never changes.
        what: was measured, for people.
        unit: of the figures.
        figure: the median.
        low: the smallest of those that the median was taken of.
        high: the largest.
        at_most: the target, where less is better.
        at_least: the target, where more is better.
        note: what has to be known beside it.
    """

    name: str
    what: str
    unit: str
    figure: float
    low: float
    high: float
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""

    @classmethod
    def of(cls, name: str, what: str, unit: str, values: Sequence[float], **more: object) -> Row:
        """The row of several measurements of the same."""
        return cls(name, what, unit, median(values), min(values), max(values), **more)  # type: ignore[arg-type]

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.at_most is not None:
            return self.figure <= self.at_most
        return self.figure >= self.at_least if self.at_least is not None else None

    def members(self) -> Mapping[str, object]:
        """As it stands in the JSON."""
        return {**asdict(self), "met": self.met}


def in_turn(
    steps: Mapping[str, Callable[[], float]], rounds: int, seed: int = 1
) -> dict[str, list[float]]:
    """Run everything once a round, in random order; what each returned, by round."""
    chance = random.Random(seed)  # noqa: S311 - an order, no secret
    results: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name in chance.sample(sorted(steps), len(steps)):
            results[name].append(steps[name]())
    return results


COLUMNS = ("what", "measured", "from", "to", "target", "")


def table(rows: Iterable[Row]) -> str:
    """The rows as text, aligned."""
    lines = [COLUMNS, *(_cells(row) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(COLUMNS))]
    text = []
    for line in lines:
        cells = [line[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(line[1:5], widths[1:5], strict=True)]
        text.append("  ".join([*cells, line[5]]).rstrip())
    return "\n".join(text)


def _cells(row: Row) -> tuple[str, ...]:
    target = ""
    if row.at_most is not None:
        target = f"<= {row.at_most:g}"
    elif row.at_least is not None:
        target = f">= {row.at_least:g}"
    verdict = {True: "met", False: "NOT MET", None: ""}[row.met]
    numbers = (digits(value) for value in (row.figure, row.low, row.high))
    return (row.what, *numbers, target, " ".join(filter(None, (row.unit, verdict, row.note))))


def digits(value: float) -> str:
    """Three significant digits, without an exponent."""
    if value == 0 or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
