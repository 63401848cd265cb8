"""Once the server is made nothing is imported or opened any more: the right may be gone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Runs in a process of its own, because this one has imported half the world already. The client
# is plain sockets, so that it does not import for the server what the server forgot.
PROGRAM = """
import asyncio, socket, sys

from tests.unit.synthetic import Flow, drained
from tunnel_monitor.contract import Encap
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.kernel.ports import Origin, Port, Ports
from tunnel_monitor.serve.facts import Facts, InterfaceFacts, LabFacts
from tunnel_monitor.serve.listen import listen
from tunnel_monitor.serve.page import File
from tunnel_monitor.serve.server import Server
from tunnel_monitor.serve.view import LiveView

facts = Facts("0.1.0", "node1", 1, 1.0, (InterfaceFacts("eth0", 2, "tcx", None, 1500, True),),
              ports=Ports((Port(4789, Encap.VXLAN, Origin.DEFAULT),)), lab=LabFacts(9, 4, 1))
broken = []


def current_facts():
    if broken:
        raise RuntimeError("on purpose")
    return facts


view = LiveView(["eth0"], 1.0)
listener = listen("0.0.0.0:0")
page = {"/": File(b"page" * 1000, b"packed", "text/html", False)}
server = Server(listener, view, current_facts, page, token="right")
flows = [Flow(), Flow(outer_src="2001:db8::1", outer_dst="2001:db8::2",
                       inner_src=None, inner_dst=None)]
batches = [FlowBatch.of(drained(flows, number=n)) for n in (1, 2)]
imported = []


class Forbidden:
    def find_spec(self, name, path=None, target=None):
        imported.append(name)
        raise ImportError(name)


def opened(event, arguments):
    if event == "open" and watching and not str(arguments[0]).startswith("/proc/"):
        imported.append(f"open {arguments[0]}")


watching = []
sys.addaudithook(opened)
before = set(sys.modules)
sys.meta_path.insert(0, Forbidden())
watching.append(True)


def ask(path, method="GET", headers="", until=None, token="right"):
    with socket.create_connection(("127.0.0.1", listener.port), timeout=20) as client:
        client.sendall(f"{method} {path} HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nConnection: close\\r\\n"
                       f"Authorization: Bearer {token}\\r\\n{headers}\\r\\n".encode())
        text = b""
        while until is None or until not in text:
            data = client.recv(65536)
            if not data:
                break
            text += data
        return text


def use():
    gzip = "Accept-Encoding: gzip\\r\\n"
    said = []
    for path in ("", "api/v1/flows?window=total&vni=10000&peer=2001:db8::1&limit=5",
                 "api/v1/matrix?by=endpoint", "api/v1/segments", "api/v1/ledger",
                 "api/v1/status", "api/v1/timeline",
                 "api/v1/series?by=path", "api/v1/summary", "api/v1/growth",
                 "api/v1/snapshot?from=-1m", "api/v1/openapi.json", "api/v1/filter?text=pee",
                 "api/v1/filter?text=path:&cursor=5",
                 "api/v1/flows?filter=path:v*+rate%3E1+!outer:10.0.0.0/8"):
        said += [ask("/" + path), ask("/" + path, headers=gzip), ask("/" + path, "HEAD")]
    assert all(b" 200 OK" in text for text in said), said
    assert b" 400 " in ask("/api/v1/flows?peer=%c3%a9")
    assert b" 404 " in ask("/api/v1/nothing")
    assert b" 405 " in ask("/api/v1/flows", "POST")
    assert b" 403 " in ask("/", headers="Origin: http://evil.example\\r\\n")
    assert b" 303 " in ask("/?token=right")
    assert b" 401 " in ask("/", token="wrong")
    view.take(batches[0])
    assert b'"drains":1' in ask("/api/v1/live", until=b'"drains":1')
    assert b"encoding: gzip" in ask("/api/v1/live?window=total", headers=gzip, until=b"\\x1f\\x8b")
    view.take(batches[1])
    ask("/\\xff nonsense")
    watching.clear()  # the trace in the output quotes the sources, if it may read them
    broken.append(True)
    assert b" 500 " in ask("/api/v1/status")


async def main():
    serving = asyncio.create_task(server.run())
    await asyncio.to_thread(use)
    await server.stop()
    await serving


asyncio.run(main())
view.close()
print(sorted(imported), sorted(set(sys.modules) - before))
"""


def test_nothing_is_imported_or_opened_once_the_server_is_made() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[] []", done.stdout
