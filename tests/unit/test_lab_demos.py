"""A demo as another process asks it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread, Timer

import pytest

from tunnel_monitor.errors import NoLabRunning
from tunnel_monitor.lab import demos
from tunnel_monitor.lab.control import NAME

pytestmark = pytest.mark.root

DEADLINE_S = 60
REPLIES = [b'{"page": "http://127.0.0.1:8080/", "lab": [9, 4, 1]}', b'{"faults": []}']


@contextmanager
def busy_demo(free: Event) -> Iterator[None]:
    """As a demo is while it makes a fault: it answers once that is made."""

    def serve() -> None:
        peer, _ = server.accept()
        with peer, suppress(BrokenPipeError):  # nobody waits any more
            for reply in REPLIES:
                if not peer.recv(4096):
                    return
                assert free.wait(DEADLINE_S)
                peer.send(reply)

    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        server.bind(f"\0{NAME}{os.getpid()}")
        server.listen()
        served = Thread(target=serve)
        served.start()
        try:
            yield
        finally:
            free.set()
            served.join(DEADLINE_S)


def test_a_demo_that_is_busy_is_waited_for() -> None:
    """ "No demo is running" was said of one that had been making a fault for ten seconds."""
    free = Event()
    with busy_demo(free):
        Timer(0.1, free.set).start()
        with demos.found(os.getpid()) as demo:
            patience_s = demo.connection.gettimeout()
            assert patience_s is not None
            assert patience_s > 10
            assert demo.repair() == []


def test_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demos, "ANSWER_DEADLINE_S", 0.01)
    with busy_demo(Event()), pytest.raises(NoLabRunning), demos.found(os.getpid()):
        pytest.fail("nobody had answered")
