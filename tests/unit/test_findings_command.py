"""`tunnel-monitor findings` against a real server."""

from __future__ import annotations

import json
import socket

import pytest
from tests.unit.serving import Running, serving

from tunnel_monitor.cli import findings
from tunnel_monitor.cli.main import main


@pytest.fixture(scope="module")
def running() -> object:
    with serving() as server:
        yield server


def ask(running: Running, *words: str) -> int:
    return main(["findings", f"http://127.0.0.1:{running.port}/", *words])


def test_what_is_open_is_printed_and_told_by_the_exit_code(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(running) == 3
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "OPEN  Different VNIs for one network (vni-mismatch)"
    assert "172.16.1.101, VNI 10700, 192.168.0.2, since " in lines[1]
    assert "All of it is dropped. Nobody is told." in lines[2]
    assert lines[3].split() == ["evidence:", "packets", "5"]
    assert lines[4].endswith("ip -d link show type vxlan")


def test_as_json_it_is_the_answer_of_the_api(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(running, "--json", "--all") == 3
    assert json.loads(capsys.readouterr().out) == running.api("findings")


def test_what_is_muted_is_not_there(running: Running, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(running, "--mute", "vni-mismatch") == 0
    told = capsys.readouterr().out
    assert told == "Nothing else is wrong: 1 check looks; 1 open, but muted.\n"


def test_only_what_exists_can_be_muted(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(running, "--mute", "storm", "--mute", "vni-mismtach") == 2
    told = capsys.readouterr().err
    assert "cannot mute 'vni-mismtach': no finding has that name" in told
    assert "choose mtu, black-hole, fragments" in told
    assert ask(running, "--mute", "storm=10001") == 2  # a server's `--mute` takes that


def test_it_can_be_quiet(running: Running, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(running, "--quiet") == 3
    assert capsys.readouterr().out == ""


def test_the_address_may_be_in_the_environment(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUNNEL_MONITOR_URL", f"http://127.0.0.1:{running.port}/")
    assert main(["findings", "--quiet"]) == 3


def test_a_token_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(token="secret") as running:  # noqa: S106 - made for the test
        assert ask(running) == 1
        told = capsys.readouterr().err
        assert (
            f"cannot read the findings of http://127.0.0.1:{running.port}: this needs the token"
            in told
        )
        assert main(["findings", f"http://127.0.0.1:{running.port}/?token=secret"]) == 3


@pytest.mark.parametrize(
    "url",
    [
        *("127.0.0.1:8080", "ftp://x/", "http://"),
        *("http://127.0.0.1:99999/", "http://127.0.0.1:port/", "http://[::1/"),
    ],
)
def test_what_is_no_address_is_refused(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["findings", url]) == 2
    assert "give one like http://127.0.0.1:8080/" in capsys.readouterr().err


def test_nothing_is_called_so_where_nothing_is_muted() -> None:
    assert [*findings.lines([], checks=14, muted=0)] == ["Nothing is wrong: 14 checks look."]


@pytest.mark.parametrize(
    ("between", "text"),
    [
        (True, "172.16.1.1 -> 172.16.1.2, VNI 7"),
        (False, "172.16.1.1, 172.16.1.2, VNI 7"),
    ],
)
def test_an_arrow_is_between_the_ends_of_a_tunnel(*, between: bool, text: str) -> None:
    peers = {"peers": ["172.16.1.1", "172.16.1.2"], "between": between}
    assert findings.subject({**peers, "vni": 7, "encap": "vxlan", "endpoints": []}) == text


def test_nobody_there(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    assert main(["findings", f"http://127.0.0.1:{port}/"]) == 1
    told = capsys.readouterr().err
    asked = f"cannot ask http://127.0.0.1:{port}"
    assert told.startswith(f"tunnel-monitor: {asked}: Connection refused; ")
    assert "start a monitor with `tunnel-monitor watch`" in told


def test_a_certificate_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["findings", "https://127.0.0.1:1/", "--ca", "/nowhere.pem"]) == 2
    assert "cannot read /nowhere.pem" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("vni_here", 10000, "10000"),
        ("vnis_here", 4000, "4,000"),
        ("missing_bytes", 12345, "12,345"),
        ("devices", ["vxlan0", "vxlan1"], "vxlan0 vxlan1"),
    ],
)
def test_the_number_of_a_network_has_no_thousands(name: str, value: object, text: str) -> None:
    assert findings.written(name, value) == text
