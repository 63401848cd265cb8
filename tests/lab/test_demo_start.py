"""The demo as a user sees it begin and end."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.lab import commands
from tests.lab.commands import SMALL, Running

from tunnel_monitor.lab import namespaces

pytestmark = pytest.mark.root


@pytest.fixture
def home() -> Iterator[int]:
    with commands.home() as descriptor:
        yield descriptor


def test_it_tells_how_far_it_is_and_then_where_the_page_is(home: int, tmp_path: Path) -> None:
    with commands.demo(home, tmp_path) as demo:
        lines = demo.output.splitlines()
        assert lines[:18] == [
            *(f"Launching host {n} of 9" for n in range(1, 10)),
            *(f"Starting tunnel {n} of 9" for n in range(1, 10)),
        ]
        assert lines[18] == "HTTP server listening on 127.0.0.1:8080"
        assert lines[19] == "Open http://127.0.0.1:8080/ in a browser."
        assert lines[-1].startswith("Press enter to quit:")
        status = demo.get("api/v1/status")
        assert status["lab"] == {"hosts": 9, "segments": 4, "clients": 1}
        (interface,) = status["interfaces"]
        assert (interface["name"], interface["namespace"]) == ("eth0", "host0")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it(number: signal.Signals, home: int, tmp_path: Path) -> None:
    with commands.demo(home, tmp_path, *SMALL) as demo:
        below = commands.descendants(demo.process.pid)
        assert below
        demo.process.send_signal(number)
        assert demo.wait() == 0
        assert not commands.alive(below)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_before_it_is_built(
    number: signal.Signals, home: int, tmp_path: Path
) -> None:
    words = ("demo", "--hosts", "60", "--listen", "127.0.0.1:0")
    with commands.command(home, tmp_path, *words) as demo:
        demo.wait_to_tell("Starting tunnel 2 of 60")
        below = commands.descendants(demo.process.pid)
        demo.process.send_signal(number)
        assert demo.wait() == 0
        assert "Traceback" not in demo.output
        assert "Starting tunnel 60 of 60" not in demo.output
        commands.wait_for(lambda: not commands.alive(below), "its processes have ended")


@pytest.mark.parametrize("typed", [b"\n", b"\x03", b"\x04"], ids=["enter", "ctrl-c", "ctrl-d"])
def test_the_keyboard_ends_it(typed: bytes, home: int, tmp_path: Path) -> None:
    with commands.demo_on_terminal(home, tmp_path) as (demo, person):
        os.write(person, typed)
        assert demo.wait() == 0
        assert "Traceback" not in demo.output


def test_a_closed_terminal_ends_it(home: int, tmp_path: Path) -> None:
    with commands.demo_on_terminal(home, tmp_path) as (demo, person):
        below = commands.descendants(demo.process.pid)
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, person)
        os.close(nowhere)
        assert demo.wait() == 0
        assert not commands.alive(below)


def test_a_taken_port_is_known_before_anything_is_built(home: int, tmp_path: Path) -> None:
    with namespaces.entered(home), socket.create_server(("127.0.0.1", 8080)):
        code, told = commands.run(home, tmp_path, "demo")
    assert code == 1
    assert told.startswith("tunnel-monitor: cannot listen on 127.0.0.1:8080: ")
    assert len(told.splitlines()) == 1


NOBODY = ("unshare", "--user")
ROOT_BY_NAME = ("setpriv", "--bounding-set=-sys_admin")


@pytest.mark.parametrize(
    ("command", "how"), [("demo", NOBODY), ("demo", ROOT_BY_NAME), ("traffic", NOBODY)]
)
def test_without_privileges_it_says_what_to_do(
    command: str, how: tuple[str, ...], home: int, tmp_path: Path
) -> None:
    code, told = commands.run(home, tmp_path, command, prefix=how)
    assert code == 77
    assert told.splitlines()[-1].endswith("; run it as root or with sudo")
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--hosts", "1"), "hosts must be 2 to 254"),
        (("--clients", "200"), "clients must be 1 to 28 with 9 hosts"),
        (("--listen", "8080"), "no HOST:PORT"),
        (("--listen", "192.0.2.1:8080"), "choose an address of this host"),
        (("--interval", "0"), "choose 0.05 to 3600"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_is_built(
    words: tuple[str, ...], told: str, home: int, tmp_path: Path
) -> None:
    code, output = commands.run(home, tmp_path, "demo", *words)
    assert code == 2
    assert told in output
    assert len(output.splitlines()) == 1


def test_two_demos_do_not_see_each_other(home: int, tmp_path: Path) -> None:
    with (
        commands.demo(home, tmp_path, *SMALL) as quiet,
        commands.demo(home, tmp_path, *SMALL, "--listen", "127.0.0.1:8081") as busy,
    ):
        words = ("traffic", "--seconds", "2", "--rate", "50")
        code, told = commands.run(home, tmp_path, *words)
        assert code == 2
        assert f"{quiet.process.pid} (http://127.0.0.1:8080/)" in told
        assert f"{busy.process.pid} (http://127.0.0.1:8081/)" in told
        assert "--demo PID" in told
        code, told = commands.run(home, tmp_path, *words, "--demo", str(busy.process.pid))
        assert code == 0, told
        drained(busy)
        drained(quiet)
        assert busy.get("api/v1/flows?window=total")["rows"]
        assert quiet.get("api/v1/flows?window=total")["rows"] == []
        assert quiet.get("api/v1/segments")["rows"] == []


def drained(demo: Running) -> None:
    """Wait until what was sent so far has been counted."""
    drains = demo.get("api/v1/status")["drains"]
    commands.wait_for(lambda: demo.get("api/v1/status")["drains"] > drains + 1, "drained again")


def test_traffic_can_begin_with_the_demo(home: int, tmp_path: Path) -> None:
    with commands.demo(home, tmp_path, *SMALL, "--traffic", "culprit", "--seed", "7") as demo:
        commands.wait_for(lambda: bool(demo.get("api/v1/flows")["rows"]), "traffic is seen")
        assert "culprit was" not in demo.output
        below = commands.descendants(demo.process.pid)
        demo.process.terminate()
        assert demo.wait() == 0
        assert not commands.alive(below)
    assert "The culprit was 192.168.0." in demo.output
