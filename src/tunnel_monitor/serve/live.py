"""The event stream: each drain, encoded once for all who watch the same.

A client asks for the newest drain whenever it has sent the one before. So one that is slow
misses whole drains, never holds more than one event, and holds up nobody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from tunnel_monitor.serve.encoding import GzipStream, Piece, encode
from tunnel_monitor.serve.event import event
from tunnel_monitor.serve.facts import FactsSource
from tunnel_monitor.serve.findings import FindingsSource, no_findings
from tunnel_monitor.serve.members import Json
from tunnel_monitor.serve.parameters import Query
from tunnel_monitor.serve.status import status
from tunnel_monitor.serve.suspects import Suspects
from tunnel_monitor.serve.view import LiveView, Snapshot

MOST_VIEWERS = 64
HEARTBEAT_S = 15.0  # proxies and phones give up silent connections
HEARTBEAT = Piece.of(b": alive\n\n")
OPENING = Piece.of(b"retry: 1000\n\n")  # a browser waits so many milliseconds to reconnect


class Hub:
    """Hands out each drain's events. All but the encoding happens on the event loop.

    Args:
        view: where snapshots come from.
        facts: for the status in each event.
        pool: threads to encode in.
        findings: likewise.
    """

    def __init__(
        self,
        view: LiveView,
        facts: FactsSource,
        pool: Executor,
        findings: FindingsSource = no_findings,
    ) -> None:
        self._view = view
        self._facts = facts
        self._findings = findings
        self._pool = pool
        self._changed = asyncio.Event()
        self._snapshot = view.snapshot
        self._published = 0
        self._pieces: dict[Query, asyncio.Future[Piece]] = {}
        self._suspects = Suspects()
        self._closed = False
        self._connected = 0
        self._skipped = 0

    def open(self) -> None:
        """Follow the view from now on. Call on the running loop."""
        loop = asyncio.get_running_loop()

        def changed() -> None:
            with suppress(RuntimeError):  # the loop has closed meanwhile
                loop.call_soon_threadsafe(self._publish)

        self._view.on_change(changed)
        self._publish()

    def close(self) -> None:
        """End all streams."""
        self._view.on_change(None)
        self._closed = True
        self._changed.set()

    def viewers(self) -> Json:
        """How many watch now, and how many events slow ones have missed since the start."""
        return {"connected": self._connected, "skipped": self._skipped}

    @property
    def full(self) -> bool:
        """Whether all places are taken."""
        return self._connected >= MOST_VIEWERS

    @contextmanager
    def place(self) -> Iterator[None]:
        """Take a place, and give it back at the end."""
        self._connected += 1
        try:
            yield
        finally:
            self._connected -= 1

    async def next(self, query: Query, after: int) -> tuple[Piece | None, int]:
        """The newest event that is younger than the one numbered `after`, once there is one.

        Returns:
            A heartbeat if none came for long, None at the end; and the number to go on from.
        """
        if self._published <= after and not self._closed:
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    await self._changed.wait()
            except TimeoutError:
                return HEARTBEAT, after
        if self._closed:
            return None, after
        published = self._published
        if after >= 0:
            self._skipped += published - after - 1
        return await self._piece(query), published

    def _publish(self) -> None:
        """A new snapshot: forget what was encoded of the old one, and wake everybody."""
        if self._view.snapshot is self._snapshot and self._published:
            return
        self._snapshot = self._view.snapshot
        self._published += 1
        self._pieces = {}
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def _piece(self, query: Query) -> Piece:
        """Encode for the first who asks; all others wait for the same."""
        if query not in self._pieces:
            loop = asyncio.get_running_loop()
            self._pieces[query] = loop.run_in_executor(
                self._pool, self._encoded, self._snapshot, query, self.viewers()
            )
        return await asyncio.shield(self._pieces[query])

    def _encoded(self, snapshot: Snapshot, query: Query, viewers: Json) -> Piece:
        told = status(snapshot, self._facts(), viewers, self._findings())
        data = encode(event(snapshot, query, told, self._suspects.of))
        return Piece.of(b"event: drain\nid: %d\ndata: %b\n\n" % (snapshot.number, data))


class EventStream(Response):
    """One client's stream, until it leaves or the hub closes."""

    media_type = "text/event-stream"

    def __init__(self, hub: Hub, query: Query, *, compressed: bool) -> None:
        super().__init__(headers={"cache-control": "no-store", "vary": "accept-encoding"})
        del self.headers["content-length"]
        if compressed:
            self.headers["content-encoding"] = "gzip"
        self._hub = hub
        self._query = query
        self._gzip = GzipStream() if compressed else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as ASGI has it; HEAD gets the headers alone."""
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        if scope["method"] == "HEAD":
            await send(start)
            await send(_body(b"", more=False))
            return
        feeding = asyncio.ensure_future(self._feed(start, send))
        leaving = asyncio.ensure_future(_left(receive))
        with self._hub.place():
            try:
                await asyncio.wait({feeding, leaving}, return_when=asyncio.FIRST_COMPLETED)
                if feeding.done():
                    feeding.result()
            finally:
                feeding.cancel()
                leaving.cancel()

    async def _feed(self, start: Message, send: Send) -> None:
        await send(start)
        piece: Piece | None = OPENING
        number = -1
        while piece:
            await send(_body(self._gzip.add(piece) if self._gzip else piece.plain, more=True))
            piece, number = await self._hub.next(self._query, number)
        await send(_body(self._gzip.end() if self._gzip else b"", more=False))


def _body(data: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
