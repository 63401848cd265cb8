"""How far reading has come, on a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

PATIENCE_S = 0.5  # what takes less time is over before anybody could read it
PERIOD_S = 0.1


class Passage(Protocol):
    """What is read, for one a CaptureFile."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def size(self) -> int | None:
        """How much there is, in any unit; None: nobody knows."""

    @property
    def position(self) -> int:
        """How much of it was read so far."""


@contextmanager
def telling(file: Passage, packets: Callable[[], int]) -> Iterator[Callable[[], None]]:
    """A bar or, where nobody knows how much will come, a count; gone when done.

    Args:
        file: what is read.
        packets: how many were counted so far.
    Returns:
        What to call now and then. Costs a look at the clock.
    """
    if not sys.stderr.isatty():
        yield lambda: None
        return
    middle = (
        (BarColumn(), TimeRemainingColumn())
        if file.size
        else (SpinnerColumn(), TimeElapsedColumn())
    )
    text = TextColumn("{task.description}  {task.fields[packets]:,} packets")
    with Progress(
        text, *middle, console=Console(stderr=True), transient=True, auto_refresh=False
    ) as bar:
        task = bar.add_task(file.name, total=file.size, packets=0, start=True, visible=False)
        due = time.monotonic() + PATIENCE_S

        def tell() -> None:
            nonlocal due
            if time.monotonic() < due:
                return
            due = time.monotonic() + PERIOD_S
            bar.update(task, completed=file.position, packets=packets(), visible=True)
            bar.refresh()

        yield tell
