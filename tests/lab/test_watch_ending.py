"""However `watch` ends, it says so by its exit code and leaves nothing on the interface."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
from tests.lab import commands, watched
from tests.lab.watched import Page

from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.kernel.prepare import prepare
from tunnel_monitor.lab import namespaces
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.monitor import Monitor
from tunnel_monitor.settings import MonitorSettings

pytestmark = pytest.mark.root

ATTACHING = pytest.mark.parametrize("attach", ["tcx", "clsact"])
ENDING = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])


def expect_attached(lab: Lab, attach: str) -> None:
    """The check for leftovers can fail."""
    if attach == "tcx":
        assert watched.tcx_programs(lab) == 2
    else:
        assert watched.traffic_control(lab, "filter").count("handle 0x7a") == 2


@ATTACHING
@ENDING
def test_a_signal_ends_it(
    number: signal.Signals, attach: str, lab: Lab, home: int, tmp_path: Path
) -> None:
    words = ("eth0", "--attach", attach, "--jsonl")
    with watched.watch(lab, home, tmp_path, *words) as running:
        expect_attached(lab, attach)
        below = commands.descendants(running.process.pid)
        assert len(below) == (attach == "clsact")
        running.process.send_signal(number)
        assert running.wait() == 0
        assert running.output == ""
        assert not commands.alive(below)
    assert watched.tcx_programs(lab) == 0
    assert watched.traffic_control(lab, "filter") == ""
    assert "clsact" not in watched.traffic_control(lab, "qdisc")


@ATTACHING
def test_killed_it_leaves_nothing(attach: str, lab: Lab, home: int, tmp_path: Path) -> None:
    with watched.watch(lab, home, tmp_path, "eth0", "--attach", attach) as running:
        expect_attached(lab, attach)
        below = commands.descendants(running.process.pid)
        running.process.kill()
        assert running.wait() == -signal.SIGKILL
        commands.wait_for(lambda: not commands.alive(below), "the keeper has ended")
        watched.expect_nothing_on(lab)


def test_readers_of_the_stream_do_not_hold_it_up(lab: Lab, home: int, tmp_path: Path) -> None:
    with watched.watch(lab, home, tmp_path, "eth0") as running:
        page = Page.of(running)
        with page.events() as one, page.events() as other:
            next(one)
            next(other)
            running.process.terminate()
            assert running.process.wait(watched.SOON_S) == 0
            list(one)  # comes to its end
            list(other)
    assert "Traceback" not in running.output


def test_a_closed_terminal_does_not_end_what_runs_under_nohup(
    lab: Lab, home: int, tmp_path: Path
) -> None:
    words = ("eth0", "--interval", "0.2")
    with watched.watch(lab, home, tmp_path, *words, prefix=("nohup",)) as running:
        running.process.send_signal(signal.SIGHUP)
        Page.of(running).wait_for_drain()
        running.process.terminate()
        assert running.wait() == 0


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    for end in (reading, writing):
        try:
            os.close(end)
        except OSError:  # closed by the test
            continue


def started(
    lab: Lab, home: int, *words: str, keep: int, netns: str | None = None
) -> subprocess.Popen[bytes]:
    """A `watch` as `demo` starts it: with a descriptor of its parent's."""
    here = ("eth0", "--netns", netns or lab.path("host0"), "--history", "off")
    everything = ("watch", *here, *words)
    with namespaces.entered(home):
        return subprocess.Popen(
            [*commands.COMMAND, *everything], pass_fds=[keep], stderr=subprocess.PIPE
        )


def test_it_ends_with_its_lifeline(lab: Lab, home: int, pipe: tuple[int, int]) -> None:
    lifeline, held = pipe
    with started(lab, home, "--jsonl", "--lifeline", str(lifeline), keep=lifeline) as process:
        commands.wait_for(lambda: watched.catches(process.pid, signal.SIGTERM), "it is ready")
        expect_attached(lab, "tcx")
        os.close(held)
        assert process.wait(watched.SOON_S) == 0
    watched.expect_nothing_on(lab)


def test_it_tells_its_parent_when_it_is_ready(lab: Lab, home: int, pipe: tuple[int, int]) -> None:
    ready, telling = pipe
    with started(lab, home, "--ready", str(telling), keep=telling) as process:
        os.close(telling)
        with os.fdopen(os.dup(ready), encoding="utf-8") as told:
            said = json.loads(told.read())  # until it is closed
        process.terminate()
        assert process.wait(watched.SOON_S) == 0
    assert said == {"url": "http://127.0.0.1:8080/", "address": "127.0.0.1:8080"}


def test_it_tells_its_parent_why_it_cannot_be_ready(
    lab: Lab, home: int, pipe: tuple[int, int]
) -> None:
    ready, telling = pipe
    words = ("--ready", str(telling))
    with started(lab, home, *words, keep=telling, netns="nowhere") as process:
        os.close(telling)
        with os.fdopen(os.dup(ready), encoding="utf-8") as told:
            said = json.loads(told.read())
        assert process.wait(watched.SOON_S) == 2
        assert process.stderr is not None
        assert process.stderr.read() == b""  # whoever started it reports it
    assert said == {
        "error": "cannot enter network namespace /run/netns/nowhere: No such file or directory; "
        "`ip netns` lists the named ones"
    }


def test_who_cannot_count_does_not_look_alive(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault while draining ended that thread alone; the page showed the last drain for ever."""
    settings = MonitorSettings(interval_s=0.05)
    namespace = Path(lab.path("host0"))
    prepared = prepare("eth0", settings, namespace)
    with closing(Monitor([prepared], settings, namespace=namespace)) as monitor:
        monkeypatch.setattr(FlowBatch, "of", lambda drained: drained.no_such_member)
        told: list[str] = []
        ended = Event()
        monitor.start([], told.append, ended.set)
        assert ended.wait(watched.SOON_S)
    (sentence,) = told
    assert sentence.startswith("cannot go on counting: AttributeError: ")
