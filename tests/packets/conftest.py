"""Says at the end of a run what the packet tests had nothing to be made from."""

from __future__ import annotations

import pytest
from tests.packets import captures


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not captures.names():
        terminalreporter.section("captures")
        terminalreporter.line(
            f"none to compare with: {captures.VARIABLE} names no folder that has expected tables"
        )
