"""The demos that run here, seen from another process, and what they lend."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tunnel_monitor.errors import BadSetting, LabFailed, NoLabRunning
from tunnel_monitor.lab import namespaces
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.lab.control import MOST_BYTES, MOST_DESCRIPTORS, NAME, credentials
from tunnel_monitor.lab.topology import Topology

# To make a fault, programs are started and waited for; meanwhile nobody else is answered either.
ANSWER_DEADLINE_S: Final = 60.0
_LISTED = re.compile(rf"@{NAME}(\d+)$")


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo.

    Attributes:
        pid: its process.
        page: the address of its page.
        topology: of its lab.
        connection: to it; at its end once the demo has ended.
    """

    pid: int
    page: str
    topology: Topology
    connection: socket.socket

    @contextmanager
    def borrowed(self, names: list[str]) -> Iterator[Lab]:
        """Namespaces of its lab, for as long as the `with` lasts.

        Args:
            names: of hosts ("host0") and clients ("192.168.0.1").
        Raises:
            NoLabRunning: the demo has ended. LabFailed: it has no such namespace.
        """
        namespaces.allow_descriptors(len(names))
        lab = Lab(self.topology)
        try:
            for first in range(0, len(names), MOST_DESCRIPTORS):
                some = names[first : first + MOST_DESCRIPTORS]
                _, descriptors = _ask(self.connection, want=some)
                for name, descriptor in zip(some, descriptors, strict=True):
                    lab.hold(name, descriptor)
            yield lab
        finally:
            lab.close()

    def faults(self, *, reveal: bool = False) -> list[dict[str, Any]]:
        """The faults its lab has; of hidden ones only that, unless they shall be revealed."""
        return self._told_faults(want="faults", reveal=reveal)

    def make_fault(self, name: str) -> dict[str, Any]:
        """Make one.

        Raises:
            BadSetting, LabFailed: it cannot be made. NoLabRunning: the demo has ended.
        """
        return self._told_faults(fault=name)[0]

    def make_any_fault(self, seed: int | None) -> dict[str, Any]:
        """Make one that is not told; raises as `make_fault`."""
        return self._told_faults(random=seed)[0]

    def repair(self, name: str | None = None) -> list[dict[str, Any]]:
        """Repair one fault, or all; tells what they were. Raises as `make_fault`."""
        return self._told_faults(repair=name)

    def _told_faults(self, **question: object) -> list[dict[str, Any]]:
        reply, _ = _ask(self.connection, **question)
        faults: list[dict[str, Any]] = reply["faults"]
        return faults


@contextmanager
def found(pid: int | None = None) -> Iterator[Demo]:
    """A running demo, connected for as long as the `with` lasts.

    Args:
        pid: which; absent means the only one.
    Raises:
        NoLabRunning: there is none. BadSetting: there are several, or not that one.
    """
    named = _met(pid) if pid is not None else None  # another one may be busy
    demos = [named] if named else running()
    try:
        yield _chosen(demos, pid)
    finally:
        for demo in demos:
            demo.connection.close()


def running() -> list[Demo]:
    """All demos that run here and answer, by process; the caller closes their connections."""
    listed = Path("/proc/net/unix").read_text(encoding="utf-8", errors="replace").splitlines()
    pids = {int(name[1]) for line in listed if (name := _LISTED.search(line))}
    return [demo for pid in sorted(pids) if (demo := _met(pid))]


def _chosen(demos: list[Demo], pid: int | None) -> Demo:
    if not demos:
        raise NoLabRunning(
            "no demo is running here", "start one with `tunnel-monitor demo` in another terminal"
        )
    there = ", ".join(f"{demo.pid} ({demo.page})" for demo in demos)
    if pid is None and len(demos) > 1:
        raise BadSetting(f"several demos are running: {there}", "choose one with --demo PID")
    for demo in demos:
        if pid in {None, demo.pid}:
            return demo
    raise BadSetting(f"no demo has the process number {pid}", f"there is {there}")


def _met(pid: int) -> Demo | None:
    """A demo, asked who it is; None when it has ended or is not what its name says.

    Anybody may bind an abstract name, so the kernel is asked who listens.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.settimeout(ANSWER_DEADLINE_S)
    try:
        connection.connect(f"\0{NAME}{pid}")
        if credentials(connection)[:2] == (pid, 0):
            reply, _ = _ask(connection, want="lab")
            return Demo(pid, str(reply["page"]), Topology(*reply["lab"]), connection)
    except (OSError, NoLabRunning):
        pass
    connection.close()
    return None


def _ask(connection: socket.socket, **question: object) -> tuple[dict[str, Any], list[int]]:
    """Ask a demo one thing: its reply, and the descriptors that came with it."""
    try:
        connection.sendall(json.dumps(question).encode())
        text, descriptors, _, _ = socket.recv_fds(
            connection, MOST_BYTES, MOST_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC
        )
    except OSError as error:
        raise NoLabRunning(f"the demo does not answer: {error}") from error
    if not text:
        raise NoLabRunning("the demo has ended")
    reply = json.loads(text)
    if "error" in reply:
        kind = BadSetting if reply.get("bad") else LabFailed
        raise kind(reply["error"], reply.get("remedy", ""))
    return reply, descriptors
