"""What most tests of the lab begin with; at the end, which tunnels this kernel did not make."""

from __future__ import annotations

import os
import pwd
import tempfile
from collections.abc import Iterator
from pathlib import Path

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


@pytest.fixture
def nobodys() -> Iterator[Path]:
    """A folder of who a watch becomes. pytest's own folders are closed to others than root."""
    with tempfile.TemporaryDirectory(prefix="nobodys-", dir="/tmp") as folder:
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
        yield Path(folder)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lacking = tunnels.missing()
    if lacking and not os.geteuid():
        terminalreporter.section("tunnels that this kernel does not make")
        terminalreporter.line(", ".join(sorted(lacking)))
