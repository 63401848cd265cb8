"""Says at the end of a run what the packet tests had nothing to be made from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.packets import captures

from tunnel_monitor.capture import native
from tunnel_monitor.settings import DEFAULT_ENCAPS, DEFAULT_PORTS, Boundary


@pytest.fixture(scope="module", autouse=True)
def defaults() -> Iterator[None]:
    """What is read is a matter of the whole process: leave it as it was."""
    yield
    native.set_boundary(Boundary.INNERMOST)
    native.set_encaps(DEFAULT_ENCAPS)
    native.set_ports(DEFAULT_PORTS)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not captures.names():
        terminalreporter.section("captures")
        terminalreporter.line(
            f"none to compare with: {captures.VARIABLE} names no folder that has expected tables"
        )
