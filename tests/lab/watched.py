"""`watch` on a host of the lab, as its user and its page's readers meet it."""

from __future__ import annotations

import ctypes
import http.client
import json
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.lab import commands
from tests.lab.commands import Running

from tunnel_monitor.kernel import libbpf
from tunnel_monitor.lab import build, namespaces, traffic
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.lab.topology import Topology

HOST = "host0"
HERE, THERE = "192.168.0.1", "192.168.0.2"
VNI = 10000
SOON_S = 15.0  # what ends, ends long before

# Nobody, with the right to read: the Python that runs the tests may lie in a folder of root's.
AS_NOBODY = (
    *("setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"),
    *(f"--{kind}=-all,+dac_read_search" for kind in ("inh-caps", "ambient-caps", "bounding-set")),
)
HOOKS = (libbpf.BPF_TCX_INGRESS, libbpf.BPF_TCX_EGRESS)


@contextmanager
def two_hosts() -> Iterator[Lab]:
    """A lab whose two clients send each other what they are told to, and nothing else."""
    with build.running(Topology(hosts=2, segments=1)) as lab:
        traffic.acquaint(lab, HERE, THERE)
        yield lab


def ping(lab: Lab, count: int) -> None:
    """Send echo requests through the tunnel; all are answered."""
    assert traffic.ping(lab, HERE, THERE, count) == count


@contextmanager
def watch(
    lab: Lab, home: int, folder: Path, *words: str, at: str = HOST, prefix: tuple[str, ...] = ()
) -> Iterator[Running]:
    """A `watch` in a host that has attached and answers signals.

    Args:
        lab: holds the host.
        home: where the command is started, and its page served.
        folder: for what it tells.
        words: behind `watch`: interfaces, then options.
        at: the host's name.
        prefix: what the command is started by; it must become the command.
    """
    everything = ("watch", *words, "--netns", lab.path(at))
    with commands.command(home, folder, *everything, prefix=prefix) as running:
        pid = running.process.pid
        commands.wait_for(
            lambda: running.ended or catches(pid, signal.SIGTERM), f"ready, told: {running.output}"
        )
        assert not running.ended, running.output
        if "--jsonl" not in words:
            running.wait_to_tell("Ctrl-C ends it.")
        yield running


def catches(pid: int, number: signal.Signals) -> bool:
    """Whether a process has a handler for a signal."""
    caught = status_of(Path(f"/proc/{pid}")).get("SigCgt", "0")
    return bool(int(caught, 16) >> (number - 1) & 1)


def status_of(folder: Path) -> dict[str, str]:
    """The lines of a process's or thread's `status`; empty if it has gone."""
    try:
        lines = (folder / "status").read_text().splitlines()
    except OSError:
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def jsonl_of(text: str) -> list[dict[str, Any]]:
    """The objects among what a command told; not the line that it is just writing."""
    told = text.splitlines(keepends=True)
    return [json.loads(line) for line in told if line.startswith("{") and line.endswith("\n")]


def sentences_of(text: str) -> list[str]:
    """The complaints among what a command told."""
    return [line for line in text.splitlines() if not line.startswith("{")]


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Page:
    """A page, asked from the namespace it is served in.

    Attributes:
        home: that namespace.
        host: an address it is served on.
        port: likewise.
        token: as it stands in the address that the command printed.
    """

    home: int
    host: str
    port: int
    token: str | None = None

    @classmethod
    def of(cls, running: Running, host: str | None = None) -> Page:
        """The page whose address a command told."""
        (line,) = (line for line in running.output.splitlines() if line.startswith("Open "))
        url = urlsplit(line.split()[1])
        assert url.port is not None
        tokens = parse_qs(url.query).get("token", [None])
        return cls(running.home, host or url.hostname or "", url.port, tokens[0])

    def ask(
        self, path: str, headers: Mapping[str, str] | None = None, method: str = "GET"
    ) -> Reply:
        """One request, without the token."""
        with self.connected() as client:
            client.request(method, path, headers=dict(headers or {}))
            reply = client.getresponse()
            return Reply(reply.status, dict(reply.headers), reply.read())

    def api(self, path: str) -> Any:  # the tests say what they expect in it
        """The JSON of a reply that must be good."""
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        reply = self.ask(f"/api/v1/{path}", bearer)
        assert reply.status == 200, reply.body
        return json.loads(reply.body)

    @contextmanager
    def events(self) -> Iterator[Iterator[Any]]:
        """The stream's drains, as they come."""
        with self.connected() as client:
            client.request("GET", "/api/v1/live")
            reply = client.getresponse()
            assert reply.status == 200
            lines = iter(reply.readline, b"")
            yield (json.loads(line[6:]) for line in lines if line.startswith(b"data: "))
            reply.close()

    @contextmanager
    def connected(self) -> Iterator[http.client.HTTPConnection]:
        """A connection from where commands are started."""
        client = http.client.HTTPConnection(self.host, self.port, timeout=commands.DEADLINE_S)
        with namespaces.entered(self.home):
            client.connect()
        try:
            yield client
        finally:
            client.close()

    def counted(self, vni: int = VNI) -> dict[tuple[str, str, str], int]:
        """(interface, direction, inner source) -> packets of echo requests and replies so far."""
        rows = self.api(f"flows?window=total&vni={vni}")["rows"]
        return {
            (row["interface"], row["direction"], row["inner_src"]): int(row["packets"])
            for row in rows
            if row["inner_src"]
        }

    def wait_for_drain(self) -> None:
        """Wait until what was sent so far has been counted."""
        before = self.api("status")["drains"]
        commands.wait_for(lambda: self.api("status")["drains"] > before + 1, "drained again")


def both_ways(count: int, *, interface: str = "eth0") -> dict[tuple[str, str, str], int]:
    """What `counted` is after so many pings from here."""
    return {(interface, "egress", HERE): count, (interface, "ingress", THERE): count}


def traffic_control(lab: Lab, what: str, at: str = HOST, device: str = "eth0") -> str:
    """What `tc` shows of a device: its qdiscs, or the filters on both hooks."""
    hooks = ("ingress", "egress") if what == "filter" else ("",)
    return "".join(
        in_host(lab, at, f"tc {what} show dev {device} {hook}".strip()) for hook in hooks
    )


def in_host(lab: Lab, at: str, words: str) -> str:
    """Run a program in a host for what it prints."""
    with namespaces.entered(lab.namespace(at)):
        return subprocess.run(words.split(), capture_output=True, text=True, check=True).stdout


def tcx_programs(lab: Lab, at: str = HOST, device: str = "eth0") -> int:
    """How many programs are on a device's two hooks by tcx."""
    counted = 0
    with namespaces.entered(lab.namespace(at)):
        index = socket.if_nametoindex(device)
        for hook in HOOKS:
            count = ctypes.c_uint32(0)
            query = libbpf.library().bpf_prog_query
            libbpf.checked(query(index, hook, 0, None, None, ctypes.byref(count)))
            counted += count.value
    return counted


def expect_nothing_on(lab: Lab, at: str = HOST, device: str = "eth0") -> None:
    """Wait until nothing of ours is on a device's hooks."""
    commands.wait_for(lambda: not tcx_programs(lab, at, device), "no program by tcx")
    commands.wait_for(lambda: not traffic_control(lab, "filter", at, device), "no filter")
    commands.wait_for(
        lambda: "clsact" not in traffic_control(lab, "qdisc", at, device), "no clsact"
    )
