"""What cannot work is refused in one sentence: action, object, cause, remedy."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.lab import commands, watched
from tests.lab.watched import AS_NOBODY

from tunnel_monitor.cli.main import COMMANDS
from tunnel_monitor.lab import namespaces
from tunnel_monitor.lab.build import Lab

pytestmark = pytest.mark.root


@pytest.mark.parametrize(
    ("words", "attempt"),
    [
        (("watch", "eth0"), "watch interfaces"),
        (("demo",), "build the lab"),
        (("traffic",), "send traffic in the lab"),
    ],
)
def test_not_root(words: tuple[str, ...], attempt: str, home: int, tmp_path: Path) -> None:
    code, told = commands.run(home, tmp_path, *words, prefix=AS_NOBODY)
    assert told == f"tunnel-monitor: cannot {attempt}: not root; run it as root or with sudo\n"
    assert code == 77


def test_no_such_interface(home: int, tmp_path: Path) -> None:
    code, told = commands.run(home, tmp_path, "watch", "eth7")
    assert told == "tunnel-monitor: cannot watch eth7: no such interface; `ip link` lists them\n"
    assert code == 1


def test_the_right_interface_in_the_wrong_namespace(lab: Lab, home: int, tmp_path: Path) -> None:
    code, told = commands.run(home, tmp_path, "watch", "eth0", "--netns", lab.path("br100"))
    assert told == "tunnel-monitor: cannot watch eth0: no such interface; `ip link` lists them\n"
    assert code == 1


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("nowhere", "/run/netns/nowhere: No such file or directory"),
        ("/no/where", "/no/where: No such file or directory"),
        (__file__, f"{__file__}: it is something else"),
        ("/proc/self/ns/uts", "/proc/self/ns/uts: it is something else"),
    ],
)
def test_no_such_namespace(given: str, why: str, home: int, tmp_path: Path) -> None:
    code, told = commands.run(home, tmp_path, "watch", "lo", "--netns", given)
    assert told == (
        f"tunnel-monitor: cannot enter network namespace {why}; `ip netns` lists the named ones\n"
    )
    assert code == 2


def test_a_taken_port_and_who_has_it(home: int, tmp_path: Path) -> None:
    with namespaces.entered(home), socket.create_server(("127.0.0.1", 8080)):
        code, told = commands.run(home, tmp_path, "watch", "lo")
    name = Path("/proc/self/comm").read_text().strip()
    assert told == (
        f"tunnel-monitor: cannot listen on 127.0.0.1:8080: {name} (process {os.getpid()}) listens "
        "there; choose another port with --listen, or 0 for any free one\n"
    )
    assert code == 1


WRONG = {
    "watch lo --listen 8080": "cannot listen on '8080': no HOST:PORT",
    "watch lo --listen 127.0.0.1:65536": "cannot listen on '127.0.0.1:65536': no HOST:PORT",
    "watch lo --listen 198.51.100.1:8080": "cannot listen on 198.51.100.1:8080: Cannot assign "
    "requested address; choose an address of this host",
    "watch lo --listen no.such.name.invalid:8080": "; choose an address of this host",
    "watch lo --port vxlan": "cannot use --port 'vxlan'; write it like vxlan=4789,8472",
    "watch lo --port vxlan=0": "ports from 1 to 65535",
    "watch lo --port vxlan=4789,": "ports from 1 to 65535",
    "watch lo --port soup=4789": "cannot use --port 'soup=4789'; write it like vxlan=4789,8472",
    "watch lo --interval 0.01": "cannot drain every 0.01 seconds; choose 0.05 to 3600",
    "watch lo --interval nan": "cannot drain every nan seconds; choose 0.05 to 3600",
    "watch lo --interval often": "--interval: invalid float value: 'often'",
    "watch lo --flows 0": "choose 1 to 16777216",
    "watch lo --flows 1e6": "--flows: invalid int value: '1e6'",
    "watch lo --user no-such-user": "no such user; choose one with --user",
    "watch lo --user root": "cannot give up root for root; choose another user with --user",
    "watch lo --attach xdp": "--attach: invalid choice: 'xdp'",
    "watch lo lo": "cannot watch lo, lo: one is named twice; name each interface once",
    "watch lo --no-such-option": "unrecognized arguments: --no-such-option",
    "watch": "the following arguments are required: IFACE; see `tunnel-monitor watch --help`",
    "check --fast": "unrecognized arguments: --fast",
    "wach": "COMMAND: invalid choice: 'wach'",
    "": "the following arguments are required: COMMAND; see `tunnel-monitor --help`",
}
# One process for all, since each would take half a second to begin. What would be accepted ends
# before it attaches anything.
ASK_ALL = """
import contextlib, io, json, sys
from tunnel_monitor.cli import attaching, main

