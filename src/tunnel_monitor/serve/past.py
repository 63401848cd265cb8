"""Questions about the past without a page: the API's own replies, from a source alone."""

from __future__ import annotations

from collections.abc import Sequence

from tunnel_monitor.flows.names import NO_NAMES
from tunnel_monitor.flows.question import Source
from tunnel_monitor.serve import comparing, replies
from tunnel_monitor.serve.loss import loss
from tunnel_monitor.serve.members import Json
from tunnel_monitor.serve.parameters import Context, Query
from tunnel_monitor.serve.view import LiveView

RESOURCES = {
    "flows": replies.flows,
    "ledger": replies.ledger,
    "series": comparing.series,
    "loss": loss,
}


def reply(source: Source, resource: str, given: Sequence[tuple[str, str]]) -> Json:
    """What the API would say about a stretch of time.

    Args:
        source: of what is known.
        resource: one of RESOURCES.
        given: the parameters of a request; the stretch must be among them.
    Raises:
        BadSetting: a parameter means nothing.
        StoreFailed: the source cannot answer now.
    """
    view = LiveView([], 1.0, history=source)
    try:
        snapshot = view.snapshot
        context = Context(snapshot.interfaces, snapshot.now_ns, NO_NAMES.lookup)
        return RESOURCES[resource](snapshot, Query.parse(resource, given, context))
    finally:
        view.close()
