"""A socket beside a history file: its process has locked it, so whoever asks must ask that.

The file's own permissions say who may connect; there is no token and no network.
"""

from __future__ import annotations

import os
import socketserver
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from tunnel_monitor.errors import TunnelMonitorError
from tunnel_monitor.flows.question import Source
from tunnel_monitor.serve import past
from tunnel_monitor.serve.encoding import encode

SUFFIX: Final = ".sock"
MODE: Final = 0o660
EXPORT, FINDINGS = "export", "findings"
CHUNK: Final = 1 << 20
ATTENTION_S: Final = 0.05  # how long closing may have to wait
Findings = Callable[[str, str], list[str]]
Export = Callable[[str, str], Path]  # from, to -> a file that whoever asked for it removes


def socket_of(file: Path) -> Path:
    """Where the socket of a history file is."""
    return file.with_name(file.name + SUFFIX)


class Beside(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Answers until it is closed.

    Args:
        file: the history file, which is ours alone by now: a socket that is there is nobody's.
        source: of answers.
        export: writes a part of it to a file.
        findings: lines of JSON, from one time to another.
    Raises:
        OSError: the socket cannot be made.
    """

    daemon_threads = True

    def __init__(self, file: Path, source: Source, export: Export, findings: Findings) -> None:
        self.source = source
        self.export = export
        self.findings = findings
        self._path = socket_of(file)
        self._path.unlink(missing_ok=True)
        super().__init__(str(self._path), _Handler)
        self._path.chmod(MODE)
        self._thread = threading.Thread(target=self.serve_forever, args=(ATTENTION_S,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take it away."""
        self.shutdown()
        self.server_close()
        with suppress(OSError):
            self._path.unlink()


class _Handler(BaseHTTPRequestHandler):
    server: Beside

    def do_GET(self) -> None:  # the library's name
        """One reply of the API, or a file."""
        parts = urlsplit(self.path)
        resource, given = parts.path.removeprefix("/"), parse_qsl(parts.query)
        try:
            if resource == EXPORT:
                return self._send_file(dict(given))
            if resource == FINDINGS:
                told = self.server.findings(dict(given)["from"], dict(given)["to"])
                return self._send(200, "".join(f"{line}\n" for line in told).encode())
            body = encode(past.reply(self.server.source, resource, given))
        except (TunnelMonitorError, KeyError) as error:
            return self._send(400, encode({"error": str(error)}))
        return self._send(200, body)

    def _send_file(self, given: dict[str, str]) -> None:
        file = self.server.export(given["from"], given["to"])
        with file.open("rb") as opened:
            file.unlink()
            self._head(200, os.fstat(opened.fileno()).st_size)
            while chunk := opened.read(CHUNK):
                self.wfile.write(chunk)

    def _send(self, status: int, body: bytes) -> None:
        self._head(status, len(body))
        self.wfile.write(body)

    def _head(self, status: int, length: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def address_string(self) -> str:
        """There is none."""
        return ""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        """Nobody reads it."""
