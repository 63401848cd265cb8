"""Two stretches of time compared: who grew by how much, and whether one did nearly all of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.flows import columns, labels
from tunnel_monitor.flows.columns import KEY_WORDS, Rows
from tunnel_monitor.flows.filter.tree import (
    Addresses,
    Node,
    Range,
    Texts,
    Vnis,
    both,
)
from tunnel_monitor.flows.groupings import CONVERSATION, ENDPOINT
from tunnel_monitor.flows.numbering import Grouped, add_values
from tunnel_monitor.flows.question import Answer, Place, Question, Source, Span

EVERY = 1_000_000  # groups: all there are
SECOND_NS = 10**9

# What a culprit must have: less is noise, or has no one cause.
LEAST_SHARE = 0.5  # of all that grew
LEAST_BPS = 100_000
LEAST_OF_ALL = 0.1  # of all traffic of the time before
LEAST_OVER_NOISE = 3.0  # standard errors of the difference between the two means
LEAST_STEPS = 3  # in each of the two
MAIN_TARGET = 0.5  # of its growth goes to one endpoint, or none is named


@dataclass(frozen=True, slots=True)
class Growth:
    """Groups of flows in two stretches of time.

    Args:
        now: the answer about the later one.
        before: about the earlier one.
        places: a row's `interface` is a place in them.
        rows: (k,) FLOW, every group of either, without counts; who changed most comes first.
        counts: (k, 2, 3) packets, bytes and inner bytes of each, before and now.
    """

    now: Answer
    before: Answer
    places: tuple[Place, ...]
    rows: Rows
    counts: NDArray[np.uint64]

    @property
    def rates(self) -> NDArray[np.float64]:
        """(k, 2, 3) the same, each a second."""
        elapsed = np.array([self.before.elapsed_ns, self.now.elapsed_ns]) / SECOND_NS
        return np.asarray(self.counts / np.maximum(elapsed, 1e-9)[:, None])

    @property
    def changes(self) -> NDArray[np.float64]:
        """(k, 3) how much more each is a second; negative, where it is less."""
        rates = self.rates
        return np.asarray(rates[:, 1] - rates[:, 0])

    @property
    def shares(self) -> NDArray[np.float64]:
        """(k,) which part of all growth in bytes each is; 0 for those that did not grow."""
        grown = np.maximum(self.changes[:, 1], 0)
        return np.asarray(grown / max(grown.sum(), 1e-9))


def growth(source: Source, question: Question, before: Span) -> Growth:
    """Compare.

    Args:
        source: answers for both.
        question: about the later stretch; order, limit and offset do not matter.
        before: the earlier stretch.
    """
    asked = replace(question, order="bytes", descending=True, offset=0, limit=EVERY)
    answers = [source.answer(replace(asked, span=span)) for span in (before, question.span)]
    places = tuple(dict.fromkeys(place for answer in answers for place in answer.places))
    rows = columns.join(*(_moved(answer, places) for answer in answers))
    words, earlier = columns.words(rows), len(answers[0].rows)
    groups = Grouped.of(words[:, :KEY_WORDS], KEY_WORDS)
    sums = np.zeros((2, 3, len(groups.firsts)), np.uint64)
    for side, part in enumerate((slice(earlier), slice(earlier, None))):
        for count, added in enumerate(words[part, KEY_WORDS:].T):
            add_values(sums[side, count], groups.numbers[part], added)
    words[:, KEY_WORDS:] = 0
    whole = Growth(answers[1], answers[0], places, rows, sums.transpose(2, 0, 1))
    order = np.argsort(-np.abs(whole.changes[:, 1]), kind="stable")
    found = columns.take(rows, groups.firsts[order])
    return replace(whole, rows=found, counts=whole.counts[order])


def _moved(answer: Answer, places: tuple[Place, ...]) -> Rows:
    """Its rows, their `interface` being a place in other places."""
    if answer.places == places:
        return answer.rows
    rows = answer.rows.copy()
    numbers = np.array([places.index(place) for place in answer.places], np.uint32)
    rows["interface"] = numbers[rows["interface"]] if len(rows) else 0
    return rows


@dataclass(frozen=True, slots=True)
class Culprit:
    """Who grew most, if it did most of the growth.

    Args:
        rows: (1,) FLOW, grouped by `by`.
        by: CONVERSATION, if most of its growth goes to one endpoint; else ENDPOINT.
        places: as in Answer.
        bps: how many bits a second it sends more.
        pps: how many packets.
        share: which part of all growth that is.
        now: when.
        before: compared with when.
    """

    rows: Rows
    by: frozenset[str]
    places: tuple[Place, ...]
    bps: float
    pps: float
    share: float
    now: Span
    before: Span


def culprit(source: Source, question: Question, before: Span) -> Culprit | None:
    """Who it is; None where nothing grew enough, or many together did.

    Args:
        source: answers for both stretches.
        question: about the later stretch; only its span and filter matter.
        before: the earlier stretch.
    """
    senders = growth(source, replace(question, by=ENDPOINT), before)
    place = _suspect(senders)
    if place is None:
        return None
    who, by = columns.take(senders.rows, np.array([place])), ENDPOINT
    theirs = replace(question, filter=both(question.filter, _only(who)))
    if not _is_over_noise(source, theirs, before):
        return None
    change = senders.changes[place]
    conversations = growth(source, replace(theirs, by=CONVERSATION), before)
    target = _target(conversations, MAIN_TARGET * float(change[1]))
    if target is not None:
        who, by = target, CONVERSATION
    return Culprit(
        rows=who,
        by=by,
        places=senders.places,
        bps=float(change[1]) * 8,
        pps=float(change[0]),
        share=float(senders.shares[place]),
        now=senders.now.span,
        before=senders.before.span,
    )


def _suspect(senders: Growth) -> int | None:
    """Who grew most of those with an inner address, if it is enough."""
    changes = np.where(columns.has_inner(senders.rows), senders.changes[:, 1], 0)
    if not len(changes):
        return None
    place = int(changes.argmax())
    all_before = senders.rates[:, 0, 1].sum()
    enough = max(LEAST_BPS / 8, LEAST_OF_ALL * all_before)
    return place if changes[place] >= enough and senders.shares[place] >= LEAST_SHARE else None


def _only(sender: Rows) -> Node:
    """A filter that means what one endpoint sends."""
    vni = labels.vnis(sender)[0]
    return both(
        Texts("encap", (labels.encaps(sender)[0],)),
        Vnis(() if vni is None else ((vni, vni),), absent=vni is None),
        *(
            Addresses((name,), (Range(sender[name][0].tobytes(), sender[name][0].tobytes()),))
            for name in ("outer_src", "inner_src")
        ),
    )


def _is_over_noise(source: Source, question: Question, before: Span) -> bool:
    """Whether the difference is more than what its rates vary by in either time.

    Steps in which nothing was sent count, too.
    """
    rates = [_rates(source, replace(question, span=span)) for span in (before, question.span)]
    if min(map(len, rates)) < LEAST_STEPS:
        return False
    error = np.sqrt(sum(part.var(ddof=1) / len(part) for part in rates))
    return bool(rates[1].mean() - rates[0].mean() > LEAST_OVER_NOISE * error)


def _rates(source: Source, question: Question) -> NDArray[np.float64]:
    """(t,) bytes a second of all that a question means."""
    series = source.series(replace(question, by=frozenset(), limit=0), SECOND_NS)
    return np.asarray(series.counts[0, :, 1] / (series.elapsed_ns / SECOND_NS))


def _target(conversations: Growth, least: float) -> Rows | None:
    """(1,) FLOW, the conversation that grew most, if by so many bytes a second."""
    if not len(conversations.rows):
        return None
    place = conversations.changes[:, 1].argmax()
    if conversations.changes[place, 1] < least:
        return None
    return columns.take(conversations.rows, np.array([place]))
