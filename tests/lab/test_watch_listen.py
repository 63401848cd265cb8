"""Who may see the page: everybody on loopback; elsewhere, who has the token."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.lab import commands, watched
from tests.lab.watched import Page

from tunnel_monitor.lab import namespaces
from tunnel_monitor.lab.build import Lab

pytestmark = pytest.mark.root

ADDRESS = "172.16.1.100"  # of host0, in which the command is started here


def expect_token_needed(page: Page) -> None:
    """Nothing without it, all with it, in each way of showing it."""
    assert page.token
    assert len(page.token) > 40
    for path in ("/", "/api/v1/status", "/api/v1/live"):
        reply = page.ask(path)
        assert reply.status == 401
        assert "token" in json.loads(reply.body)["error"]
    assert page.ask("/api/v1/status", {"Authorization": "Bearer wrong"}).status == 401
    assert page.ask("/api/v1/status?token=wrong").status == 401
    assert page.ask(f"/api/v1/status?token={page.token}").status == 200
    assert page.api("status")["state"] == "live"
    entrance = page.ask(f"/?token={page.token}")
    assert (entrance.status, entrance.headers["location"]) == (303, "/")
    cookie = entrance.headers["set-cookie"].partition(";")[0]
    assert page.ask("/", {"Cookie": cookie}).status == 200


@pytest.mark.parametrize("listen", ["0.0.0.0:8080", f"{ADDRESS}:8080"])
def test_elsewhere_than_on_loopback_a_token_is_needed(
    listen: str, lab: Lab, tmp_path: Path
) -> None:
    home = lab.namespace("host0")
    with watched.watch(lab, home, tmp_path, "eth0", "--listen", listen) as running:
        lines = running.output.splitlines()
        assert lines[1] == f"HTTP server listening on {listen}"
        expect_token_needed(Page.of(running, ADDRESS))


def test_the_token_is_another_each_time(lab: Lab, tmp_path: Path) -> None:
    tokens = set()
    for _ in range(2):
        home = lab.namespace("host0")
        with watched.watch(lab, home, tmp_path, "eth0", "--listen", "0.0.0.0:0") as running:
            tokens.add(Page.of(running).token)
    assert len(tokens) == 2


def test_another_host_may_see_it_with_the_token(lab: Lab, tmp_path: Path) -> None:
    home = lab.namespace("host0")
    with watched.watch(lab, home, tmp_path, "eth0", "--listen", "0.0.0.0:8080") as running:
        page = Page.of(running, ADDRESS)
        from_host1 = Page(lab.namespace("host1"), ADDRESS, page.port, page.token)
        assert from_host1.ask("/api/v1/status").status == 401
        assert from_host1.api("status")["state"] == "live"


def test_the_printed_address_can_be_opened_elsewhere(lab: Lab, tmp_path: Path) -> None:
    """It said http://0.0.0.0:8080/, which names no host."""
    home = lab.namespace("host0")
    lab.ip("host0", ["route add default via 172.16.1.101"])
    with watched.watch(lab, home, tmp_path, "eth0", "--listen", "0.0.0.0:8080") as running:
        assert running.output.splitlines()[2].startswith(f"Open http://{ADDRESS}:8080/?token=")
    lab.ip("host0", ["route del default"])
    with watched.watch(lab, home, tmp_path, "eth0", "--listen", "0.0.0.0:8080") as running:
        assert running.output.splitlines()[2].startswith("Open http://0.0.0.0:8080/?token=")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8080", 200),
        ("localhost:8080", 200),
        ("monitor.example:8080", 200),
        ("example.org", 403),
        ("127.0.0.1.example.org", 403),
        ("", 403),
    ],
)
def test_the_name_it_is_asked_by_is_checked(host: str, status: int, page: Page) -> None:
    assert page.ask("/", {"Host": host}).status == status
    assert page.ask("/api/v1/flows", {"Host": host}).status == status


@pytest.fixture(scope="module")
def page(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("told")
    words = ("eth0", "--allowed-host", "monitor.example")
    with commands.home() as home, watched.watch(lab, home, folder, *words) as running:
        yield Page.of(running)


def test_on_loopback_no_token_is_needed(page: Page) -> None:
    assert page.token is None
    assert page.ask("/").status == 200


def test_it_listens_where_it_says_and_nowhere_else(lab: Lab, tmp_path: Path) -> None:
    home = lab.namespace("host0")
    words = ("eth0", "--listen", "127.0.0.1:8080")
    with watched.watch(lab, home, tmp_path, *words), namespaces.entered(home):
        tables = [Path("/proc/thread-self/net", name) for name in ("tcp", "tcp6")]
        rows = [row.split() for table in tables for row in lines_of(table)]
    assert [row[1] for row in rows if row[3] == "0A"] == ["0100007F:1F90"]  # TCP_LISTEN


def lines_of(table: Path) -> list[str]:
    """Without its heading; none where the kernel has no such table."""
    return table.read_text().splitlines()[1:] if table.exists() else []
