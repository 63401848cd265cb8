"""What holds for every test: it has the privileges it needs, and it leaves nothing behind."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import settings
from tests.browser import chromium_path
from tests.leaving_out import IN_CI, leave_out
from tests.leftovers import belongings, left_since, mark_children
from tests.signals import keep_ignored_to_ourselves

from tunnel_monitor.capture import native
from tunnel_monitor.settings import DEFAULT_ENCAPS, DEFAULT_PORTS, Boundary

# How long an example takes depends on who else computes here.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_configure() -> None:
    mark_children()
    keep_ignored_to_ourselves()


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("root") and os.geteuid() != 0:
        leave_out("needs root: sudo make test")
    if item.get_closest_marker("browser") and chromium_path() is None:
        leave_out("needs Chromium: scripts/install-browser")


@pytest.fixture(autouse=True, scope="module")
def nothing_left() -> Iterator[None]:
    """Fail a module that leaves processes, devices, namespaces or programs behind.

    So a fixture that starts a process may live as long as its module, and no longer.
    """
    before = belongings()
    yield
    left = left_since(before)
    assert not left, f"left behind: {', '.join(sorted(left))}"


@pytest.fixture(scope="module", autouse=True)
def defaults() -> Iterator[None]:
    """What is read is a matter of the whole process: leave it as it was."""
    yield
    native.set_boundary(Boundary.INNERMOST)
    native.set_encaps(DEFAULT_ENCAPS)
    native.set_ports(DEFAULT_PORTS)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    left_out = left_out_of(terminalreporter)
    if not left_out:
        return
    terminalreporter.section("left out")
    for (reason, file), count in sorted(left_out.items()):
        terminalreporter.line(f"{file}: {count} of its tests ({reason})")
    if IN_CI:
        terminalreporter.line("CI leaves no test out: this run has failed", red=True)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a test that was left out is a fault of the machine, and must not pass for green."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if IN_CI and not exitstatus and reporter is not None and left_out_of(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def left_out_of(reporter: pytest.TerminalReporter) -> Counter[tuple[str, str]]:
    """(why, file) -> how many tests were skipped."""
    found: Counter[tuple[str, str]] = Counter()
    for report in reporter.stats.get("skipped", []):
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        found[why.removeprefix("Skipped: "), report.nodeid.split("::")[0]] += 1
    return found
