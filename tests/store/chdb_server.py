"""A current ClickHouse behind HTTP, as far as we use it: `python -m tests.store.chdb_server`.

chDB is the same engine as a library, without the server. This asks it what comes by HTTP: settings
from the address, rows from the body by way of a file.
"""

from __future__ import annotations

import base64
import sys
import tempfile
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from chdb import session

Ask = Callable[[str], Any]  # the library has no types

NOT_OURS = {"query", "query_id"}
EXPECTED = "Basic " + base64.b64encode(b"monitor:secret").decode()


class Handler(BaseHTTPRequestHandler):
    """One request at a time, as the engine has it."""

    ask: Ask
    folder: Path

    def do_POST(self) -> None:  # the library's name
        """Ask the engine."""
        parameters = dict(parse_qsl(urlsplit(self.path).query))
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Authorization"] != EXPECTED:
            self._reply(403, b"Code: 516. DB::Exception: Authentication failed")
            return
        try:
            for name in parameters.keys() - NOT_OURS:
                type(self).ask(f"SET {name} = {parameters[name]}")
            self._reply(200, self._asked(parameters.get("query", ""), body))
        except RuntimeError as error:
            self._reply(500, str(error).encode())

    def _asked(self, statement: str, body: bytes) -> bytes:
        if not statement:
            return bytes(type(self).ask(body.decode()).bytes())
        insert, _, form = statement.rpartition(" FORMAT ")
        with tempfile.NamedTemporaryFile(dir=self.folder) as rows:
            rows.write(body)
            rows.flush()
            type(self).ask(f"{insert} FROM INFILE '{rows.name}' FORMAT {form}")
        return b""

    def _reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        """Nobody reads it."""


def main() -> None:
    """Serve on the port and the folder that are named."""
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(exist_ok=True)
    Handler.ask = session.Session(str(folder / "data")).query  # type: ignore[no-untyped-call]
    Handler.folder = folder
    with HTTPServer(("127.0.0.1", port), Handler) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
