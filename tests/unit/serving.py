"""A real server on a loopback port, and a real client."""

from __future__ import annotations

import asyncio
import http.client
import json
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from tests.unit.synthetic import START_NS, Flow, drained

from tunnel_monitor.contract import Direction, Encap, Outcome
from tunnel_monitor.diagnose.diagnosis import Report
from tunnel_monitor.diagnose.finding import Confidence, Finding, State, Subject, Suspicion
from tunnel_monitor.diagnose.vni_mismatch import VniMismatch
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.names import NO_NAMES, Naming
from tunnel_monitor.flows.sinks import SinkState
from tunnel_monitor.kernel.own_cost import ProgramTime
from tunnel_monitor.kernel.ports import Ports
from tunnel_monitor.kernel.tunnels import TunnelDevice
from tunnel_monitor.serve.facts import Facts, InterfaceFacts, LabFacts
from tunnel_monitor.serve.listen import listen
from tunnel_monitor.serve.page import File
from tunnel_monitor.serve.server import Server
from tunnel_monitor.serve.totals import Limits
from tunnel_monitor.serve.view import LiveView
from tunnel_monitor.settings import MonitorSettings

DEADLINE_S = 20
DEVICES = (
    TunnelDevice("vxlan10000", "vxlan", 10000, 4789, Encap.VXLAN),
    TunnelDevice("gnv0", "geneve", 7, 8472, Encap.GENEVE),
)
FACTS = Facts(
    version="0.1.0",
    host="node1",
    started_ns=START_NS,
    interval_s=1.0,
    interfaces=(InterfaceFacts("eth0", 2, "tcx", "host0", 1500, present=True),),
    ports=Ports.of(
        MonitorSettings(ports={Encap.VXLAN: (4789, 8472)}, given_ports=frozenset({Encap.VXLAN})),
        DEVICES,
    ),
    sinks=(SinkState("live", queued=0, dropped=0, errors=0),),
    lab=LabFacts(9, 4, 1),
)
REPORT = Report(
    number=1,
    time_ns=START_NS,
    findings=(
        Finding(
            id="3f2a9c41d07b",
            name=VniMismatch.name,
            title=VniMismatch.title,
            severity=VniMismatch.severity,
            state=State.OPEN,
            muted=False,
            seen=Suspicion(
                key="vxlan 10700 172.16.1.101",
                subject=Subject("vxlan", 10700, ("172.16.1.101",), ("192.168.0.2",)),
                confidence=Confidence.HIGH,
                evidence={"packets": 5},
                explanation="All of it is dropped. Nobody is told.",
                next="ip -d link show type vxlan",
            ),
            opened_ns=START_NS,
            last_ns=START_NS,
        ),
    ),
    checks=((VniMismatch.name, VniMismatch.title),),
)
PAGE = {
    "/": File(b"<!doctype html>the page", None, "text/html", hashed=False),
    "/assets/main-1a2b.js": File(b"code();", None, "text/javascript", hashed=True),
}
PAIR = (
    Flow(),
    Flow(
        outer_src="172.16.1.101",
        outer_dst="172.16.1.100",
        inner_src="192.168.0.2",
        inner_dst="192.168.0.1",
        direction=Direction.INGRESS,
    ),
)


def batch(*flows: Flow, number: int = 1) -> FlowBatch:
    raw = drained(flows, rest={Outcome.NOT_TUNNELED: (2, 84)}, number=number)
    return FlowBatch.of(replace(raw, program_time=ProgramTime(3, 240, 138)))


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # the tests say what they expect in it
        return json.loads(self.body)


@dataclass(slots=True)
class Running:
    """A server in a thread, and the view it answers from."""

    view: LiveView
    server: Server
    port: int
    loop: asyncio.AbstractEventLoop
    thread: threading.Thread
    facts: Callable[[], Facts] = lambda: FACTS

    def get(
        self, path: str, headers: Mapping[str, str] | None = None, method: str = "GET"
    ) -> Reply:
        """One request; a gzip body is unpacked."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)
        try:
            client.request(method, path, headers=dict(headers or {}))
            reply = client.getresponse()
            body = reply.read()
        finally:
            client.close()
        if reply.headers.get("content-encoding") == "gzip" and body:
            body = zlib.decompress(body, zlib.MAX_WBITS | 16)
        return Reply(reply.status, {k.lower(): v for k, v in reply.headers.items()}, body)

    def api(self, path: str) -> Any:  # the tests say what they expect in it
        """The JSON of a reply that must be good."""
        reply = self.get(f"/api/v1/{path}")
        assert reply.status == 200, reply.body
        return reply.json

    def stop(self) -> None:
        if self.thread.is_alive():
            asyncio.run_coroutine_threadsafe(self.server.stop(), self.loop).result(DEADLINE_S)
        self.thread.join(DEADLINE_S)
        assert not self.thread.is_alive()
        self.view.close()

    def gone(self) -> None:
        """From now on the interface is gone."""
        interfaces = tuple(replace(one, present=False) for one in FACTS.interfaces)
        self.facts = lambda: replace(FACTS, interfaces=interfaces)


@contextmanager
def serving(
    *,
    listen_on: str = "127.0.0.1:0",
    token: str | None = None,
    allowed_hosts: tuple[str, ...] = (),
    limits: Limits | None = None,
    tls: ssl.SSLContext | None = None,
    files: Mapping[str, File] = PAGE,
    names: Naming = NO_NAMES,
    view: LiveView | None = None,
) -> Iterator[Running]:
    """Start a server, and stop it in the end."""
    listener = listen(listen_on)
    view = view or LiveView(["eth0"], 1.0, limits, host="node1", names=names)

    def facts() -> Facts:
        return running.facts()

    server = Server(
        listener,
        view,
        facts,
        files,
        token=token,
        allowed_hosts=allowed_hosts,
        tls=tls,
        findings=lambda: REPORT,
    )
    loop = asyncio.new_event_loop()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(server.run())

    thread = threading.Thread(target=run)
    running = Running(view, server, listener.port, loop, thread)
    thread.start()
    try:
        yield running
    finally:
        running.stop()


class Events:
    """Reads an event stream as a browser does."""

    def __init__(self, running: Running, query: str = "", *, gzip: bool = False) -> None:
        self._client = http.client.HTTPConnection("127.0.0.1", running.port, timeout=DEADLINE_S)
        headers = {"Accept-Encoding": "gzip"} if gzip else {}
        self._client.request("GET", f"/api/v1/live{query}", headers=headers)
        self.reply = self._client.getresponse()
        self._unpack = zlib.decompressobj(zlib.MAX_WBITS | 16) if gzip else None
        self._text = b""

    def block(self) -> bytes:
        """The next block: an event, a comment or a setting. Empty at the end."""
        while b"\n\n" not in self._text:
            data = self.reply.read1(65536)
            if not data:
                assert self._unpack is None or self._unpack.eof
                return b""
            self._text += self._unpack.decompress(data) if self._unpack else data
        found, _, self._text = self._text.partition(b"\n\n")
        return found

    def event(self) -> Any:  # the tests say what they expect in it
        """The data of the next event."""
        while not (found := self.block()).startswith(b"event: drain\n"):
            assert found, "the stream ended"
        return json.loads(found.rpartition(b"data: ")[2])

    def close(self) -> None:
        self.reply.close()
        self._client.close()

    def __enter__(self) -> Events:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
