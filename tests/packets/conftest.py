"""What packet tests share; and at the end of a run, what they had nothing to be made from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.packets import captures
from tests.packets.noticing import Watching


@pytest.fixture(scope="module")
def watching() -> Iterator[Watching]:
    """The programs, which notice all there is."""
    with Watching() as made:
        yield made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not captures.names():
        terminalreporter.section("captures")
        terminalreporter.line(
            f"none to compare with: {captures.VARIABLE} names no folder that has expected tables"
        )
