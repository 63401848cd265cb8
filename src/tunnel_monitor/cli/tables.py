"""Tables: drawn on a terminal, plain columns where a program reads them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rich import box
from rich.console import Console
from rich.table import Table as Drawing

MOST_DRAWN = 1000  # rows; drawing is slow, and nobody scrolls further
NOTHING = "-"  # in place of an empty cell, so that columns can be told apart by blanks


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text.

    Args:
        names: of the columns.
        numbers: which of them are aligned to the right.
        rows: their cells; None where there is nothing to say.
        total: the last line, if there is one.
    """

    names: Sequence[str]
    numbers: frozenset[str]
    rows: Sequence[Sequence[str | None]]
    total: Sequence[str | None] = ()

    def print(self) -> None:
        """Print it to standard output."""
        if sys.stdout.isatty():
            self._draw()
        else:
            sys.stdout.writelines(f"{line}\n" for line in self.lines())

    def lines(self) -> Iterable[str]:
        """Plain columns, at least two blanks apart; the names first, the total last."""
        totals = [self.total] if self.total else []
        cells = [self.names, *map(filled, self.rows), *map(filled, totals)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        right = [name in self.numbers for name in self.names]
        for row in cells:
            aligned = (
                cell.rjust(width) if to_right else cell.ljust(width)
                for cell, width, to_right in zip(row, widths, right, strict=True)
            )
            yield "  ".join(aligned).rstrip()

    def _draw(self) -> None:
        drawing = Drawing(box=box.SIMPLE, show_footer=bool(self.total))
        for name, total in zip(self.names, self.total or [""] * len(self.names), strict=True):
            justify: Literal["right", "left"] = "right" if name in self.numbers else "left"
            drawing.add_column(
                name, total or "", justify=justify, overflow="fold", no_wrap=name in self.numbers
            )
        for row in self.rows[:MOST_DRAWN]:
            drawing.add_row(*row)
        console = Console(highlight=False, markup=False)
        console.print(drawing)
        if len(self.rows) > MOST_DRAWN:
            left_out = len(self.rows) - MOST_DRAWN
            console.print(f"{left_out:,} more rows are only in the total; a pipe or --csv has all.")


def filled(row: Sequence[str | None]) -> list[str]:
    """The cells, none empty."""
    return [cell or NOTHING for cell in row]
