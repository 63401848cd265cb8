"""Whether healthy traffic is left in peace: an hour of each profile in a demo, and no finding.

Not among what is measured by default, since it takes four hours: `make bench ARGS=healthy`.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from bench.figures import Effort, Row
from tests.lab import commands
from tests.lab.commands import Running

PROFILES = ("classic", "tcp", "all-to-all", "bursty")
HOUR_S = 3600
LOOK_S = 5.0  # findings are remembered for longer


def measure(effort: Effort) -> list[Row]:
    """A row for each profile: how many findings there were."""
    return [measure_one(profile, effort.of(HOUR_S)) for profile in PROFILES]


def measure_one(profile: str, seconds: int) -> Row:
    """One demo for so long."""
    with (
        tempfile.TemporaryDirectory() as folder,
        commands.home() as home,
        commands.demo(home, Path(folder), "--traffic", profile) as demo,
    ):
        found = watched(demo, seconds)
    return Row.of(
        f"healthy-{profile}",
        f"findings in {seconds} s of {profile} traffic",
        "",
        [len(found)],
        at_most=0,
        note=", ".join(sorted(found.values())),
    )


def watched(demo: Running, seconds: int) -> dict[str, str]:
    """Id of everything that a demo's monitor found meanwhile -> its name."""
    found: dict[str, str] = {}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(min(LOOK_S, max(0.0, until - time.monotonic())))
        rows = demo.get("api/v1/findings")["rows"]
        found |= {row["id"]: row["name"] for row in rows}
    return found
