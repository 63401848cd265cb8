"""The `signals` reply: what is worth knowing of packets beside their flow."""

from __future__ import annotations

from tunnel_monitor.flows import labels
from tunnel_monitor.flows.answering import answered
from tunnel_monitor.flows.question import Question
from tunnel_monitor.flows.signals import BY_TUNNEL
from tunnel_monitor.serve.members import Json, decimals, groups
from tunnel_monitor.serve.parameters import Query
from tunnel_monitor.serve.replies import heading
from tunnel_monitor.serve.view import Snapshot


def signals(snapshot: Snapshot, query: Query) -> Json:
    """Those of most bytes, by tunnel, and the sum of the others."""
    window = snapshot.total if query.window == "total" else snapshot.last
    question = Question(window.span, BY_TUNNEL, query.filter, limit=query.limit)
    rows = window.parts().signals
    found = answered(rows, question, window.span, window.elapsed_ns, window.places)
    tunnels = groups(found.rows, found.places, BY_TUNNEL, directed=snapshot.directed)
    names = labels.signals(found.rows)
    counts = zip(decimals(found.rows["packets"]), decimals(found.rows["bytes"]), strict=True)
    return {
        **heading(snapshot, query, found),
        "rows": [
            {"signal": name, **tunnel, "packets": packets, "bytes": size}
            for name, tunnel, (packets, size) in zip(names, tunnels, counts, strict=True)
        ],
        "other": {
            "signals": found.other.rows,
            "packets": str(found.other.packets),
            "bytes": str(found.other.bytes),
        },
    }
