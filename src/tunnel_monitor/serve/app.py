"""The application: routes behind the guard."""

from __future__ import annotations

import logging

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from tunnel_monitor.serve.routes import HANDLERS, Routes
from tunnel_monitor.serve.security import Access, Guard

LOG = logging.getLogger(__name__)


def make_app(routes: Routes, access: Access) -> ASGIApp:
    """All of it, ready to answer."""
    app = Starlette(routes=routes.all(), exception_handlers=HANDLERS)
    app.router.redirect_slashes = False
    return Guard(_reporting(app), access)


def _reporting(app: ASGIApp) -> ASGIApp:
    """Report our own faults once, with all that is needed to find them."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except Exception:
            LOG.exception("cannot answer %s %s", scope["method"], scope["path"])

    return answer
