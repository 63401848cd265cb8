"""`lab` as its user meets it: looking around in a running demo, breaking and repairing it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.lab import commands
from tests.lab.commands import SMALL, Running

from tunnel_monitor.lab import namespaces

pytestmark = pytest.mark.root


@pytest.fixture(scope="module")
def demo(home: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with commands.demo(home, tmp_path_factory.mktemp("demo"), *SMALL) as running:
        yield running


def lab(demo: Running, folder: Path, *words: str) -> str:
    """What a `lab` command told that went well."""
    code, told = commands.run(demo.home, folder, "lab", *words)
    assert code == 0, told
    return told


def test_status_shows_who_is_where(demo: Running, tmp_path: Path) -> None:
    lines = lab(demo, tmp_path, "status").splitlines()
    assert lines[1].split() == ["host", "outer", "address", "VNI", "10000"]
    assert lines[3].split() == ["host1", "172.16.1.101", "192.168.0.2"]
    assert lines[-1] == "No fault."


def test_status_as_json(demo: Running, tmp_path: Path) -> None:
    told = json.loads(lab(demo, tmp_path, "status", "--json"))
    assert told["demo"] == demo.process.pid
    assert told["hosts"][1] == {"name": "host1", "address": "172.16.1.101"}
    assert told["segments"] == [{"vni": 10000, "group": "239.1.1.1", "device": "vxlan10000"}]
    assert told["clients"][2] == {"address": "192.168.0.3", "host": "host2", "vni": 10000}
    assert told["faults"] == []


def test_a_fault_is_made_shown_and_repaired(demo: Running, tmp_path: Path) -> None:
    made = lab(demo, tmp_path, "fault", "header")
    assert made.startswith("Fault header: host")
    assert made in lab(demo, tmp_path, "status")
    assert lab(demo, tmp_path, "fault", "header", "--repair") == made.replace("Fault", "Repaired")
    assert lab(demo, tmp_path, "repair") == "There was nothing to repair.\n"


def test_an_exercise_is_told_when_asked_for(demo: Running, tmp_path: Path) -> None:
    lab(demo, tmp_path, "fault", "--random", "--seed", "5")
    assert lab(demo, tmp_path, "status").splitlines()[-1] == "Fault: hidden"
    revealed = lab(demo, tmp_path, "fault", "--reveal")
    assert "hidden" not in revealed
    assert lab(demo, tmp_path, "repair") == revealed.replace("Fault", "Repaired")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("fault",), "give a fault's NAME, --random, --reveal or --repair"),
        (("fault", "mtu", "--random"), "give a fault's NAME, --random, --reveal or --repair"),
        (("fault", "gremlins"), "invalid choice: 'gremlins'"),
        (("repair", "mtu"), "the lab has no such fault; `lab status` shows them"),
        (("status", "--demo", "1"), "no demo has the process number 1"),
    ],
)
def test_what_means_nothing_is_refused(
    words: tuple[str, ...], told: str, demo: Running, tmp_path: Path
) -> None:
    code, output = commands.run(demo.home, tmp_path, "lab", *words)
    assert code == 2
    assert told in output
    assert len(output.splitlines()) == 1


def test_a_command_runs_inside(demo: Running, tmp_path: Path) -> None:
    assert "172.16.1.101/24" in lab(demo, tmp_path, "shell", "host1", "--", "ip", "-br", "address")
    assert "192.168.0.2/24" in lab(demo, tmp_path, "shell", "192.168.0.2", "--", "ip", "address")


def test_its_exit_code_is_the_commands(demo: Running, tmp_path: Path) -> None:
    code, _ = commands.run(demo.home, tmp_path, "lab", "shell", "host1", "--", "sh", "-c", "exit 7")
    assert code == 7


def test_a_host_or_program_that_is_not_there(demo: Running, tmp_path: Path) -> None:
    code, told = commands.run(demo.home, tmp_path, "lab", "shell", "host9")
    assert (code, told) == (
        1,
        "tunnel-monitor: cannot enter host9: the lab has no such host or client; "
        "`lab status` shows them\n",
    )
    code, told = commands.run(demo.home, tmp_path, "lab", "shell", "host1", "nosuch")
    assert code == 2
    assert "cannot run nosuch" in told


def test_ctrl_c_is_the_shells(demo: Running, tmp_path: Path) -> None:
    waiting = "trap 'echo caught; exit 3' INT; echo ready; while :; do sleep 0.1; done"
    words = ("lab", "shell", "host1", "--", "sh", "-c", waiting)
    with commands.command(demo.home, tmp_path, *words, prefix=("setsid",)) as running:
        running.wait_to_tell("ready")
        os.killpg(running.process.pid, signal.SIGINT)
        assert running.wait() == 3
        assert "caught" in running.output


# Ctrl-C, when the child has begun and we have not begun to wait for it.
INTERRUPTED_EARLY = """
import signal, sys
from tunnel_monitor.cli import lab, main

waiting = lab.first_end


async def interrupted(child, demo):
    signal.raise_signal(signal.SIGINT)
    await waiting(child, demo)


lab.first_end = interrupted
sys.exit(main.main(sys.argv[1:]))
"""


def test_ctrl_c_is_the_shells_from_the_beginning(demo: Running) -> None:
    """On a busy machine it took a while until it was, and ended both until then."""
    words = ("lab", "shell", "host1", "--", "sh", "-c", "exit 3")
    with namespaces.entered(demo.home):
        done = subprocess.run(
            [sys.executable, "-c", INTERRUPTED_EARLY, *words], stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (3, b"")


def test_without_a_demo_it_says_how_to_start_one(tmp_path: Path) -> None:
    with commands.home() as elsewhere:
        code, told = commands.run(elsewhere, tmp_path, "lab", "status")
    assert code == 1
    assert "start one with `tunnel-monitor demo`" in told


def test_the_demo_begins_with_faults_and_takes_them_with_it(tmp_path: Path) -> None:
    broken = ("--fault", "storm", "--fault", "path-change", "--fault", "black-hole")
    with (
        commands.home() as home,
        commands.demo(home, tmp_path, "--hosts", "4", "--segments", "1", *broken) as demo,
        commands.command(home, tmp_path, "lab", "shell", "host1", "sleep", "1000") as shell,
    ):
        assert "Fault storm: 192.168.0." in demo.output
        commands.wait_for(lambda: bool(commands.descendants(shell.process.pid)), "the shell")
        below = commands.descendants(demo.process.pid) | commands.descendants(shell.process.pid)
        held = commands.namespaces_of(demo.process.pid)
        demo.process.kill()
        assert shell.wait() == 1
        assert "has ended, and this with it" in shell.output
        commands.wait_for(lambda: not commands.alive(below), f"{below} have ended")
        commands.wait_for(lambda: not commands.holders_of(held), f"nobody holds {held}")


def test_a_fault_for_a_larger_lab_is_refused_before_anything_is_built(tmp_path: Path) -> None:
    with commands.home() as home:
        code, told = commands.run(home, tmp_path, "demo", "--hosts", "2", "--fault", "duplicate")
    assert code == 2
    assert told == (
        "tunnel-monitor: cannot make duplicate: it takes 3 hosts; start a demo with more --hosts\n"
    )
