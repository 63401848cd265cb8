from __future__ import annotations

import socket
import time
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit import synthetic
from tests.unit.serving import DEADLINE_S, PAIR, Events, Running, batch, serving

from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.serve import live
from tunnel_monitor.serve.encoding import GzipStream, Piece, takes_gzip
from tunnel_monitor.serve.event import FindCulprit, event
from tunnel_monitor.serve.members import Json
from tunnel_monitor.serve.parameters import Query
from tunnel_monitor.serve.view import Snapshot


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


@pytest.mark.parametrize("gzip", [False, True])
def test_the_newest_drain_at_once_and_each_that_follows(*, gzip: bool) -> None:
    with serving() as running:
        running.view.take(batch(*PAIR))
        with Events(running, gzip=gzip) as events:
            assert events.reply.headers["content-type"].startswith("text/event-stream")
            assert events.reply.headers["cache-control"] == "no-store"
            assert events.reply.headers.get("content-encoding") == ("gzip" if gzip else None)
            assert events.block() == b"retry: 1000"
            assert events.event()["drains"] == 1
            for number in (2, 3, 4):
                running.view.take(batch(*PAIR, number=number))
                found = events.event()
                assert found["drains"] == found["status"]["drains"] == number
                assert found["flows"]["other"]["flows"] == 0
                assert len(found["flows"]["rows"]) == 2


def test_before_the_first_drain_an_empty_event_says_what_is_watched() -> None:
    with serving() as running, Events(running) as events:
        found = events.event()
        assert found["drains"] == 0
        assert found["status"]["interfaces"][0]["name"] == "eth0"


def test_an_event_is_what_the_other_replies_say() -> None:
    with serving() as running:
        running.view.take(batch(*PAIR))
        running.view.take(batch(*PAIR, number=2))
        with Events(running, "?window=total") as events:
            found = events.event()
        assert found["window"] == "total"
        assert found["elapsed_s"] == 2.0
        assert found["segments"] == running.api("segments?window=total")["rows"]
        assert found["all"] == running.api("flows?window=total")["all"]
        with Events(running, "?window=total&filter=vni:1") as events:
            assert events.event()["all"] == found["all"]
        assert found["ledger"] == running.api("ledger")["rows"]
        assert set(found["status"]) == set(running.api("status"))
        assert sum(int(row[-2]) for row in found["flows"]["rows"]) == 4 * 604


def test_all_who_watch_the_same_share_one_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    made = list[Query]()

    def counted(snapshot: Snapshot, query: Query, status: Json, find: FindCulprit) -> Json:
        made.append(query)
        return event(snapshot, query, status, find)

    monkeypatch.setattr(live, "event", counted)
    with serving() as running:
        watchers = [Events(running, gzip=n % 2 == 0) for n in range(6)]
        other = Events(running, "?window=total")
        for events in (*watchers, other):
            events.event()
        made.clear()
        running.view.take(batch(*PAIR))
        assert [events.event()["drains"] for events in (*watchers, other)] == [1] * 7
        assert len(made) == 2
        for events in (*watchers, other):
            events.close()


def test_places_are_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_VIEWERS", 2)
    with serving() as running:
        with Events(running) as one, Events(running) as two:
            one.event()
            two.event()
            reply = running.get("/api/v1/live")
            assert reply.status == 503
            assert "viewers are connected already" in reply.json["error"]
            assert running.api("status")["viewers"]["connected"] == 2
        wait_for(lambda: running.api("status")["viewers"]["connected"] == 0)
        with Events(running) as three:
            assert three.event()["drains"] == 0


def test_a_silent_stream_shows_that_it_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.05)
    with serving() as running, Events(running, gzip=True) as events:
        events.event()
        assert events.block() == b": alive"
        assert events.block() == b": alive"
        running.view.take(batch(*PAIR))
        assert events.event()["drains"] == 1


def slow_client(running: Running) -> socket.socket:
    """Asks for events and reads nothing, with room for little in its buffer."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(DEADLINE_S)
    client.connect(("127.0.0.1", running.port))
    client.sendall(b"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return client


def received(client: socket.socket, until: bytes) -> bytes:
    text = b""
    while until not in text:
        data = client.recv(1 << 20)
        assert data
        text += data
    return text


MANY = 60  # drains of 130 kB: more than the kernel keeps for a connection


def drain_many(running: Running) -> None:
    """Drain until a client that reads nothing is stuck, while another one gets every drain."""
    with Events(running) as events:
        for number in range(1, MANY + 1):
            running.view.take(FlowBatch.of(synthetic.many(3000, number=number)))
            while events.event()["drains"] < number:
                pass


def test_a_slow_client_misses_whole_events_and_holds_up_nobody() -> None:
    with serving() as running:
        client = slow_client(running)
        received(client, b"event: drain")
        drain_many(running)
        text = received(client, b'"drains":%d,' % MANY)
        blocks = [block for block in text.split(b"\n\n") if b"id: " in block]
        numbers = [int(block.partition(b"id: ")[2].split()[0]) for block in blocks]
        assert numbers == sorted(set(numbers))
        assert len(numbers) < MANY
        assert running.api("status")["viewers"]["skipped"] >= MANY - len(numbers)
        client.close()


@pytest.mark.parametrize("gzip", [False, True])
def test_stopping_ends_streams_properly(*, gzip: bool) -> None:
    with serving() as running:
        events = Events(running, gzip=gzip)
        events.event()
        running.stop()
        while events.block():
            pass
        events.close()


def test_stopping_does_not_wait_for_a_stuck_client() -> None:
    with serving() as running:
        client = slow_client(running)
        received(client, b"event: drain")
        drain_many(running)
        running.stop()
        client.close()


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=8))
def test_shared_pieces_make_one_gzip_member(parts: list[bytes]) -> None:
    stream = GzipStream()
    packed = b"".join(stream.add(Piece.of(part)) for part in [b"first", *parts])
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
    assert reader.decompress(packed) == b"first" + b"".join(parts)  # all of it, before the end
    assert reader.decompress(stream.end()) == b""
    assert reader.eof
    assert not reader.unused_data


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("", False),
        ("gzip", True),
        ("gzip, deflate, br, zstd", True),
        ("br;q=1.0, GZIP;q=0.8", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0.0", False),
        ("br, identity", False),
        ("x-gzip-like", False),
    ],
)
def test_who_takes_gzip(header: str, *, takes: bool) -> None:
    assert takes_gzip(header) is takes
