"""The `findings` reply, and what `status` tells of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from tunnel_monitor.diagnose.diagnosis import Report
from tunnel_monitor.serve.members import Json, seconds

# Asked from the server's threads: the newest report.
FindingsSource: TypeAlias = Callable[[], Report]


def no_findings() -> Report:
    """The source where nobody judges."""
    return Report()


def findings(report: Report) -> Json:
    """All members of the reply."""
    return {
        "time": seconds(report.time_ns),
        **summary(report),
        "rows": [finding.record() for finding in report.findings],
        "checks": [
            {"name": name, "title": title, "open": sum(one.name == name for one in report.open)}
            for name, title in report.checks
        ],
        "left_out": report.left_out,
    }


def summary(report: Report) -> Json:
    """How many are open and not muted, and a number that changes with the findings."""
    return {"open": len(report.open), "number": report.number}
