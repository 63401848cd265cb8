"""Says at the end of a run which tunnels were not made, because this kernel has none."""

from __future__ import annotations

import os

import pytest
from tests.lab import tunnels


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lacking = tunnels.missing()
    if lacking and not os.geteuid():
        terminalreporter.section("tunnels that this kernel does not make")
        terminalreporter.line(", ".join(sorted(lacking)))
