"""Telling what is being sent: to a terminal, into a file, to a program.

Nothing here names a culprit: what is told are the streams that a plan shows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from rich.console import Console
from rich.live import Live
from rich.table import Table

from tunnel_monitor.lab.readings import Reading
from tunnel_monitor.lab.streams import Sent

# What is called once a second, with the seconds since the start.
Tell = Callable[[float, list[Reading]], None]

PLAIN_PERIOD_S = 5
FRAME_LINES = 3  # of a terminal: headings, what is left out, the cursor


@contextmanager
def as_lines() -> Iterator[Tell]:
    """A line per stream, once at the start and then every five seconds."""
    turns = count()

    def tell(seconds: float, readings: list[Reading]) -> None:
        if next(turns) % PLAIN_PERIOD_S == 0:
            for reading in readings:
                what, who, *rest = reading.columns
                print(f"{seconds:5.0f} s  {what:<13}  {who:<33}", *rest, sep="  ", flush=True)

    yield tell


@contextmanager
def as_json() -> Iterator[Tell]:
    """A JSON object per stream and second; docs/reference/lab.md says what is in it."""

    def tell(seconds: float, readings: list[Reading]) -> None:
        for place, reading in enumerate(readings):
            print(json.dumps({"seconds": round(seconds, 3), **record(place, reading.sent)}))
        print(end="", flush=True)

    yield tell


@contextmanager
def as_table() -> Iterator[Tell]:
    """A table on the terminal that stays in its place."""
    console = Console()
    with Live(console=console, auto_refresh=False) as live:

        def tell(seconds: float, readings: list[Reading]) -> None:
            live.update(table(seconds, readings, console.height), refresh=True)

        yield tell


def table(seconds: float, readings: list[Reading], height: int) -> Table:
    """As many streams as fit on a screen of so many lines."""
    room = max(1, height - FRAME_LINES)
    drawn = Table(box=None, pad_edge=False, expand=True)
    for heading in (f"{seconds:.0f} s", "from -> to", "now", "so far"):
        drawn.add_column(heading, no_wrap=True)
    drawn.add_column("", no_wrap=True, ratio=1)  # cut off where the terminal is narrow
    for reading in readings[:room]:
        drawn.add_row(*reading.columns)
    if len(readings) > room:
        drawn.add_row(f"and {len(readings) - room} more")
    return drawn


def record(place: int, sent: Sent) -> dict[str, object]:
    """One stream at one moment, for `--json`; counts are since the start."""
    stream = sent.stream
    return {
        "stream": place,
        "kind": stream.kind.value,
        "src": stream.src.address,
        "dst": stream.dst.address,
        "payload": stream.payload,
        "rate": stream.rate,
        "packets": sent.packets,
        "replies": sent.replies,
        "bytes": sent.bytes,
        "state": sent.state,
    }
