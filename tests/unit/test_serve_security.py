from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.unit.serving import Events, Running, serving

from tunnel_monitor.serve.security import Access, new_token

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
TOKEN = "right-token"  # noqa: S105  # for these tests alone
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def open_server() -> Iterator[Running]:
    with serving(allowed_hosts=("Monitor.Example",)) as running:
        yield running


@pytest.fixture(scope="module")
def guarded() -> Iterator[Running]:
    """A server that is not on loopback alone."""
    with serving(listen_on="0.0.0.0:0", token=TOKEN) as running:
        yield running


@pytest.mark.parametrize(
    "path", ["/", "/assets/main-1a2b.js", "/nothing", "/api/v1/flows", "/api/v1/flows?limit=x"]
)
@pytest.mark.parametrize("headers", [{}, {"Host": "evil.example"}])
def test_every_reply_has_the_security_headers(
    open_server: Running, path: str, headers: dict[str, str]
) -> None:
    reply = open_server.get(path, headers)
    assert reply.headers["content-security-policy"] == POLICY
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert reply.headers["cross-origin-opener-policy"] == "same-origin"
    assert reply.headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in reply.headers
    assert "access-control-allow-origin" not in reply.headers


def test_the_event_stream_has_them_too(open_server: Running) -> None:
    with Events(open_server) as events:
        assert events.reply.headers["content-security-policy"] == POLICY


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:9000", 200),  # a forwarded port
        ("127.0.0.1:8080", 200),
        ("127.0.0.53", 200),
        ("[::1]:8080", 200),
        ("monitor.example:8080", 200),
        ("evil.example", 403),
        ("localhost.evil.example", 403),
        ("10.0.0.1", 403),
        ("127.0.0.1@evil.example", 403),
        ("localhost/", 403),
        ("localhost:port", 403),
        ("[::1", 403),
        ("", 403),
    ],
)
def test_the_host_header_must_name_this_server(
    open_server: Running, host: str, status: int
) -> None:
    reply = open_server.get("/api/v1/status", {"Host": host})
    assert reply.status == status
    if status == 403:
        assert "does not go by the name" in reply.json["error"]


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:9000", 200),
        ("https://localhost:9000", 200),  # behind a proxy that speaks TLS
        ("http://localhost:9001", 403),
        ("http://evil.example", 403),
        ("null", 403),
    ],
)
def test_other_origins_are_refused(open_server: Running, origin: str, status: int) -> None:
    headers = {"Host": "localhost:9000", "Origin": origin}
    assert open_server.get("/api/v1/status", headers).status == status


@pytest.mark.parametrize(
    ("listens", "host", "allowed"),
    [
        ("0.0.0.0", "192.0.2.7:8080", True),  # noqa: S104
        ("::", "[2001:db8::7]", True),
        ("0.0.0.0", "evil.example", False),  # noqa: S104
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("192.0.2.7", "localhost", True),
        ("2001:db8::7", "[2001:DB8:0::7]:1", True),
    ],
)
def test_hosts_of_other_addresses(listens: str, host: str, *, allowed: bool) -> None:
    assert Access(listens, 8080).allows_host(host) is allowed


def test_loopback_needs_no_token(open_server: Running) -> None:
    assert open_server.server.token is None
    assert open_server.server.url == f"http://127.0.0.1:{open_server.port}/"
    assert open_server.get("/api/v1/flows?token=whatever").status == 200


@pytest.mark.parametrize("path", ["/", "/assets/main-1a2b.js", "/api/v1/flows", "/api/v1/live"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
        {"Authorization": "Bearer \xe9"},
        {"Cookie": f"tunnel-monitor-1={TOKEN}"},
    ],
)
def test_without_the_token_there_is_only_a_sentence(
    guarded: Running, path: str, headers: dict[str, str]
) -> None:
    reply = guarded.get(path, headers)
    assert reply.status == 401
    assert reply.headers["www-authenticate"] == "Bearer"
    assert list(reply.json) == ["error"]
    assert "needs the token" in reply.json["error"]
    assert TOKEN not in reply.body.decode()


def test_the_token_may_come_in_three_ways(guarded: Running) -> None:
    assert guarded.get("/api/v1/flows", BEARER).status == 200
    assert guarded.get("/api/v1/flows", {"Authorization": f"bearer  {TOKEN}"}).status == 200
    assert guarded.get(f"/api/v1/flows?limit=5&token={TOKEN}").status == 200
    cookie = f"other=1; tunnel-monitor-{guarded.port}={TOKEN}; a b=c"
    assert guarded.get("/api/v1/flows", {"Cookie": cookie}).status == 200
    assert guarded.get(f"/api/v1/flows?limit=0&token={TOKEN}").status == 400


def test_the_page_swaps_the_token_for_a_cookie(guarded: Running) -> None:
    assert guarded.server.url.endswith(f":{guarded.port}/?token={TOKEN}")
    reply = guarded.get(f"/?theme=dark&token={TOKEN}&vni=5")
    assert reply.status == 303
    assert reply.headers["location"] == "/?theme=dark&vni=5"
    cookie, *attributes = reply.headers["set-cookie"].split("; ")
    assert cookie == f"tunnel-monitor-{guarded.port}={TOKEN}"
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(attributes)
    assert guarded.get(reply.headers["location"], {"Cookie": cookie}).status == 200
    assert guarded.get("/?token=wrong").status == 401


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example/", "/%2f/evil.example/"])
def test_the_way_to_the_page_never_leads_elsewhere(guarded: Running, path: str) -> None:
    reply = guarded.get(f"{path}?token={TOKEN}")
    assert reply.status == 303
    location = reply.headers["location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


def test_a_token_is_made_where_one_is_needed() -> None:
    with serving(listen_on="0.0.0.0:0") as running:
        token = running.server.token
        assert token
        assert len(token) >= 40
        assert running.get("/", {"Authorization": f"Bearer {token}"}).status == 200
    assert new_token() != new_token()
