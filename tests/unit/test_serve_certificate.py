"""Serving by HTTPS: what is read of certificate and key, and what a client sees of it."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.unit.serving import DEADLINE_S, PAIR, Running, batch, serving

from tunnel_monitor.errors import BadSetting
from tunnel_monitor.serve import certificate

NAME = "monitor.example"
TOKEN = "of-this-test"  # noqa: S105 - it opens nothing


@dataclass(frozen=True)
class Pair:
    """PEM files that `openssl` made."""

    certificate: str
    key: str


def made(folder: Path, name: str, *how: str) -> Pair:
    """A certificate signed by itself, for NAME."""
    pair = Pair(str(folder / f"{name}.pem"), str(folder / f"{name}.key"))
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"),
            *("-out", pair.certificate, "-keyout", pair.key, *(how or ("-nodes",))),
        ],
        check=True,
        capture_output=True,
    )
    return pair


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pem")


@pytest.fixture(scope="module")
def pair(folder: Path) -> Pair:
    return made(folder, "own")


def secure_connection(running: Running, pair: Pair) -> http.client.HTTPSConnection:
    """Verified as browsers do: the name is NAME, the certificate the known one."""
    trusting = ssl.create_default_context(cafile=pair.certificate)
    client = http.client.HTTPSConnection(NAME, running.port, timeout=DEADLINE_S, context=trusting)
    plain = socket.create_connection(("127.0.0.1", running.port), DEADLINE_S)
    client.sock = trusting.wrap_socket(plain, server_hostname=NAME)
    return client


def test_a_client_that_knows_the_certificate_gets_replies(pair: Pair) -> None:
    tls = certificate.load(pair.certificate, pair.key)
    with serving(tls=tls, allowed_hosts=(NAME,)) as running:
        assert running.server.url == f"https://127.0.0.1:{running.port}/"
        running.view.take(batch(*PAIR))
        client = secure_connection(running, pair)
        client.request("GET", "/api/v1/flows")
        assert len(json.loads(client.getresponse().read())["rows"]) == 2
        assert client.sock.version() in ("TLSv1.2", "TLSv1.3")
        client.close()


def test_the_cookie_is_shown_to_https_only(pair: Pair) -> None:
    tls = certificate.load(pair.certificate, pair.key)
    with serving(tls=tls, token=TOKEN, allowed_hosts=(NAME,)) as running:
        client = secure_connection(running, pair)
        client.request("GET", f"/?token={TOKEN}")
        cookie = client.getresponse().headers["set-cookie"]
        assert "Secure" in cookie.split("; ")
        client.close()
    with serving(token=TOKEN) as running:
        assert "Secure" not in running.get(f"/?token={TOKEN}").headers["set-cookie"]


def test_plain_http_gets_nothing_where_there_is_a_certificate(pair: Pair) -> None:
    with serving(tls=certificate.load(pair.certificate, pair.key)) as running:
        with pytest.raises((http.client.HTTPException, OSError)):
            running.get("/api/v1/flows")
        client = secure_connection(running, pair)  # it goes on serving those who speak TLS
        client.request("GET", "/", headers={"Host": f"127.0.0.1:{running.port}"})
        assert client.getresponse().status == 200
        client.close()


def test_both_may_be_in_one_file(pair: Pair, folder: Path) -> None:
    both = folder / "both.pem"
    both.write_text(Path(pair.key).read_text() + Path(pair.certificate).read_text())
    assert certificate.load(str(both))


def test_what_does_not_belong_together_is_refused(pair: Pair, folder: Path) -> None:
    other = made(folder, "other")
    with pytest.raises(BadSetting, match="the key belongs to another certificate"):
        certificate.load(pair.certificate, other.key)
    with pytest.raises(BadSetting, match="no certificate with its key"):
        certificate.load(pair.certificate)
    with pytest.raises(BadSetting, match="no certificate with its key"):
        certificate.load(pair.key, pair.key)


def test_a_locked_key_is_refused_and_nobody_asked(folder: Path) -> None:
    locked = made(folder, "locked", "-passout", "pass:secret")
    with pytest.raises(BadSetting, match="locked by a password; unlock it: openssl"):
        certificate.load(locked.certificate, locked.key)


def test_a_file_that_cannot_be_read_is_named(pair: Pair, folder: Path) -> None:
    absent = str(folder / "absent.key")
    with pytest.raises(BadSetting, match=f"{absent}: No such file or directory"):
        certificate.load(pair.certificate, absent)
    with pytest.raises(BadSetting, match="Is a directory"):
        certificate.load(str(folder), None)
