"""The keeper of clsact filters: it minds its own, whatever becomes of the others."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.lab import commands, watched
from tests.lab.commands import Running
from tests.lab.watched import Page, both_ways

from tunnel_monitor.lab.build import Lab

pytestmark = pytest.mark.root

CLSACT = ("eth0", "--attach", "clsact", "--jsonl")


@pytest.fixture
def lab() -> Iterator[Lab]:
    with watched.two_hosts() as built:
        yield built


def keeper_of(running: Running) -> int:
    (pid,) = commands.descendants(running.process.pid)
    return pid


def end(running: Running) -> None:
    running.process.terminate()
    assert running.wait() == 0


def filters(lab: Lab) -> int:
    """How many of ours are on both hooks."""
    return watched.traffic_control(lab, "filter").count("handle 0x7a")


def has_qdisc(lab: Lab) -> bool:
    return "clsact" in watched.traffic_control(lab, "qdisc")


@pytest.mark.parametrize("first_to_end", [0, 1])
def test_the_qdisc_goes_with_the_last_of_two(
    first_to_end: int, lab: Lab, home: int, tmp_path: Path
) -> None:
    """It stayed for ever when the keeper that made it ended before the other."""
    with (
        watched.watch(lab, home, tmp_path, *CLSACT) as one,
        watched.watch(lab, home, tmp_path, *CLSACT) as other,
    ):
        assert filters(lab) == 4
        end((one, other)[first_to_end])
        assert filters(lab) == 2
        assert has_qdisc(lab)
        end((other, one)[first_to_end])
    assert filters(lab) == 0
    assert not has_qdisc(lab)


def test_one_in_a_container_is_not_taken_for_dead(lab: Lab, home: int, tmp_path: Path) -> None:
    """Keepers were known by process numbers, which mean nothing in another container."""
    contained = ("unshare", "--pid", "--fork", "--kill-child")
    words = ("watch", *CLSACT, "--netns", lab.path(watched.HOST))
    with commands.command(home, tmp_path, *words, prefix=contained) as first:
        commands.wait_for(lambda: filters(lab) == 2, "both filters of the contained one")
        with watched.watch(lab, home, tmp_path, *CLSACT) as running:
            assert filters(lab) == 4
            end(running)
        assert filters(lab) == 2
        first.process.kill()  # unshare waits for its child, deaf to anything else


def test_somebody_elses_qdisc_and_filter_stay(lab: Lab, home: int, tmp_path: Path) -> None:
    watched.in_host(lab, "host0", "tc qdisc add dev eth0 clsact")
    watched.in_host(
        lab,
        "host0",
        "tc filter add dev eth0 ingress pref 7 protocol ip u32 match u32 0 0 classid 1:1",
    )
    before = watched.traffic_control(lab, "filter")
    with watched.watch(lab, home, tmp_path, *CLSACT) as running:
        assert filters(lab) == 2
        end(running)
    assert watched.traffic_control(lab, "filter") == before
    assert has_qdisc(lab)


def test_what_a_killed_keeper_left_goes_with_the_next(lab: Lab, home: int, tmp_path: Path) -> None:
    with watched.watch(lab, home, tmp_path, *CLSACT) as running:
        os.kill(keeper_of(running), signal.SIGKILL)
        running.process.kill()
        running.wait()
    assert filters(lab) == 2
    with watched.watch(lab, home, tmp_path, *CLSACT) as running:
        assert filters(lab) == 2
        end(running)
    assert filters(lab) == 0
    assert not has_qdisc(lab)


def test_without_its_keeper_the_monitor_counts_on(lab: Lab, home: int, tmp_path: Path) -> None:
    words = ("eth0", "--attach", "clsact", "--interval", "0.2")
    with watched.watch(lab, home, tmp_path, *words) as running:
        os.kill(keeper_of(running), signal.SIGKILL)
        watched.ping(lab, 13)
        page = Page.of(running)
        page.wait_for_drain()
        assert page.counted() == both_ways(13)
        end(running)


def test_root_does_not_run_what_lies_about(lab: Lab, home: int, tmp_path: Path) -> None:
    """Modules in the working directory came before the keeper's own."""
    ran = tmp_path / "ran"
    (tmp_path / "pyroute2.py").write_text(f"open({str(ran)!r}, 'w')\n")
    in_folder = ("env", "-C", str(tmp_path), "PYTHONSAFEPATH=")
    with watched.watch(lab, home, tmp_path, *CLSACT, prefix=in_folder) as running:
        end(running)
    assert not ran.exists()
