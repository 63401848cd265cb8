"""Killed with SIGKILL, any part of it, the demo leaves nothing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.lab import commands
from tests.lab.commands import SMALL, Running

from tunnel_monitor.lab import launch, namespaces

pytestmark = pytest.mark.root


@pytest.fixture
def home() -> Iterator[int]:
    with commands.home() as descriptor:
        with namespaces.entered(descriptor):
            LINKS.update(name for _, name in socket.if_nameindex())
        yield descriptor


LINKS: set[str] = set()  # what every new namespace has


def child(parent: int, word: str) -> int:
    """The one child whose command line has that word."""
    (found,) = (pid for pid in commands.descendants(parent) if word in commands.words_of(pid))
    return found


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def expect_nothing_of(home: int, below: set[int], held: set[str]) -> None:
    """Wait until processes and namespaces are gone; look that nothing else is left."""
    commands.wait_for(lambda: not commands.alive(below), f"{below} have ended")
    commands.wait_for(lambda: not commands.holders_of(held), f"nobody holds {held}")
    with namespaces.entered(home):
        assert {name for _, name in socket.if_nameindex()} == LINKS
        assert "tunnel-monitor" not in Path("/proc/thread-self/net/unix").read_text()


def parts(demo: Running) -> tuple[set[int], set[str]]:
    """Its processes and its namespaces."""
    pid = demo.process.pid
    below, held = commands.descendants(pid), commands.namespaces_of(pid)
    assert below
    assert len(held) == 1 + 3 + 3  # the bridge's, the hosts', the clients'
    return below, held


def test_the_demo(home: int, tmp_path: Path) -> None:
    with commands.demo(home, tmp_path, *SMALL, "--traffic", "tcp") as demo:
        commands.wait_for(lambda: bool(demo.get("api/v1/flows")["rows"]), "traffic is seen")
        below, held = parts(demo)
        kill(demo.process.pid)
        assert demo.wait() == -signal.SIGKILL
        expect_nothing_of(home, below, held)


def test_the_demo_while_it_builds(home: int, tmp_path: Path) -> None:
    with commands.command(home, tmp_path, "demo", "--hosts", "60") as demo:
        demo.wait_to_tell("Starting tunnel 2 of 60")
        pid = demo.process.pid
        below, held = commands.descendants(pid), commands.namespaces_of(pid)
        assert len(held) > 60
        kill(pid)
        expect_nothing_of(home, below, held)


def test_the_monitor(home: int, tmp_path: Path) -> None:
    with commands.demo(home, tmp_path, *SMALL) as demo:
        below, held = parts(demo)
        kill(child(demo.process.pid, "watch"))
        assert demo.wait() == 1
        expect_nothing_of(home, below, held)
        assert demo.output.splitlines()[-1] == (
            "tunnel-monitor: the monitor ended by itself (killed by signal 9)"
        )


def test_the_monitor_lets_go_when_it_cannot_be_killed_with_the_demo(
    home: int, tmp_path: Path
) -> None:
    """Once it has given up root it is no longer killed with its parent: the lifeline ends it."""
    with commands.demo(home, tmp_path, *SMALL) as demo:
        watch = child(demo.process.pid, "watch")
        os.kill(watch, signal.SIGSTOP)
        kill(demo.process.pid)
        demo.wait()
        os.kill(watch, signal.SIGCONT)
        commands.wait_for(lambda: not commands.alive({watch}), "the monitor has ended")


def all_send(traffic: Running, program: str) -> set[int]:
    """What a `traffic` has started, once all of that has become the program it is to be."""
    found: set[int] = set()

    def so_it_is() -> bool:
        found.clear()
        found.update(commands.descendants(traffic.process.pid))
        return bool(found) and all(commands.words_of(pid)[:1] == [program] for pid in found)

    commands.wait_for(so_it_is, f"all below {traffic.process.pid} is {program}")
    return found


def test_traffic(home: int, tmp_path: Path) -> None:
    with commands.demo(home, tmp_path, *SMALL) as demo:
        _, held = parts(demo)
        with commands.command(home, tmp_path, "traffic", "--profile", "tcp") as traffic:
            commands.wait_for(lambda: bool(demo.get("api/v1/flows")["rows"]), "traffic is seen")
            senders = all_send(traffic, "iperf3")
            kill(traffic.process.pid)
            commands.wait_for(lambda: not commands.alive(senders), "the senders have ended")
        assert not demo.ended
        code, told = commands.run(home, tmp_path, "traffic", "--seconds", "1")
        assert code == 0, told
        below = commands.descendants(demo.process.pid)
        demo.process.terminate()
        assert demo.wait() == 0
        expect_nothing_of(home, below, held)


def test_pings_end_with_their_traffic(home: int, tmp_path: Path) -> None:
    with (
        commands.demo(home, tmp_path, *SMALL),
        commands.command(home, tmp_path, "traffic") as traffic,
    ):
        traffic.wait_to_tell("1 s")
        senders = all_send(traffic, "ping")
        kill(traffic.process.pid)
        commands.wait_for(lambda: not commands.alive(senders), "the senders have ended")


def test_traffic_ends_when_the_demo_is_killed(home: int, tmp_path: Path) -> None:
    with (
        commands.demo(home, tmp_path, *SMALL) as demo,
        commands.command(home, tmp_path, "traffic") as traffic,
    ):
        below, held = parts(demo)
        traffic.wait_to_tell("1 s")
        senders = commands.descendants(traffic.process.pid)
        kill(demo.process.pid)
        assert traffic.wait() == 1
        assert traffic.output.splitlines()[-1] == (
            f"tunnel-monitor: the demo (process {demo.process.pid}) has ended, "
            "and the traffic with it"
        )
        demo.wait()
        expect_nothing_of(home, below | senders, held)


def test_everything_at_once(home: int, tmp_path: Path) -> None:
    with (
        commands.demo(home, tmp_path, *SMALL) as demo,
        commands.command(home, tmp_path, "traffic", "--profile", "culprit") as traffic,
    ):
        traffic.wait_to_tell("1 s")
        below, held = parts(demo)
        pids = below | {demo.process.pid, traffic.process.pid}
        senders = commands.descendants(traffic.process.pid)
        for pid in pids:
            kill(pid)
        demo.wait()
        traffic.wait()
        expect_nothing_of(home, below | senders, held)


def test_nothing_is_started_for_a_parent_that_has_gone(tmp_path: Path) -> None:
    """The parent may end before the kernel is told to kill with it: the guard looks then."""
    made = tmp_path / "made"
    words = launch.dying_with_us(["touch", str(made)])
    words[words.index(str(os.getpid()))] = "1"  # whose child it is not
    assert subprocess.run(words, check=False).returncode != 0
    assert not made.exists()
    subprocess.run(launch.dying_with_us(["touch", str(made)]), check=True)
    assert made.exists()