attaching.attached = lambda *_: sys.exit("accepted")
answers = {}
for given in json.load(sys.stdin):
    with contextlib.redirect_stderr(io.StringIO()) as told:
        try:
            code = main.main(given.split())
        except SystemExit as stop:
            code = stop.code
    answers[given] = code, told.getvalue()
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def answers() -> dict[str, tuple[object, str]]:
    """The words of a command -> its exit code and what it told."""
    done = subprocess.run(
        [sys.executable, "-c", ASK_ALL],
        input=json.dumps([*WRONG, "watch lo --listen 127.0.0.1:0"]),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return {given: (code, told) for given, (code, told) in json.loads(done.stdout).items()}


@pytest.mark.parametrize("given", WRONG)
def test_a_wrong_option(given: str, answers: dict[str, tuple[object, str]]) -> None:
    code, told = answers[given]
    assert code == 2
    (line,) = told.splitlines()
    assert line.startswith("tunnel-monitor: ")
    assert WRONG[given] in line


def test_a_right_option_would_be_found(answers: dict[str, tuple[object, str]]) -> None:
    assert answers["watch lo --listen 127.0.0.1:0"] == ("accepted", "")


@pytest.mark.parametrize("attach", ["tcx", "clsact"])
def test_one_of_two_interfaces_is_refused_and_the_other_left_alone(
    attach: str, lab: Lab, home: int, tmp_path: Path
) -> None:
    words = ("watch", "eth0", "eth7", "--netns", lab.path("host0"), "--attach", attach)
    code, told = commands.run(home, tmp_path, *words)
    assert told == "tunnel-monitor: cannot watch eth7: no such interface; `ip link` lists them\n"
    assert code == 1
    watched.expect_nothing_on(lab)


def test_the_trace_is_shown_if_asked_for(home: int, tmp_path: Path) -> None:
    code, told = commands.run(home, tmp_path, "watch", "eth7", "--debug")
    assert code == 1
    lines = told.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert "socket.if_nametoindex(name)" in told
    assert lines[-1] == (
        "tunnel-monitor: cannot watch eth7: no such interface; `ip link` lists them"
    )


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_teaches(command: str, home: int, tmp_path: Path) -> None:
    code, told = commands.run(home, tmp_path, *command.split(), "--help")
    assert code == 0
    assert told.startswith(f"usage: tunnel-monitor {command}".strip())
    assert f"  tunnel-monitor {command}".rstrip() in told.replace("sudo ", "")
    assert "default: []" not in told


def test_the_version(home: int, tmp_path: Path) -> None:
    code, told = commands.run(home, tmp_path, "--version")
    assert (code, told.split()[0]) == (0, "tunnel-monitor")


def test_an_interrupt_is_no_fault(home: int, tmp_path: Path) -> None:
    """Ctrl-C while the imports of a command are under way gave a trace."""
    with commands.command(home, tmp_path, "watch", "lo") as running:
        maps = Path(f"/proc/{running.process.pid}/maps")
        commands.wait_for(lambda: "numpy" in maps.read_text(), "its imports are under way")
        running.process.send_signal(signal.SIGINT)
        assert running.wait() in (0, -signal.SIGINT)
        assert "Traceback" not in running.output
