"""The interface is taken away while it is watched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest
from tests.lab import commands, watched
from tests.lab.watched import Page, both_ways

from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.kernel.load import LoadedObject
from tunnel_monitor.kernel.prepare import prepare
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.monitor import Monitor
from tunnel_monitor.settings import MonitorSettings

pytestmark = pytest.mark.root

OFTEN = ("--interval", "0.2")

GONE = "tunnel-monitor: eth0 is gone; what was counted on it stays"


@pytest.fixture
def lab() -> Iterator[Lab]:
    with watched.two_hosts() as built:
        yield built


@pytest.mark.parametrize("attach", ["tcx", "clsact"])
def test_the_page_stays_with_what_was_counted(
    attach: str, lab: Lab, home: int, tmp_path: Path
) -> None:
    with watched.watch(lab, home, tmp_path, "eth0", "--attach", attach, *OFTEN) as running:
        page = Page.of(running)
        watched.ping(lab, 53)
        assert page.api("status")["state"] == "live"
        lab.ip("host0", ["link del eth0"])
        running.wait_to_tell(GONE)
        page.wait_for_drain()
        status = page.api("status")
        assert status["state"] == "gone"
        assert [one["present"] for one in status["interfaces"]] == [False]
        assert page.counted() == both_ways(53)
        rows = page.api("ledger")["rows"]
        assert [row["device"] for row in rows] == [None, None]
        assert [int(row["outcomes"]["flow"]["packets"]) for row in rows] == [53, 53]
        assert page.ask("/").status == 200
        below = commands.descendants(running.process.pid)
        running.process.terminate()
        assert running.wait() == 0
        assert not commands.alive(below)
    assert running.output.count(GONE) == 1
    assert running.output.splitlines()[-1] == GONE


def test_the_lines_end_with_it(lab: Lab, home: int, tmp_path: Path) -> None:
    with watched.watch(lab, home, tmp_path, "eth0", "--jsonl") as running:
        watched.ping(lab, 5)
        lab.ip("host0", ["link del eth0"])
        assert running.wait() == 1
    assert sum(line["packets"] for line in watched.jsonl_of(running.output)) == 10
    assert watched.sentences_of(running.output) == [
        GONE,
        "tunnel-monitor: no watched interface is left, so this ends",
    ]


@dataclass
class Counted:
    """A sink that adds up packets."""

    packets: int = 0
    name: str = "counted"

    def take(self, batch: FlowBatch) -> None:
        self.packets += int(batch.flows["packets"].sum())

    def close(self) -> None:
        pass


def test_what_comes_while_it_goes_is_counted(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the flip of a drain that finds nothing left: nobody drained it any more."""
    settings = MonitorSettings(interval_s=0.05)
    namespace = Path(lab.path("host0"))
    wait_for_programs = LoadedObject.wait_for_programs
    waited: list[LoadedObject] = []

    def gone_meanwhile(loaded: LoadedObject) -> None:
        if not waited:
            watched.ping(lab, 5)
            lab.ip("host0", ["link del eth0"])
        waited.append(loaded)
        wait_for_programs(loaded)

    monkeypatch.setattr(LoadedObject, "wait_for_programs", gone_meanwhile)
    counted, ended = Counted(), Event()
    prepared = prepare("eth0", settings, namespace)
    with closing(Monitor([prepared], settings, namespace=namespace)) as monitor:
        monitor.start([counted], lambda _: None, ended.set, end_when_gone=True)
        assert ended.wait(watched.SOON_S)
    assert counted.packets == 10


def test_the_other_one_is_watched_on(lab: Lab, home: int, tmp_path: Path) -> None:
    words = ("eth0", "client10000", "--jsonl", "--interval", "0.1")
    with watched.watch(lab, home, tmp_path, *words) as running:
        lab.ip("host0", ["link del eth0"])
        running.wait_to_tell(GONE)
        assert not running.ended
        lab.ip("host0", ["link del client10000"])
        assert running.wait() == 1
    assert watched.sentences_of(running.output)[-1].endswith("is left, so this ends")


def test_the_page_is_live_as_long_as_one_is_left(lab: Lab, home: int, tmp_path: Path) -> None:
    with watched.watch(lab, home, tmp_path, "eth0", "client10000", *OFTEN) as running:
        lab.ip("host0", ["link del eth0"])
        running.wait_to_tell(GONE)
        status = Page.of(running).api("status")
        present = {one["name"]: one["present"] for one in status["interfaces"]}
        assert present == {"eth0": False, "client10000": True}
        assert status["state"] == "live"


def test_it_goes_on_though_nobody_can_be_told(lab: Lab, home: int, tmp_path: Path) -> None:
    """Where the terminal was gone, too, the complaint ended the thread that drains."""
    deaf = ("sh", "-c", 'exec "$@" 2>/dev/full', "sh")
    words = ("eth0", "client10000", *OFTEN)
    with watched.watch(lab, home, tmp_path, *words, prefix=deaf) as running:
        page = Page.of(running)
        lab.ip("host0", ["link del eth0"])
        commands.wait_for(lambda: not page.api("status")["interfaces"][0]["present"], "gone")
        page.wait_for_drain()
