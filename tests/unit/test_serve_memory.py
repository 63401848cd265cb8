"""What the live view, its quarter of an hour and a viewer take, with ten thousand live flows.

The whole process is for the bench to measure: what Python and the libraries take before the first
drain is half a hundred MB and more, by machine and by version.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MOST_BYTES = 28_000_000  # 24 to 25; 30 to 32 if nothing is given back
# In a process of its own, of which the tests have no part: all that `watch` imports, a server, a
# viewer, and drains until the fine slices are full and the first coarse ones made.
PROGRAM = """
import asyncio, socket, sys, threading
import tunnel_monitor.cli.watching
from tunnel_monitor.cli import memory
from tunnel_monitor.cli.giving_back import GivingBack
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.kernel.drained import Drained
from tunnel_monitor.serve.facts import Facts
from tunnel_monitor.serve.listen import listen
from tunnel_monitor.serve.server import Server
from tunnel_monitor.serve.usage import Meter
from tunnel_monitor.serve.view import LiveView
from tests.unit.synthetic import SECOND_NS, START_NS, many

memory.use_one_heap()
memory.keep_arrays_in_heap()
before = Meter().read().memory_bytes
seen = threading.Semaphore(0)
view = LiveView(["eth0"], 1.0)
sink = GivingBack(view)
listener = listen("127.0.0.1:0")
server = Server(listener, view, lambda: Facts("0.1.0", "node1", 1, 1.0, ()), {})


def look():
    with socket.create_connection(("127.0.0.1", listener.port)) as client:
        client.sendall(b"GET /api/v1/live HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\n\\r\\n")
        text = b""
        while data := client.recv(1 << 20):
            text = text[-11:] + data
            for _ in range(text.count(b"event: drain")):
                seen.release()


def drain(count):
    interfaces = many(10_000, segments=4).interfaces
    for number in range(1, count + 1):
        assert seen.acquire(timeout=60)
        drained = Drained(START_NS + number * SECOND_NS, SECOND_NS, number, interfaces)
        sink.take(FlowBatch.of(drained))


async def main():
    serving = asyncio.create_task(server.run())
    threading.Thread(target=look, daemon=True).start()
    await asyncio.to_thread(drain, 90)
    print(Meter().read().memory_bytes - before, len(view.snapshot.recent.slices))
    await server.stop()
    await serving


asyncio.run(main())
"""


def test_memory_stays_within_its_budget() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    taken, slices = map(int, done.stdout.split())
    assert 60 < slices < 80  # the oldest are coarse already
    assert taken < MOST_BYTES
