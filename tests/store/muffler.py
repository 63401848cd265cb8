"""A wire that can lose answers: requests arrive, and nobody hears what became of them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tunnel_monitor.store.clickhouse_target import Node

CHUNK = 1 << 16


class Muffler:
    """Forwards connections to a server; while `deaf`, answers are dropped.

    Attributes:
        node: where it listens.
        deaf: whether to drop answers to inserts.
        dropped: how many were.
    """

    def __init__(self, server: Node) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.node = Node("127.0.0.1", self._listener.getsockname()[1])
        self.deaf = False
        self.dropped = 0
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client:
                self._forward(client)

    def _forward(self, client: socket.socket) -> None:
        """One request after the other, as one sink sends them."""
        try:
            server = socket.create_connection((self._server.host, self._server.port))
        except OSError:
            return
        with server:
            first = client.recv(CHUNK, socket.MSG_PEEK)
            up = threading.Thread(target=self._pump, args=(client, server), daemon=True)
            up.start()
            answer = b"".join(iter(lambda: server.recv(CHUNK), b""))
            if self.deaf and b"INSERT" in first.partition(b" HTTP")[0]:
                self.dropped += 1
            else:
                with suppress(OSError):
                    client.sendall(answer)
            with suppress(OSError):  # the client may have gone
                client.shutdown(socket.SHUT_RDWR)
            up.join()

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                sink.sendall(data)


@contextmanager
def muffled(server: Node) -> Iterator[Muffler]:
    wire = Muffler(server)
    yield wire
    wire.close()
