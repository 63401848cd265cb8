"""Each packet once, though both of its ends are watched and have counted it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from tunnel_monitor.flows import columns
from tunnel_monitor.flows.filter.parse import parse
from tunnel_monitor.flows.filter.tree import Addresses, And, Node, Not, Range, Texts, both, leaves
from tunnel_monitor.flows.question import HOST, Answer, Books, Question, Series, Source, Span

ENDS: Final = frozenset({HOST, "direction"})
MOST_SENDERS: Final = 20_000
MOST_KNOWN: Final = 16  # stretches whose senders are remembered: a page asks several questions
EGRESS: Final = parse("direction:egress")


class Once:
    """A source of many hosts in which what a watched host sent is not counted where it arrives.

    Unless somebody asks about hosts or directions: then both ends are told as they counted.

    Args:
        source: of all hosts.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self._known: dict[Span, Node | None] = {}

    def span(self) -> Span | None:
        """As the source has it."""
        return self.source.span()

    def answer(self, question: Question) -> Answer:
        """As the source has it, each packet once."""
        return self.source.answer(self._once(question))

    def series(self, question: Question, step_ns: int) -> Series:
        """Likewise."""
        return self.source.series(self._once(question), step_ns)

    def ledger(self, span: Span, hosts: Collection[str] = ()) -> Books:
        """Each host's own, so both ends."""
        return self.source.ledger(span, hosts)

    def _once(self, question: Question) -> Question:
        if question.by & ENDS or any(map(_looks_at_ends, leaves(question.filter))):
            return question
        elsewhere = self._not_arrived(question.span)
        if elsewhere is None:
            return question
        return replace(question, filter=both(question.filter, elsewhere))

    def _not_arrived(self, span: Span) -> Node | None:
        """Not what arrived in a stretch from a host that was watched in it itself."""
        known = self._known
        if span not in known:
            senders = self._senders(span)
            found = Not(And((Not(EGRESS), senders))) if senders else None
            # Threads may do this at once; each leaves a whole dictionary.
            self._known = {**dict(list(known.items())[1 - MOST_KNOWN :]), span: found}
            return found
        return known[span]

    def _senders(self, span: Span) -> Addresses | None:
        """The addresses that watched hosts have sent from."""
        asked = Question(span, frozenset({"outer_src"}), EGRESS, limit=MOST_SENDERS)
        found = columns.address(self.source.answer(asked).rows, "outer_src")
        each = [one.tobytes() for one in found if one.any()]
        ranges = tuple(Range(address, address) for address in sorted(each))
        return Addresses(("outer_src",), ranges) if ranges else None


def _looks_at_ends(leaf: Node) -> bool:
    return isinstance(leaf, Texts) and leaf.column in ENDS
