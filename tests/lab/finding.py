"""A demo that is broken, and what its monitor finds."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab import commands
from tests.lab.commands import Running

FOUND_S = 15.0
WATCHED = "172.16.1.100"


@dataclass
class Broken:
    """A demo, and the faults that were made in it.

    Attributes:
        demo: it.
        folder: for what commands tell.
    """

    demo: Running
    folder: Path

    def lab(self, *words: str) -> str:
        """What a `lab` command told that went well."""
        code, told = commands.run(self.demo.home, self.folder, "lab", *words)
        assert code == 0, told
        return told

    def make(self, *names: str) -> dict[str, dict[str, Any]]:
        """Make some faults; name -> where each is."""
        for name in names:
            self.lab("fault", name)
        records = json.loads(self.lab("status", "--json"))["faults"]
        return {record["name"]: record for record in records}

    def rows(self) -> list[dict[str, Any]]:
        """All findings."""
        rows: list[dict[str, Any]] = self.demo.get("api/v1/findings")["rows"]
        return rows

    def found(self, names: set[str], within_s: float = FOUND_S) -> dict[str, dict[str, Any]]:
        """Wait until findings of all these names are open; name -> finding.

        Each must be there so many seconds after the last fault was made.
        """
        deadline = time.monotonic() + within_s
        while True:
            opened = {row["name"]: row for row in self.rows() if row["state"] == "open"}
            if names <= opened.keys():
                return opened
            assert time.monotonic() < deadline, f"not found: {sorted(names - opened.keys())}"
            time.sleep(0.1)

    def closed(self) -> None:
        """Wait until nothing is open."""
        commands.wait_for(
            lambda: all(row["state"] != "open" for row in self.rows()), "nothing is open"
        )


@contextmanager
def broken_demo(folder: Path, *words: str) -> Iterator[Broken]:
    """A demo that can be broken.

    Args:
        folder: for what commands tell.
        words: options of the demo.
    """
    with commands.home() as home, commands.demo(home, folder, *words) as running:
        yield Broken(running, folder)


def expect_about(row: dict[str, Any], fault: dict[str, Any]) -> None:
    """Is it about the tunnel, the endpoint and the network that are broken?"""
    assert row["vni"] == fault["vni"], row
    assert fault["address"] in row["peers"], row
    assert set(row["peers"]) <= {fault["address"], WATCHED}, row


def expect_between(row: dict[str, Any], fault: dict[str, Any]) -> None:
    """Does it name the two endpoints that the fault is between, each behind its peer?"""
    behind = {fault["address"]: fault["endpoint"], WATCHED: here(fault)}
    assert row["endpoints"] == [behind[peer] for peer in row["peers"]], row
    assert row["example"]
    assert f", for example from {' to '.join(row['endpoints'])}" in row["explanation"]


def here(fault: dict[str, Any]) -> str:
    """The endpoint of the host that is watched in a fault's network."""
    network, _ = str(fault["endpoint"]).rsplit(".", 1)
    return f"{network}.1"
