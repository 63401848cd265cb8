"""The `series` and `growth` replies, and the culprit in each event."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.flows.filter.tree import both
from tunnel_monitor.flows.groupings import CONVERSATION, grouping
from tunnel_monitor.flows.growth import Culprit, Growth, culprit, growth
from tunnel_monitor.flows.names import Naming
from tunnel_monitor.flows.question import Answer, Question, Span
from tunnel_monitor.serve.members import COUNTED, Json, decimals, groups, names, objects, seconds
from tunnel_monitor.serve.parameters import Query
from tunnel_monitor.serve.view import Snapshot

BEFORE, NOW = 0, 1
STEPS = 300  # as many as a time line has pixels for
MOST_STEPS = 3600
CULPRIT_NS = 60 * 10**9  # where no stretch is chosen, the newest minute is judged


def series(snapshot: Snapshot, query: Query) -> Json:
    """Groups of flows over time, the largest apart."""
    assert isinstance(query.window, Span)  # noqa: S101  # this resource has no other
    source, by = snapshot.source(query.window), grouping(query.by)
    span = _inside(query.window, source.span())
    step_ns = max(query.step_ns or span.length_ns // STEPS, span.length_ns // MOST_STEPS, 1)
    asked = Question(span, by, both(query.filter, query.narrow), limit=query.limit)
    found = source.series(asked, step_ns)
    return {
        "time": seconds(snapshot.time_ns),
        "from": seconds(found.span.from_ns),
        "to": seconds(found.span.until_ns),
        "by": query.by,
        "times": [seconds(end) for end in found.ends_ns.tolist()],
        "elapsed_s": [seconds(elapsed) for elapsed in found.elapsed_ns.tolist()],
        "groups": groups(found.rows, found.places, by, directed=snapshot.directed),
        "others": found.others,
        "names": names(snapshot.names, found.rows, by),
        **{
            name: [decimals(line[:, place]) for line in found.counts]
            for place, name in enumerate(COUNTED)
        },
    }


def _inside(asked: Span, kept: Span | None) -> Span:
    """What of a stretch there is; nothing where they do not meet."""
    if kept is None:
        return Span(asked.from_ns, asked.from_ns)
    from_ns = max(asked.from_ns, kept.from_ns)
    return Span(from_ns, max(from_ns, min(asked.until_ns, kept.until_ns)))


def comparison(snapshot: Snapshot, query: Query) -> Json:
    """Who grew and who shrank from one stretch of time to another."""
    assert isinstance(query.window, Span)  # noqa: S101  # this resource has no other
    before, by = query.compare or query.window.before, grouping(query.by)
    source = snapshot.source(min(before, query.window, key=lambda span: span.from_ns))
    question = Question(query.window, by, both(query.filter, query.narrow))
    found = growth(source, question, before)
    suspect = culprit(source, question, before)
    return {
        "time": seconds(snapshot.time_ns),
        "by": query.by,
        "now": side(found.now, found.counts[:, NOW]),
        "before": side(found.before, found.counts[:, BEFORE]),
        "rows": changes(found, by, query.limit, directed=snapshot.directed),
        "other": rest(found, query.limit),
        "names": names(snapshot.names, found.rows[: query.limit], by),
        "culprit": described(suspect, snapshot.names) if suspect else None,
    }


def side(answer: Answer, counts: NDArray[np.uint64]) -> Json:
    """One of the two stretches, and all that passed the filter in it."""
    return {
        "from": seconds(answer.span.from_ns),
        "to": seconds(answer.span.until_ns),
        "elapsed_s": seconds(answer.elapsed_ns),
        **counted(counts),
    }


def counted(counts: NDArray[np.uint64]) -> Json:
    """Sums of (k, 3) counts."""
    return dict(zip(COUNTED, decimals(counts.sum(axis=0, dtype=np.uint64)), strict=True))


def changes(found: Growth, by: frozenset[str], limit: int, *, directed: bool) -> list[Json]:
    """The groups that changed most, up or down."""
    rows = found.rows[:limit]
    told = groups(rows, found.places, by, directed=directed)
    now, before = (
        objects(dict(zip(COUNTED, map(decimals, counts.T), strict=True)), len(rows))
        for counts in (found.counts[:limit, NOW], found.counts[:limit, BEFORE])
    )
    shares = found.shares[:limit].tolist()
    return [
        {**group, **its, "before": earlier, **more(change), "share": round(share, 4)}
        for group, its, earlier, change, share in zip(
            told, now, before, found.changes[:limit], shares, strict=True
        )
    ]


def rest(found: Growth, limit: int) -> Json:
    """What all other groups add up to."""
    return {
        "rows": len(found.rows[limit:]),
        **counted(found.counts[limit:, NOW]),
        "before": counted(found.counts[limit:, BEFORE]),
        **more(found.changes[limit:].sum(axis=0)),
        "share": round(float(found.shares[limit:].sum()), 4),
    }


def more(change: NDArray[np.float64]) -> Json:
    """How much more it is a second; negative, where it is less."""
    packets, size, _ = change.tolist()
    return {"more_bps": round(size * 8, 1), "more_pps": round(packets, 3)}


def described(found: Culprit, naming: Naming) -> Json:
    """Who grew most, for a sentence."""
    (who,) = groups(found.rows, found.places, found.by)
    return {
        **dict.fromkeys(sorted(CONVERSATION), ""),
        **who,
        "more_bps": round(found.bps, 1),
        "more_pps": round(found.pps, 3),
        "share": round(found.share, 4),
        "from": seconds(found.now.from_ns),
        "to": seconds(found.now.until_ns),
        "before_from": seconds(found.before.from_ns),
        "before_to": seconds(found.before.until_ns),
        "names": names(naming, found.rows, found.by),
    }


def culprit_of(snapshot: Snapshot, query: Query) -> Json | None:
    """Who grew most in the stretch that is asked for, else in the newest minute."""
    span = query.window
    if not isinstance(span, Span):
        span = Span(snapshot.now_ns - CULPRIT_NS, snapshot.now_ns)
    found = culprit(snapshot.source(span.before), Question(span, filter=query.filter), span.before)
    return described(found, snapshot.names) if found else None
