"""A query's stretch of time, and what answers for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tunnel_monitor.flows.filter.tree import Node
from tunnel_monitor.flows.question import Answer, Question, Span
from tunnel_monitor.serve.parameters import Query
from tunnel_monitor.serve.view import Snapshot


class Answering(Protocol):
    """What a source and a window have in common."""

    def answer(self, question: Question) -> Answer:
        """Add up, group, sort and cut."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request is about.

    Args:
        source: answers for it.
        span: the stretch of time.
    """

    source: Answering
    span: Span

    @classmethod
    def of(cls, snapshot: Snapshot, query: Query) -> Asked:
        """The last drain, all since the start, or a stretch of time."""
        if isinstance(query.window, Span):
            return cls(snapshot.source(query.window), query.window)
        window = snapshot.total if query.window == "total" else snapshot.last
        return cls(window, window.span)

    def answer(
        self,
        by: frozenset[str],
        node: Node,
        limit: int,
        *,
        offset: int = 0,
        order: Query | None = None,
    ) -> Answer:
        """Ask one question about it.

        Args:
            by: as in Question.
            node: its filter.
            limit: likewise.
            offset: likewise.
            order: the query that says how to sort; absent, most bytes come first.
        """
        sort = (order.order, order.descending) if order else ("bytes", True)
        return self.source.answer(Question(self.span, by, node, *sort, limit, offset))
