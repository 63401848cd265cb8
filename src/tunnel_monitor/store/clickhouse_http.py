"""ClickHouse over its HTTP interface, by the standard library."""

from __future__ import annotations

import base64
import http.client
import re
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import urlencode

from tunnel_monitor.errors import StoreFailed
from tunnel_monitor.store.clickhouse_target import Node, Target

PATIENCE_S: Final = 10.0  # to connect
ANSWER_S: Final = 60.0  # to be answered
GIST: Final = re.compile(r"(?:Code: (\d+)[.,]?\s*)?(?:e\.displayText\(\) = )?(?:DB::\w+: )?(.*)")
NO_SUCH: Final = {"60": "table", "81": "database"}
DENIED: Final = {"192", "193", "194", "497", "516"}


class Unsent(StoreFailed):
    """The server never had it: it may be sent again as it is."""


class Unsure(StoreFailed):
    """It was sent, and nobody knows what became of it."""


class Server:
    """One server.

    Each request has a connection of its own: one that is kept may be closed by the other side at
    any moment, and nobody could tell whether a block had arrived.

    Args:
        node: the server.
        target: whose database it has.
        settings: for every request, as the server names them.
    """

    def __init__(
        self, node: Node, target: Target, settings: Mapping[str, str] | None = None
    ) -> None:
        self.node = node
        self._target = target
        self._settings = dict(settings or {})
        secret = f"{target.user}:{target.password}".encode()
        self._headers = {
            "Authorization": f"Basic {base64.b64encode(secret).decode('ascii')}",
            "Connection": "close",
        }

    def ask(self, statement: str, settings: Mapping[str, str] | None = None) -> bytes:
        """What a statement answers.

        Raises:
            StoreFailed: there is no answer, or the server refuses.
        """
        return self._request("", statement.encode(), settings)

    def insert(self, statement: str, body: Path, settings: Mapping[str, str] | None = None) -> None:
        """Send a file's rows.

        Args:
            statement: `INSERT INTO … FORMAT RowBinary`.
            body: the rows.
            settings: for this request.
        Raises:
            Unsent: the server never had it.
            Unsure: it may have kept it, or a part of what follows from it.
        """
        with body.open("rb") as rows:
            try:
                self._request(statement, rows, settings, length=body.stat().st_size)
            except (Unsent, Unsure):
                raise
            except StoreFailed as error:
                # A view that failed is an error, too, and by then the rows are kept.
                raise Unsure(error.what, error.remedy) from error

    def _request(
        self,
        statement: str,
        body: bytes | BinaryIO,
        settings: Mapping[str, str] | None,
        length: int | None = None,
    ) -> bytes:
        query = {
            **self._settings,
            **(settings or {}),
            **({"query": statement} if statement else {}),
        }
        headers = dict(self._headers)
        if length is not None:
            headers["Content-Length"] = str(length)
        with closing(self._connected()) as connection:
            try:
                connection.request("POST", f"/?{urlencode(query)}", body, headers)
                reply = connection.getresponse()
                told = reply.read()
            except (OSError, http.client.HTTPException) as error:
                raise Unsure(
                    f"{self._what()}: {self.node.authority} did not answer ({_why(error)})",
                    "look whether it is well",
                ) from error
        if reply.status != http.client.OK or told.startswith(b"Code: "):
            raise self._refusal(told.decode(errors="replace"))
        return told

    def _connected(self) -> http.client.HTTPConnection:
        node, tls = self.node, self._target.tls
        connection = (
            http.client.HTTPSConnection(node.host, node.port, timeout=PATIENCE_S, context=tls)
            if tls
            else http.client.HTTPConnection(node.host, node.port, timeout=PATIENCE_S)
        )
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise Unsent(
                f"{self._what()}: cannot connect to {node.authority} ({_why(error)})",
                "look whether it runs, and is reached from here",
            ) from error
        connection.sock.settimeout(ANSWER_S)
        return connection

    def _what(self) -> str:
        return f"cannot use the store {self._target}"

    def _refusal(self, told: str) -> StoreFailed:
        """What the server says, without what it says of itself."""
        found = GIST.match(told.strip().partition("\n")[0])
        code, gist = (found[1] or "", found[2]) if found else ("", told)
        gist = gist.partition(", e.what()")[0][:300]
        if code in NO_SUCH:
            return StoreFailed(
                f"{self._what()}: it has no such {NO_SUCH[code]} ({gist})",
                f"make them with `tunnel-monitor store init {self._target}`",
            )
        if code in DENIED:
            return StoreFailed(
                f"{self._what()}: user {self._target.user} may not ({gist})",
                "give another user or password, or grant what is missing",
            )
        return StoreFailed(f"{self._what()}: {self.node.authority} says: {gist}")


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it took too long"
    said = getattr(error, "strerror", None) or getattr(error, "verify_message", None) or str(error)
    return str(said) or type(error).__name__
