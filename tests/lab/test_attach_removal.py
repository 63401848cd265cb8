"""What the monitor puts on an interface goes with it, and nobody else's with it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

import pytest
from tests.lab import hooks, underlay
from tests.lab.counting import SETTINGS, path_of, wait_for, watching
from tests.lab.foreign import Foreign
from tests.lab.underlay import HERE, told

from tunnel_monitor.contract import Direction
from tunnel_monitor.errors import AttachFailed
from tunnel_monitor.kernel import keeper
from tunnel_monitor.lab import namespaces
from tunnel_monitor.lab.build import Lab

pytestmark = pytest.mark.root

TCX = replace(SETTINGS, attach="tcx")
CLSACT = replace(SETTINGS, attach="clsact")
U32 = ("protocol", "ip", "u32", "match", "u32", "0", "0", "classid", "1:1")


@pytest.fixture
def lab() -> Iterator[Lab]:
    with underlay.wired() as lab:
        yield lab


def add_filter(lab: Lab, way: Direction, preference: int) -> None:
    """As somebody else would, with `tc`."""
    words = ("tc", "filter", "add", "dev", "eth0", way.label, "pref", str(preference), *U32)
    told(lab, HERE, *words)


def add_qdisc(lab: Lab) -> None:
    told(lab, HERE, "tc", "qdisc", "add", "dev", "eth0", "clsact")


def test_closing_takes_tcx_programs_off(lab: Lab) -> None:
    with watching(lab, HERE, settings=TCX):
        assert hooks.tcx_programs(lab) == [1, 1]
        assert hooks.filters(lab) == ["", ""]
        assert "clsact" not in hooks.qdiscs(lab)
    assert hooks.nothing_on(lab)


def test_closing_takes_filters_and_qdisc_away(lab: Lab) -> None:
    with watching(lab, HERE, settings=CLSACT):
        assert hooks.tcx_programs(lab) == [0, 0]
        assert all("handle 0x7a" in shown for shown in hooks.filters(lab))
        assert "clsact" in hooks.qdiscs(lab)
    assert hooks.nothing_on(lab)


def test_a_killed_monitor_leaves_no_tcx_program(lab: Lab) -> None:
    with hooks.monitor(lab, "tcx") as monitor:
        assert hooks.tcx_programs(lab) == [1, 1]
        assert not monitor.keepers
        monitor.kill(with_keeper=True)
        assert wait_for(lambda: hooks.nothing_on(lab))


def test_a_killed_monitor_s_keeper_takes_its_filters_away(lab: Lab) -> None:
    with hooks.monitor(lab, "clsact") as monitor:
        assert "handle 0x7a" in hooks.filters(lab)[0]
        monitor.kill(with_keeper=False)
        assert wait_for(lambda: hooks.nothing_on(lab))
        assert wait_for(monitor.keeper_ended)


def test_the_next_start_takes_away_what_a_killed_keeper_left(lab: Lab) -> None:
    with hooks.monitor(lab, "clsact") as monitor:
        monitor.kill(with_keeper=True)
        assert wait_for(monitor.keeper_ended)
    stale = hooks.filters(lab)
    assert all(shown.count("handle 0x7a") == 1 for shown in stale), "a filter outlives its keeper"
    with watching(lab, HERE, settings=CLSACT):
        fresh = hooks.filters(lab)
        assert all(shown.count("handle 0x7a") == 1 for shown in fresh)
        assert fresh != stale
    assert hooks.nothing_on(lab)


def keepers(lab: Lab) -> int:
    """How many have drawn a number, so that nobody takes what they make for stale."""
    sockets = told(lab, HERE, "cat", "/proc/net/unix")
    return sockets.count("@tunnel-monitor-keeper-") - sockets.count(f"keeper-{keeper.TURN}")


def test_keepers_look_and_change_in_turn(lab: Lab) -> None:
    """One that ended took the qdisc from one that began: every twentieth start failed."""
    with namespaces.entered(lab.namespace(HERE)):
        turn = keeper.hold(keeper.TURN)
    assert turn
    with ExitStack() as stack, ThreadPoolExecutor(1) as beside:
        with turn:
            start = beside.submit(stack.enter_context, watching(lab, HERE, settings=CLSACT))
            assert wait_for(lambda: keepers(lab) == 1)
            assert hooks.nothing_on(lab)
        start.result()
        assert all("handle 0x7a" in shown for shown in hooks.filters(lab))
    assert hooks.nothing_on(lab)


@pytest.mark.parametrize("with_keeper", [False, True], ids=["closed", "killed"])
def test_somebody_else_s_filters_and_qdisc_stay(lab: Lab, *, with_keeper: bool) -> None:
    with Foreign(path_of(lab, HERE)) as other:
        add_qdisc(lab)
        for way in Direction:
            add_filter(lab, way, 7)
            other.add_filter("witness", "eth0", way)
        before = hooks.filters(lab)
        if with_keeper:
            with hooks.monitor(lab, "clsact") as monitor:
                monitor.kill(with_keeper=True)
                assert wait_for(monitor.keeper_ended)
            assert hooks.filters(lab) != before
        with watching(lab, HERE, settings=CLSACT):
            assert hooks.filters(lab) != before
        assert hooks.filters(lab) == before
        assert "clsact" in hooks.qdiscs(lab)


def test_a_filter_that_came_meanwhile_keeps_the_qdisc(lab: Lab) -> None:
    """The qdisc was ours, but taking it would take somebody else's filter."""
    with watching(lab, HERE, settings=CLSACT):
        add_filter(lab, Direction.EGRESS, 7)
    ingress, egress = hooks.filters(lab)
    assert not ingress
    assert "u32" in egress
    assert "0x7a" not in egress


def test_what_is_refused_leaves_nothing(lab: Lab) -> None:
    """Somebody else has the first place, for a kind of filter that ours cannot share it with."""
    add_qdisc(lab)
    add_filter(lab, Direction.EGRESS, 1)
    before = hooks.filters(lab), hooks.qdiscs(lab)
    with (
        pytest.raises(AttachFailed, match="cannot attach") as caught,
        watching(lab, HERE, settings=CLSACT),
    ):
        pass
    assert caught.value.remedy
    assert (hooks.filters(lab), hooks.qdiscs(lab)) == before
    assert hooks.tcx_programs(lab) == [0, 0]
