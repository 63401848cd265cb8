"""A fleet's page before its hosts have sent a whole step, and from then on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from tests.unit.synthetic import SECOND_NS, Flow, drained

from tunnel_monitor.errors import StoreFailed
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.names import NO_NAMES
from tunnel_monitor.flows.question import Place
from tunnel_monitor.flows.recent import Recent
from tunnel_monitor.serve.fleet_view import STEP_NS, FleetView
from tunnel_monitor.serve.status import state

STEP_S = STEP_NS // SECOND_NS
BEGAN_NS = 1_763_800_000 // STEP_S * STEP_NS
NODE = Place("node1", "eth0")
AGAIN = "the store answers again"


class Store:
    """One that fills while it is looked at."""

    def __init__(self) -> None:
        self.recent = Recent.nothing((NODE,), 1.0)
        self.seconds = 0

    def fill(self, seconds: int) -> None:
        for _ in range(seconds):
            self.seconds += 1
            batch = FlowBatch.of(drained([Flow()]))
            time_ns = BEGAN_NS + (3 + self.seconds) * SECOND_NS
            self.recent = self.recent.added(replace(batch, time_ns=time_ns))

    def __getattr__(self, name: str) -> object:
        return getattr(self.recent, name)


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def view(store: Store) -> Iterator[FleetView]:
    with closing(FleetView(store, NO_NAMES, print)) as view:  # type: ignore[arg-type]  # it passes on
        yield view


def told(view: FleetView) -> str:
    return state(view.facts("0.1.0", "node9", 1))


def test_nothing_is_shown_and_nobody_is_gone_before_a_whole_step(
    store: Store, view: FleetView
) -> None:
    view.look()
    store.fill(3)
    view.look()
    assert view.snapshot.number == 0
    assert told(view) == "live"


def test_hosts_are_there_after_a_whole_step(store: Store, view: FleetView) -> None:
    store.fill(3 + STEP_S)
    view.look()
    assert view.snapshot.number == 1
    assert view.snapshot.places == (NODE,)
    assert int(view.snapshot.total.parts().flows["packets"].sum()) == STEP_S - 3
    assert told(view) == "gone"  # years ago


def test_what_is_beside_does_not_wait_for_a_snapshot(store: Store) -> None:
    called, ended = threading.Event(), threading.Event()

    def span() -> None:
        ended.wait()

    store.span = span  # type: ignore[attr-defined]  # it takes long
    with closing(FleetView(store, NO_NAMES, print, beside=called.set)) as view:  # type: ignore[arg-type]
        view.begin()
        assert called.wait(10)
        ended.set()


@pytest.mark.parametrize(
    ("look", "beside", "reports"),
    [("away", "away", ["away", AGAIN]), ("", "refused", ["refused", AGAIN]), ("", "", [])],
    ids=["both", "one", "none"],
)
def test_what_fails_is_told_once_whoever_meets_it(
    look: str, beside: str, reports: list[str], store: Store
) -> None:
    """Also what only looking for findings meets."""
    failing, told_so_far = threading.Event(), list[str]()
    turns = {"look": threading.Semaphore(0), "beside": threading.Semaphore(0)}
    failing.set()

    def asked(by: str, failure: str) -> None:
        turns[by].release()
        if failure and failing.is_set():
            raise StoreFailed(failure)

    store.span = lambda: asked("look", look)  # type: ignore[attr-defined]
    view = FleetView(store, NO_NAMES, told_so_far.append, lambda: asked("beside", beside))  # type: ignore[arg-type]
    with closing(view):
        view.begin()
        for _ in range(2):  # twice in vain, and then twice not: the first of these has been told
            assert all(turn.acquire(timeout=10) for _ in range(2) for turn in turns.values())
            failing.clear()
    assert told_so_far == reports
