"""How many bytes a second a browser gets that watches."""

from __future__ import annotations

import http.client
import zlib

from bench.figures import Effort, Row
from tests.unit.serving import DEADLINE_S, Running, serving
from tests.unit.synthetic import many

from tunnel_monitor.flows.batch import FlowBatch

FLOWS, PEERS = 50_000, 500
DRAINS = 7


class Browser:
    """Reads the event stream, compressed, and counts the bytes of bodies."""

    def __init__(self, running: Running, query: str) -> None:
        self._client = http.client.HTTPConnection("127.0.0.1", running.port, timeout=DEADLINE_S)
        self._client.request("GET", f"/api/v1/live{query}", headers={"Accept-Encoding": "gzip"})
        self._reply = self._client.getresponse()
        self._unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._text = b""

    def next_event(self) -> int:
        """Bytes until the next event is whole."""
        received = 0
        while True:
            block, found, rest = self._text.partition(b"\n\n")
            if found:
                self._text = rest
                if block.startswith(b"event: drain\n"):
                    return received
                continue
            data = self._reply.read1(1 << 16)
            if not data:
                raise RuntimeError("the event stream ended")
            received += len(data)
            self._text += self._unpack.decompress(data)

    def close(self) -> None:
        self._reply.close()
        self._client.close()


def measure(effort: Effort) -> list[Row]:
    """Of the last interval, and of all since the start; one drain a second."""
    return [
        measure_one(effort, "last", "the last interval"),
        measure_one(effort, "total", "all since the start"),
    ]


def measure_one(effort: Effort, window: str, what: str) -> Row:
    flows = effort.of(FLOWS, PEERS)
    return Row.of(
        f"live-update-{window}",
        f"a browser's updates, {flows} flows, {PEERS} peers, {what}",
        "kB/s",
        sizes(flows, PEERS, window),
        at_most=100,
    )


def sizes(flows: int, peers: int, window: str) -> list[float]:
    """Kilobytes of each update, compressed; one drain a second."""
    found = []
    with serving() as running:
        browser = Browser(running, f"?window={window}")
        browser.next_event()
        for number in range(1, DRAINS + 1):
            seen = many(flows, peers=peers, seed=number, number=number)
            running.view.take(FlowBatch.of(seen))
            found.append(browser.next_event() / 1e3)
        browser.close()
    return found
