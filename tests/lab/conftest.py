"""What most tests of the lab begin with; at the end, which tunnels this kernel did not make."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from tests.lab import commands, tunnels, watched

from tunnel_monitor.lab.build import Lab


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """Two hosts, one of them to be watched; modules that want others make their own."""
    with watched.two_hosts() as built:
        yield built


@pytest.fixture(scope="module")
def home() -> Iterator[int]:
    """The namespace that commands are started in."""
    with commands.home() as descriptor:
        yield descriptor


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lacking = tunnels.missing()
    if lacking and not os.geteuid():
        terminalreporter.section("tunnels that this kernel does not make")
        terminalreporter.line(", ".join(sorted(lacking)))
