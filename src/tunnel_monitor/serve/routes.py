"""What answers which request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tunnel_monitor.errors import BadFilter, BadSetting, StoreFailed
from tunnel_monitor.serve import comparing, matrix, replies, signals, suggest
from tunnel_monitor.serve.encoding import WORTH_BYTES, compress, encode, takes_gzip
from tunnel_monitor.serve.event import event
from tunnel_monitor.serve.facts import FactsSource
from tunnel_monitor.serve.findings import FindingsSource, findings, no_findings
from tunnel_monitor.serve.live import MOST_VIEWERS, EventStream, Hub
from tunnel_monitor.serve.loss import loss
from tunnel_monitor.serve.members import Json
from tunnel_monitor.serve.openapi.document import document
from tunnel_monitor.serve.page import File
from tunnel_monitor.serve.parameters import Context, Query
from tunnel_monitor.serve.security import sentence
from tunnel_monitor.serve.status import status
from tunnel_monitor.serve.summary import summary
from tunnel_monitor.serve.view import LiveView, Snapshot

API = "/api/v1"
REPLIES: Mapping[str, Callable[[Snapshot, Query], Json]] = {
    "flows": replies.flows,
    "matrix": matrix.matrix,
    "segments": replies.segments,
    "signals": signals.signals,
    "ledger": replies.ledger,
    "timeline": replies.timeline,
    "series": comparing.series,
    "growth": comparing.comparison,
    "loss": loss,
    "summary": summary,
}


class Routes:
    """All routes, bound to what they answer from.

    Args:
        view: where snapshots come from.
        facts: for `status`.
        hub: for `live`.
        page: path -> file.
        pool: threads that make replies, so that a large one holds up no stream.
        judged: for `findings` and `status`.
    """

    def __init__(
        self,
        view: LiveView,
        facts: FactsSource,
        hub: Hub,
        page: Mapping[str, File],
        pool: Executor,
        *,
        judged: FindingsSource = no_findings,
    ) -> None:
        self._view = view
        self._facts = facts
        self._hub = hub
        self._page = page
        self._pool = pool
        self._judged = judged
        self._description = document()

    def all(self) -> list[Route]:
        """In the order in which they are tried."""
        return [
            *(Route(f"{API}/{name}", self._resource(name, make)) for name, make in REPLIES.items()),
            Route(f"{API}/status", self._resource("status", self._status)),
            Route(f"{API}/findings", self._resource("findings", self._report)),
            Route(f"{API}/snapshot", self._resource("snapshot", self._snapshot)),
            Route(f"{API}/filter", self._resource("filter", suggest.reply)),
            Route(f"{API}/live", self._live),
            Route(f"{API}/openapi.json", self._openapi),
            Route("/{path:path}", self._file),
        ]

    def _resource(
        self, name: str, make: Callable[[Snapshot, Query], Json]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            snapshot = self._view.snapshot
            query = self._query(name, request, snapshot)
            reply = partial(_reply, partial(make, snapshot, query), gzip=_takes_gzip(request))
            return await asyncio.get_running_loop().run_in_executor(self._pool, reply)

        return answer

    def _status(self, snapshot: Snapshot, _: Query) -> Json:
        return status(snapshot, self._facts(), self._hub.viewers(), self._judged())

    def _report(self, _snapshot: Snapshot, _query: Query) -> Json:
        return findings(self._judged())

    def _snapshot(self, snapshot: Snapshot, query: Query) -> Json:
        return event(snapshot, query, self._status(snapshot, query))

    def _query(self, name: str, request: Request, snapshot: Snapshot) -> Query:
        given = request.query_params.multi_items()
        context = Context(snapshot.interfaces, snapshot.now_ns, snapshot.names.lookup)
        return Query.parse(name, given, context)

    async def _live(self, request: Request) -> Response:
        query = self._query("live", request, self._view.snapshot)
        if self._hub.full:
            return sentence(503, f"{MOST_VIEWERS} viewers are connected already; close one of them")
        return EventStream(self._hub, query, compressed=_takes_gzip(request))

    async def _openapi(self, request: Request) -> Response:
        _no_parameters(request)
        return _reply(lambda: self._description, gzip=_takes_gzip(request))

    async def _file(self, request: Request) -> Response:
        file = self._page.get(request.scope["path"])
        if file is None:
            raise HTTPException(404)
        return file_reply(file, gzip=_takes_gzip(request))


def file_reply(file: File, *, gzip: bool) -> Response:
    """A file of the page, as gzip if the client takes it."""
    headers = {
        "cache-control": "public, max-age=31536000, immutable" if file.hashed else "no-cache"
    }
    body = file.body
    if file.compressed:
        headers["vary"] = "accept-encoding"
    if file.compressed and gzip:
        headers["content-encoding"] = "gzip"
        body = file.compressed
    return Response(body, headers=headers, media_type=file.media_type)


async def refused(_: Request, error: Exception) -> Response:
    """The reply to a parameter that means nothing; of a filter it says where."""
    if isinstance(error, BadFilter):
        return sentence(400, str(error), start=error.start, length=error.length)
    return sentence(400, str(error))


async def failed(request: Request, error: Exception) -> Response:
    """The reply where there is nothing, or no such method."""
    assert isinstance(error, HTTPException)  # noqa: S101  # registered for nothing else
    path = request.scope["path"]
    why = {
        404: f"there is nothing at {path}; the API is below {API}/",
        405: f"{path} can only be read, with GET or HEAD",
    }
    text = why.get(error.status_code, error.detail)
    return sentence(error.status_code, text, dict(error.headers or {}))


async def broken(_: Request, error: Exception) -> Response:
    """The reply where we failed."""
    return sentence(500, f"a fault of this server: {type(error).__name__}; its output says more")


async def unanswered(_: Request, error: Exception) -> Response:
    """The reply where history or the store cannot be asked now."""
    return sentence(503, str(error))


# Coroutines: functions would be run in a thread, by a module that is imported only then.
HANDLERS = {
    BadSetting: refused,
    StoreFailed: unanswered,
    HTTPException: failed,
    Exception: broken,
}


def _reply(make: Callable[[], Json], *, gzip: bool) -> Response:
    body = encode(make())
    headers = {"cache-control": "no-store", "vary": "accept-encoding"}
    if gzip and len(body) >= WORTH_BYTES:
        headers["content-encoding"] = "gzip"
        body = compress(body)
    return Response(body, headers=headers, media_type="application/json")


def _no_parameters(request: Request) -> None:
    if request.query_params:
        name = next(iter(request.query_params))
        raise BadSetting(f"unknown parameter {name!r}", "openapi.json takes no parameters")


def _takes_gzip(request: Request) -> bool:
    return takes_gzip(request.headers.get("accept-encoding", ""))
