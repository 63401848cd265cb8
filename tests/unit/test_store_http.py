"""Who is believed, and what is told: a server of the library's own stands for the database."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tunnel_monitor.errors import StoreFailed
from tunnel_monitor.flows.filter.parse import parse
from tunnel_monitor.flows.question import COLUMNS, Question, Span
from tunnel_monitor.store import clickhouse_target, select
from tunnel_monitor.store.clickhouse_dialect import ClickHouseDialect
from tunnel_monitor.store.clickhouse_http import Server, Unsent, Unsure
from tunnel_monitor.store.environment import PASSWORD, USER
from tunnel_monitor.store.levels import RAW
from tunnel_monitor.store.pieces import Piece

SECRETS = {USER: "monitor", PASSWORD: "sesame"}


class Handler(BaseHTTPRequestHandler):
    """Answers everything alike."""

    status = 200
    answer = b"1\n"

    def do_POST(self) -> None:  # the library's name
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # likewise
        pass


@contextmanager
def serving(handler: type[Handler], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server that takes many requests; its port."""
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # quiet
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def server_at(port: int, scheme: str = "clickhouse", authority: Path | None = None) -> Server:
    target = clickhouse_target.parse(
        f"{scheme}://localhost:{port}/tunnels",
        authority=str(authority) if authority else None,
        environment=SECRETS,
    )
    return Server(target.nodes[0], target)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """For the name `localhost`."""
    folder = tmp_path_factory.mktemp("tls")
    pem, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-days", "1", "-keyout", str(key), "-out", str(pem)),
        ],
        check=True,
        capture_output=True,
    )
    return pem, key


def test_a_server_is_believed_only_by_its_certificate(certificate: tuple[Path, Path]) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*certificate)
    with serving(Handler, tls) as port:
        known = server_at(port, "clickhouses", certificate[0])
        assert known.ask("SELECT 1") == b"1\n"
        with pytest.raises(Unsent, match="certificate"):
            server_at(port, "clickhouses").ask("SELECT 1")
        by_address = clickhouse_target.parse(
            f"clickhouses://127.0.0.1:{port}/tunnels", authority=str(certificate[0])
        )
        with pytest.raises(Unsent, match="IP address mismatch"):
            Server(by_address.nodes[0], by_address).ask("SELECT 1")


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (
            b"Code: 60, e.displayText() = DB::Exception: Table t.raw doesn't exist., e.what() = DB",
            "it has no such table",
        ),
        (
            b"Code: 60. DB::Exception: Unknown table expression identifier 't.raw' (UNKNOWN_TABLE)",
            "it has no such table",
        ),
        (
            b"Code: 81. DB::Exception: Database t does not exist. (UNKNOWN_DATABASE)",
            "it has no such database",
        ),
        (
            b"Code: 193, e.displayText() = DB::Exception: Wrong password for user monitor",
            "user monitor may not",
        ),
        (b"Code: 497. DB::Exception: monitor: Not enough privileges", "user monitor may not"),
        (b"Code: 252. DB::Exception: Too many parts", "says: Too many parts"),
        (b"<html>", "says: <html>"),
    ],
)
def test_what_a_server_says_is_one_sentence(told: bytes, says: str) -> None:
    class Refusing(Handler):
        status = 500
        answer = told + b"\nStack trace:\n0. more\n"

    with serving(Refusing) as port, pytest.raises(StoreFailed) as refused:
        server_at(port).ask("SELECT 1")
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "Stack" not in str(refused.value)
    assert "sesame" not in str(refused.value)


def test_an_insert_that_fails_leaves_doubt_and_one_that_was_not_sent_none(tmp_path: Path) -> None:
    class Refusing(Handler):
        status = 500
        answer = b"Code: 241. DB::Exception: Memory limit exceeded"

    rows = tmp_path / "rows"
    rows.write_bytes(b"rows")
    with serving(Refusing) as port, pytest.raises(Unsure, match="Memory limit exceeded"):
        server_at(port).insert("INSERT INTO t FORMAT RowBinary", rows)
    with pytest.raises(Unsent, match="Connection refused"):
        server_at(port).insert("INSERT INTO t FORMAT RowBinary", rows)


def test_no_text_becomes_part_of_a_statement() -> None:
    """Whatever a user may write in a filter, only digits and hexadecimal digits arrive."""
    nasty = "host:a'b\\\\'c interface:x';DROP path:*';-- !host:*%_"
    dialect = ClickHouseDialect("tunnels")
    question = Question(Span(0, 10), by=COLUMNS, filter=parse(nasty))
    parts = [Piece(RAW, 0, 10)]
    statement = select.page(
        question,
        select.Shape.of(question.by, dialect),
        select.flows(parts, question.filter, dialect, 10),
        dialect,
    )
    bound = {piece.partition("')")[0] for piece in statement.split("unhex('")[1:]}
    assert "DROP" not in statement
    assert any(bytes.fromhex(one) == b"x';drop" for one in bound)
    assert all(set(one) <= set("0123456789abcdef") for one in bound)
