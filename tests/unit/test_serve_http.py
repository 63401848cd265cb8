"""The server as a client meets it."""

from __future__ import annotations

import http.client
import signal
from collections.abc import Iterator

import pytest
from tests.unit.serving import DEADLINE_S, PAIR, Running, batch, serving

from tunnel_monitor.serve.facts import Facts
from tunnel_monitor.serve.routes import REPLIES

RESOURCES = [*REPLIES, "status"]


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with serving() as running:
        running.view.take(batch(*PAIR))
        yield running


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_resource_answers_in_json(running: Running, resource: str) -> None:
    reply = running.get(f"/api/v1/{resource}")
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["cache-control"] == "no-store"
    assert reply.json


@pytest.mark.parametrize("resource", [*RESOURCES, "live"])
def test_head_is_get_without_a_body(running: Running, resource: str) -> None:
    reply = running.get(f"/api/v1/{resource}", method="HEAD")
    assert (reply.status, reply.body) == (200, b"")
    if resource not in ("live", "status"):  # the status differs from one moment to the next
        full = running.get(f"/api/v1/{resource}")
        assert reply.headers["content-length"] == str(len(full.body))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/api/v1/flows", "/api/v1/live", "/", "/api/v1/nothing"])
def test_other_methods_are_refused(running: Running, method: str, path: str) -> None:
    reply = running.get(path, method=method)
    assert reply.status == 405
    assert set(reply.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert "can only be read" in reply.json["error"]


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/", "/api/v1/flows/", "/../etc/passwd"])
def test_what_is_not_there_is_a_sentence(running: Running, path: str) -> None:
    reply = running.get(path)
    assert reply.status == 404
    assert "/api/v1/" in reply.json["error"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("flows?limit=0", "limit='0' is out of range"),
        ("flows?vni=x", "vni='x' is no VNI"),
        ("flows?peer=%00", "is no address"),
        ("flows?peer=%ff%fe", "is no address"),
        ("flows?peer=1.2.3.4&peer=1.2.3.4", "peer is given twice"),
        ("matrix?by=", "by='' is unknown"),
        ("segments?interface=eth9", "is not watched"),
        ("ledger?x", "unknown parameter 'x'"),
        ("status?window=last", "status takes no parameters"),
        ("timeline?limit=3", "timeline takes no parameters"),
        ("live?window=now", "window='now' is unknown"),
        ("flows?from=-5m&window=last", "both window and from are given; give one of them"),
        ("flows?to=now", "to is given without from"),
        ("flows?from=yesterday", "from='yesterday' is no time; give seconds since 1970, or like"),
        ("flows?from=now", "from does not come before to"),
        ("flows?sort=colour", "sort='colour' is no column; choose packets, bytes"),
        ("flows?by=colour", "cannot group by 'colour'; choose flow, conversation"),
        ("flows?offset=-1", "offset='-1' is out of range"),
    ],
)
def test_wrong_parameters_get_a_sentence(running: Running, query: str, sentence: str) -> None:
    reply = running.get(f"/api/v1/{query}")
    assert reply.status == 400
    assert list(reply.json) == ["error"]
    assert sentence in reply.json["error"]


def test_filters_reach_the_rows(running: Running) -> None:
    assert len(running.api("flows?vni=10000&peer=172.16.1.100&window=total")["rows"]) == 2
    assert running.api("flows?vni=none")["rows"] == []
    assert running.api("matrix?by=endpoint&limit=1")["other"]["rows"] == 2


def test_large_replies_are_compressed_for_those_who_take_it(running: Running) -> None:
    plain = running.get("/api/v1/ledger")
    packed = running.get("/api/v1/ledger", {"Accept-Encoding": "br, gzip;q=0.5"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(packed.body) == len(plain.body)
    refused = running.get("/api/v1/ledger", {"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in refused.headers


def test_the_page_and_its_files(running: Running) -> None:
    index = running.get("/")
    assert index.body == b"<!doctype html>the page"
    assert index.headers["content-type"] == "text/html; charset=utf-8"
    assert index.headers["cache-control"] == "no-cache"
    script = running.get("/assets/main-1a2b.js")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert running.get("/?theme=dark").body == index.body


def test_status_tells_when_the_interface_is_gone() -> None:
    with serving() as running:
        assert running.api("status")["state"] == "live"
        running.gone()
        assert running.api("status")["state"] == "gone"


def test_a_fault_of_ours_is_a_sentence_and_a_trace_in_the_output(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken() -> Facts:
        raise KeyError("mtu")

    with serving() as running:
        running.facts = broken
        reply = running.get("/api/v1/status")
        assert reply.status == 500
        assert reply.json["error"].startswith("a fault of this server: KeyError")
        assert running.get("/api/v1/flows").status == 200
    assert "cannot answer GET /api/v1/status" in caplog.text
    assert "Traceback" in caplog.text


def test_nonsense_on_the_wire_is_refused_in_silence(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    client = http.client.HTTPConnection("127.0.0.1", running.port, timeout=DEADLINE_S)
    client.connect()
    client.sock.sendall(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
    assert client.sock.recv(100).startswith(b"HTTP/1.1 400")
    client.close()
    assert running.get("/").status == 200
    assert not caplog.records


def test_the_server_leaves_signals_alone(running: Running) -> None:
    assert running.get("/").status == 200
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
