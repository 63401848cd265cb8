"""Draw what `growth` measured: `python -m bench.curves [RESULTS]` from the root.

Both axes are logarithmic, so what grows in proportion is a straight line that rises by one square a
square, and a cliff is a step.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from pathlib import Path

from bench.__main__ import RESULTS

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "pictures" / "growth.svg"
COLUMNS, WIDTH, HEIGHT, MARGIN, TOP = 2, 470, 290, 24, 56
LEFT, RIGHT, ABOVE, BELOW = 62, 24, 58, 46  # of an axis, inside its card
STYLE = """
 .bg{fill:#f6f5f2}.card{fill:#fff;stroke:#c9c5bc}.ink{fill:#191c22}.dim{fill:#5f6571}.b{font-weight:600}
 .grid{stroke:#e3e0d9;fill:none}.one{stroke:#2756cf;fill:#2756cf}.two{stroke:#a5480a;fill:#a5480a}
 .line{fill:none;stroke-width:2}.word{stroke:none}
 @media (prefers-color-scheme:dark){.bg{fill:#0c0f14}.card{fill:#12161d;stroke:#343e4d}
 .ink{fill:#e8ecf2}.dim{fill:#8794a6}.grid{stroke:#252d39}.one{stroke:#7fa8ff;fill:#7fa8ff}
 .two{stroke:#f4b548;fill:#f4b548}}
"""


@dataclass(frozen=True, slots=True)
class Curve:
    """One line.

    Args:
        name: as in the results: `growth-NAME-SIZE`.
        label: beside it.
    """

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of axes, with a curve or two in the same unit."""

    title: str
    unit: str
    of: str
    curves: tuple[Curve, ...]


PANELS = (
    Panel(
        "Flows in a drain: processor time",
        "ms",
        "flows",
        (Curve("drain", "drained and grouped"), Curve("view", "into the live view")),
    ),
    Panel("Peers, 50,000 flows: updates", "kB/s", "peers", (Curve("updates", "compressed"),)),
    Panel("Peers, 50,000 flows: a reply", "ms", "peers", (Curve("matrix", "the matrix"),)),
    Panel("Hosts: building the lab", "s", "hosts", (Curve("lab", "four segments"),)),
    Panel("CPUs: memory of the kernel", "MB", "CPUs", (Curve("cpus", "tables, empty"),)),
)
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Axis:
    """A logarithmic axis: from a power of ten to another, over some pixels."""

    least: int
    most: int
    start: float
    end: float

    @classmethod
    def over(cls, values: Iterable[float], start: float, end: float) -> Axis:
        """The axis that all values fit on."""
        logs = [log10(value) for value in values]
        least = floor(min(logs))
        return cls(least, max(ceil(max(logs)), least + 1), start, end)

    def at(self, value: float) -> float:
        """The pixel of a value."""
        share = (log10(value) - self.least) / (self.most - self.least)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """The powers of ten."""
        return [10.0**power for power in range(self.least, self.most + 1)]


def points(results: Sequence[dict[str, object]], name: str) -> Points:
    """Sizes and medians of one curve, ascending."""
    prefix = f"growth-{name}-"
    found = []
    for row in results:
        size = str(row["name"]).removeprefix(prefix)
        if size.isdigit():
            found.append((float(size), float(str(row["figure"]))))
    return sorted(found)


def short(value: float) -> str:
    """1000000 as 1M."""
    for power, letter in ((1e6, "M"), (1e3, "k")):
        if value >= power:
            return f"{value / power:g}{letter}"
    return f"{value:g}"


def text(x: float, y: float, words: str, kind: str, anchor: str = "start") -> str:
    """One line of words."""
    return f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{words}</text>'


def drawn(panel: Panel, results: Sequence[dict[str, object]], x: float, y: float) -> Iterator[str]:
    """One panel, its upper left corner at x and y."""
    lines = [points(results, curve.name) for curve in panel.curves]
    every = [point for line in lines for point in line]
    across = Axis.over((size for size, _ in every), x + LEFT, x + WIDTH - RIGHT)
    up = Axis.over((value for _, value in every), y + HEIGHT - BELOW, y + ABOVE)
    yield f'<rect class="card" x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="10"/>'
    yield text(x + 16, y + 26, panel.title, "ink b")
    for tick in across.ticks():
        yield f'<path class="grid" d="M{across.at(tick):.1f},{up.start:.1f}V{up.end:.1f}"/>'
        yield text(across.at(tick), up.start + 18, short(tick), "dim", "middle")
    for tick in up.ticks():
        yield f'<path class="grid" d="M{across.start:.1f},{up.at(tick):.1f}H{across.end:.1f}"/>'
        yield text(across.start - 8, up.at(tick) + 4, short(tick), "dim", "end")
    yield text(across.end, up.start + 36, panel.of, "dim", "end")
    yield text(x + 16, y + 46, panel.unit, "dim")
    for place, (curve, line) in enumerate(zip(panel.curves, lines, strict=True)):
        kind = ("one", "two")[place]
        path = "L".join(f"{across.at(size):.1f},{up.at(value):.1f}" for size, value in line)
        yield f'<path class="{kind} line" d="M{path}"/>'
        yield from (
            f'<circle class="{kind}" cx="{across.at(size):.1f}" cy="{up.at(value):.1f}" r="3">'
            f"<title>{size:,.0f} {panel.of}: {value:.3g} {panel.unit}</title></circle>"
            for size, value in line
        )
        yield text(x + 110 + 150 * place, y + 46, curve.label, f"{kind} word")


def picture(results: Sequence[dict[str, object]]) -> str:
    """All panels as one SVG."""
    rows = -(-len(PANELS) // COLUMNS)
    width = COLUMNS * WIDTH + (COLUMNS + 1) * MARGIN
    height = rows * (HEIGHT + MARGIN) + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'aria-labelledby="title desc" font-family="Inter, system-ui, sans-serif" font-size="13">',
        '<title id="title">Growth</title><desc id="desc">How costs grow with flows, peers, hosts '
        "and CPUs, on logarithmic axes.</desc>",
        f"<style>{STYLE}</style>",
        f'<rect class="bg" width="{width}" height="{height}" rx="10"/>',
    ]
    for place, panel in enumerate(PANELS):
        row, column = divmod(place, COLUMNS)
        x, y = MARGIN + column * (WIDTH + MARGIN), MARGIN + row * (HEIGHT + MARGIN)
        parts += drawn(panel, results, x, y)
    return "\n".join([*parts, "</svg>", ""])


def main(words: Sequence[str]) -> None:
    """Read results, write the picture."""
    found = json.loads(Path(words[0] if words else RESULTS).read_text(encoding="utf-8"))
    PICTURE.write_text(picture(found["parts"]["growth"]), encoding="utf-8")
    print(f"wrote {PICTURE}")


if __name__ == "__main__":
    main(sys.argv[1:])
