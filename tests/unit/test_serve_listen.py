from __future__ import annotations

import os
import socket

import pytest

from tunnel_monitor.errors import AddressInUse, BadSetting
from tunnel_monitor.serve.listen import listen, parse


@pytest.mark.parametrize(
    ("written", "host", "port"),
    [
        ("127.0.0.1:8080", "127.0.0.1", 8080),
        ("[::1]:8080", "::1", 8080),
        ("localhost:0", "localhost", 0),
    ],
)
def test_host_and_port(written: str, host: str, port: int) -> None:
    assert parse(written) == (host, port)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "8080",
        ":8080",
        "localhost",
        "::1:8080",
        "[::1]",
        "a:b",
        "a:-1",
        "a:65536",
        "a@b:1",
        "a:1/x",
    ],
)
def test_anything_else_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(BadSetting, match=r"no HOST:PORT; give one like 127\.0\.0\.1:8080"):
        parse(written)


@pytest.mark.parametrize(
    ("written", "loopback"), [("127.0.0.1:0", True), ("[::1]:0", True), ("0.0.0.0:0", False)]
)
def test_any_free_port_and_whether_others_reach_it(written: str, *, loopback: bool) -> None:
    listener = listen(written)
    with listener.socket:
        assert listener.port > 0
        assert listener.loopback is loopback
        assert listener.authority == f"{written.rpartition(':')[0]}:{listener.port}"


def test_connections_wait_before_anybody_serves_them() -> None:
    listener = listen("127.0.0.1:0")
    with listener.socket, socket.create_connection((listener.host, listener.port), timeout=5):
        pass


def test_a_taken_port_names_who_has_it() -> None:
    first = listen("127.0.0.1:0")
    with first.socket, pytest.raises(AddressInUse) as caught:
        listen(f"127.0.0.1:{first.port}")
    message = str(caught.value)
    assert f"cannot listen on 127.0.0.1:{first.port}: " in message
    assert f"(process {os.getpid()}) listens there" in message
    assert "choose another port with --listen" in message


@pytest.mark.parametrize("written", ["192.0.2.1:8080", "no-such-host.invalid:8080"])
def test_an_address_that_is_not_ours(written: str) -> None:
    with pytest.raises(BadSetting, match="cannot listen on"):
        listen(written)
