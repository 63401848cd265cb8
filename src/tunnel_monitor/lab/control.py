"""How a second terminal gets into a running demo: a socket that hands out namespaces.

The demo listens on an abstract socket, `@tunnel-monitor/demo/PID`, which is no file and ends
with the process; only root is answered. Messages are JSON, one a packet (ADR 0006):

    {"want": "lab"}                      the lab's sizes, the page's address
    {"want": ["host0", ...]}             descriptors of those namespaces
    {"want": "faults", "reveal": false}  the faults it has
    {"fault": "mtu"}                     make one
    {"random": null}                     make one that is not told; a number is a seed
    {"repair": null}                     repair all, or the one that is named

`demos` is the other end.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from tunnel_monitor.errors import BadSetting, LabFailed
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.lab.faults import Faults
from tunnel_monitor.lab.profiles import chance

NAME: Final = "tunnel-monitor/demo/"  # and the process's number, behind a zero byte
MOST_DESCRIPTORS: Final = 200  # a message carries 253 at most (SCM_MAX_FD)
MOST_BYTES: Final = 1 << 16

_CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, uid, gid


@contextmanager
def offered(lab: Lab, page: str, faults: Faults) -> Iterator[None]:
    """Hand out a lab's namespaces for as long as the `with` lasts; needs a running loop.

    Args:
        lab: whose.
        page: the address of the page, for whoever has several demos to choose from.
        faults: of the lab, made and repaired on demand.
    """
    desk = Desk(lab, page, faults)
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
        if not _answer(peer, desk):
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


def _answer(peer: socket.socket, desk: Desk) -> bool:
    """Answer one question; False when the peer is gone, or does not read what it asked for."""
    try:
        question = peer.recv(MOST_BYTES)
        if not question:
            return False
        reply, descriptors = desk.reply(question)
        socket.send_fds(peer, [json.dumps(reply).encode()], descriptors)
    except OSError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Desk:
    """What can be asked of a demo.

    Attributes:
        lab: its namespaces.
        page: the address of its page.
        faults: of the lab.
    """

    lab: Lab
    page: str
    faults: Faults

    def reply(self, question: bytes) -> tuple[dict[str, Any], list[int]]:
        """The answer to a question, and the descriptors that go with it."""
        try:
            asked = json.loads(question)
            if isinstance(asked.get("want"), list):
                names = asked["want"][:MOST_DESCRIPTORS]
                return {}, [self.lab.namespace(str(name)) for name in names]
            return self._told(asked), []
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return {"error": f"cannot understand the question: {error}"}, []
        except (LabFailed, BadSetting) as error:
            bad = isinstance(error, BadSetting)
            return {"error": error.what, "remedy": error.remedy, "bad": bad}, []

    def _told(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The answer to a question that no descriptor goes with."""
        match asked:
            case {"want": "lab"}:
                sizes = self.lab.topology
                return {"page": self.page, "lab": [sizes.hosts, sizes.segments, sizes.clients]}
            case {"want": "faults", "reveal": reveal}:
                return {"faults": self.faults.records(reveal=bool(reveal))}
            case {"fault": str(name)}:
                return {"faults": [self.faults.make(name)]}
            case {"random": seed}:
                return {"faults": [self.faults.make_any(chance(seed))]}
            case {"repair": name}:
                return {"faults": self.faults.repair(name)}
        raise ValueError(f"{sorted(asked)}")


class Credentials(NamedTuple):
    """Who is at the other end of a connection, as the kernel knows it."""

    pid: int
    uid: int
    gid: int


def credentials(connection: socket.socket) -> Credentials:
    """Ask the kernel who connected, or who listened."""
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return Credentials(*_CREDENTIALS.unpack(raw))
