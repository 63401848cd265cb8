"""The HTTP server: everything made before it starts, run in the caller's event loop.

Between construction and `run` the process gives up its privileges, and perhaps the right to read
any file. So nothing here may be imported, opened or looked up later; a test forbids imports
once the server is made, and then uses all of it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from tunnel_monitor.serve.app import make_app
from tunnel_monitor.serve.facts import FactsSource
from tunnel_monitor.serve.findings import FindingsSource, no_findings
from tunnel_monitor.serve.listen import Listener
from tunnel_monitor.serve.live import Hub
from tunnel_monitor.serve.page import File
from tunnel_monitor.serve.routes import Routes
from tunnel_monitor.serve.security import Access, new_token
from tunnel_monitor.serve.view import LiveView

THREADS = 2
TICK_S = 1
PATIENCE_S = 1  # at the end, for replies that are on their way


class Server:
    """Serves the page and the API on a listening socket.

    Args:
        listener: closed when `run` ends.
        view: what to answer from.
        facts: asked for each `status`.
        page: as `page.load` reads it.
        token: what requests must show; on loopback none is needed, elsewhere one is made.
        allowed_hosts: names, beside its address, that the server may be reached by.
        tls: as `certificate.load` reads it; None serves by plain HTTP.
        findings: where the newest report is.
    """

    def __init__(
        self,
        listener: Listener,
        view: LiveView,
        facts: FactsSource,
        page: Mapping[str, File],
        *,
        token: str | None = None,
        allowed_hosts: Collection[str] = (),
        tls: ssl.SSLContext | None = None,
        findings: FindingsSource = no_findings,
    ) -> None:
        self._listener = listener
        self._scheme = "https" if tls else "http"
        self.token = token or (None if listener.loopback else new_token())
        self._pool = ThreadPoolExecutor(THREADS, "reply")
        self._hub = Hub(view, facts, self._pool, findings)
        hosts = frozenset(name.lower() for name in (listener.name, *allowed_hosts))
        access = Access(listener.host, listener.port, hosts, self.token, secure=bool(tls))
        routes = Routes(view, facts, self._hub, page, self._pool, judged=findings)
        app = make_app(routes, access)
        self._uvicorn = _Uvicorn(_config(app, tls))
        self._stopped = asyncio.Event()

    @property
    def address(self) -> str:
        """HOST:PORT."""
        return self._listener.authority

    @property
    def url(self) -> str:
        """The page's address, with the token if one is needed."""
        query = f"?token={self.token}" if self.token else ""
        return f"{self._scheme}://{self._listener.authority}/{query}"

    async def run(self) -> None:
        """Serve until `stop` is called."""
        self._hub.open()
        try:
            await self._uvicorn.serve(sockets=[self._listener.socket])
        finally:
            self._hub.close()
            self._pool.shutdown(wait=False, cancel_futures=True)
            await self._uvicorn.abort()
            self._stopped.set()

    async def stop(self) -> None:
        """End all streams, let replies finish for a moment, and wait until `run` is done."""
        self._hub.close()
        self._uvicorn.end()
        await self._stopped.wait()


class _Uvicorn(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._ending = asyncio.Event()

    async def main_loop(self) -> None:
        """Tick once a second, for the date in replies, where uvicorn does ten times."""
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), TICK_S)

    def end(self) -> None:
        """Leave the main loop."""
        self.should_exit = True
        self._ending.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to whoever runs the event loop."""
        yield

    async def abort(self) -> None:
        """Give up connections whose clients do not take what was sent to them."""
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)


def _config(app: Callable[..., Awaitable[None]], tls: ssl.SSLContext | None) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        http=H11Protocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        # Its complaints about broken requests are for their senders; faults of ours are
        # reported by `app.make_app`.
        log_level="critical",
        # Without it, an open event stream would keep the server from ending.
        timeout_graceful_shutdown=PATIENCE_S,
        ssl_context_factory=(lambda _config, _default: tls) if tls else None,
    )
    config.load()
    return config
