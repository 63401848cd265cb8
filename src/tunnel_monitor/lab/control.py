"""How a second terminal gets into a running demo: a socket that hands out namespaces.

The demo listens on an abstract socket, `@tunnel-monitor/demo/PID`, which is no file and ends
with the process; only root is answered. Messages are JSON, one a packet: `{"want": "lab"}` is
answered by the lab's sizes and the page's address, `{"want": ["host0", ...]}` by descriptors
of those namespaces (ADR 0006). `demos` is the other end.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from tunnel_monitor.errors import LabFailed
from tunnel_monitor.lab.build import Lab

NAME: Final = "tunnel-monitor/demo/"  # and the process's number, behind a zero byte
MOST_DESCRIPTORS: Final = 200  # a message carries 253 at most (SCM_MAX_FD)
MOST_BYTES: Final = 1 << 16

_CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, uid, gid


@contextmanager
def offered(lab: Lab, page: str) -> Iterator[None]:
    """Hand out a lab's namespaces for as long as the `with` lasts; needs a running loop.

    Args:
        lab: whose.
        page: the address of the page, for whoever has several demos to choose from.
    """
    loop = asyncio.get_running_loop()
    peers: set[socket.socket] = set()

    def accept() -> None:
        peer, _ = server.accept()
        peer.settimeout(0)
        peers.add(peer)
        if credentials(peer).uid == 0:
            loop.add_reader(peer, serve, peer)
        else:
            leave(peer)

    def serve(peer: socket.socket) -> None:
        if not _answer(peer, lab, page):
            leave(peer)

    def leave(peer: socket.socket) -> None:
        loop.remove_reader(peer)
        peers.discard(peer)
        peer.close()

    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        server.bind(f"\0{NAME}{os.getpid()}")
        server.listen()
        loop.add_reader(server, accept)
        try:
            yield
        finally:
            loop.remove_reader(server)
            for peer in list(peers):
                leave(peer)


def _answer(peer: socket.socket, lab: Lab, page: str) -> bool:
    """Answer one question; False when the peer is gone, or does not read what it asked for."""
    try:
        question = peer.recv(MOST_BYTES)
        if not question:
            return False
        reply, descriptors = _reply(question, lab, page)
        socket.send_fds(peer, [json.dumps(reply).encode()], descriptors)
    except OSError:
        return False
    return True


def _reply(question: bytes, lab: Lab, page: str) -> tuple[dict[str, object], list[int]]:
    """The answer to a question, and the descriptors that go with it."""
    try:
        wanted = json.loads(question)["want"]
        if wanted == "lab":
            sizes = lab.topology
            return {"page": page, "lab": [sizes.hosts, sizes.segments, sizes.clients]}, []
        return {}, [lab.namespace(str(name)) for name in wanted[:MOST_DESCRIPTORS]]
    except (ValueError, KeyError, TypeError) as error:
        return {"error": f"cannot understand the question: {error}"}, []
    except LabFailed as error:
        return {"error": str(error)}, []


class Credentials(NamedTuple):
    """Who is at the other end of a connection, as the kernel knows it."""

    pid: int
    uid: int
    gid: int


def credentials(connection: socket.socket) -> Credentials:
    """Ask the kernel who connected, or who listened."""
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return Credentials(*_CREDENTIALS.unpack(raw))
