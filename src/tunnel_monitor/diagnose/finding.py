"""What is wrong, as values: what a detector suspects, and the finding that becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from typing import Any, TypeAlias

Evidence: TypeAlias = Mapping[str, int | float | str | list[str]]


class State(StrEnum):
    """Of a finding."""

    OPEN = "open"
    CLOSED = "closed"
    EVENT = "event"  # happened once, and is over: nothing is wrong any more


class Severity(StrEnum):
    """What it means for whoever sends through the overlay."""

    HIGH = "high"  # traffic is lost, or goes to somebody it is not meant for
    MEDIUM = "medium"  # traffic suffers, or will
    LOW = "low"  # odd; worth a look


class Confidence(StrEnum):
    """How sure a detector is that it is what it says."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding is about; what is empty is not part of it.

    Args:
        encap: label of the encapsulation.
        vni: the virtual network's number.
        peers: outer addresses: of one peer, or of a tunnel's two ends, the sender first.
        endpoints: inner addresses.
    """

    encap: str = ""
    vni: int | None = None
    peers: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()

    def shares(self, other: Subject) -> bool:
        """Whether both can have one cause: of one network, if both have one, and a common peer."""
        if None not in {self.vni, other.vni} and self.vni != other.vni:
            return False
        if not self.peers or not other.peers:
            return True
        return bool(set(self.peers) & set(other.peers))


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What one detector sees wrong in one drain.

    Args:
        key: what makes it the same suspicion in the next drain, within its detector.
        subject: what it is about, as far as is known; may become more exact.
        confidence: that it is this.
        evidence: what it was seen by: names with their units to counts, addresses, fields.
        explanation: two sentences: what happens, and what that does.
        next: the command to run next, or what to look at.
        held_s: for how many seconds of the drain it was so; None: for all of them.
        happened: whether it is over already, and only to be told.
        related: further networks that this explains faults in.
        peers_are_sure: whether it is about the peers that are named, or they only may be it.
        between: whether two peers that are named are a tunnel's ends, or each stands by itself.
        example: two inner addresses, the sender first, where it is about all of a tunnel: of a
            packet that showed it, or of who sends most there.
    """

    key: str
    subject: Subject
    confidence: Confidence
    evidence: Evidence
    explanation: str
    next: str
    held_s: float | None = None
    happened: bool = False
    related: tuple[int, ...] = ()
    peers_are_sure: bool = True
    between: bool = True
    example: tuple[str, ...] = ()

    def keeping(self, before: Suspicion) -> Suspicion:
        """The same with an earlier one's example: a reader need not see another in each drain."""
        if not before.example or self.example == before.example:
            return self
        ours, theirs = for_example(self.example), for_example(before.example)
        said = self.explanation.replace(ours, theirs) if ours else self.explanation
        return replace(self, example=before.example, explanation=said)


def for_example(example: tuple[str, ...]) -> str:
    """What the first sentence of an explanation ends with, if there is an example."""
    return f", for example from {example[0]} to {example[1]}" if example else ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A named fault of the overlay. A value: what changes makes a new one.

    Args:
        id: the same for the same fault of the same subject, as long as it is remembered.
        name: of the fault.
        title: the same in words.
        severity: what it means.
        state: open, closed or event.
        muted: whether it is kept quiet.
        seen: the newest suspicion.
        opened_ns: when it was first seen, by the wall clock, since 1970.
        last_ns: when it was last seen.
        closed_ns: when it was found to be over; None while it is open.
        times: how often it was opened.
        members: how many subjects it stands for; more than one where many are alike.
    """

    id: str
    name: str
    title: str
    severity: Severity
    state: State
    muted: bool
    seen: Suspicion
    opened_ns: int
    last_ns: int
    closed_ns: int | None = None
    times: int = 1
    members: int = 1

    def record(self) -> dict[str, Any]:
        """All members of a finding's JSON, in order; docs/reference/findings.md has them."""
        subject = self.seen.subject
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title,
            "state": self.state.value,
            "severity": self.severity.value,
            "confidence": self.seen.confidence.value,
            "muted": self.muted,
            "encap": subject.encap or None,
            "vni": subject.vni,
            "peers": list(subject.peers),
            "between": self.seen.between and len(subject.peers) > 1,
            "endpoints": list(subject.endpoints or self.seen.example),
            "example": bool(self.seen.example),
            "members": self.members,
            "opened": self.opened_ns / 10**9,
            "last": self.last_ns / 10**9,
            "closed": None if self.closed_ns is None else self.closed_ns / 10**9,
            "times": self.times,
            "explanation": self.seen.explanation,
            "evidence": dict(self.seen.evidence),
            "next": self.seen.next,
        }

    def line(self) -> dict[str, Any]:
        """The line of JSON that tells of its newest change, beside lines of flows."""
        newest_ns = self.last_ns if self.closed_ns is None else self.closed_ns
        return {"time": newest_ns / 10**9, "finding": self.record()}


def identity(name: str, key: str) -> str:
    """A short text that is the same for the same fault of the same subject, in every process."""
    return sha256(f"{name}\n{key}".encode()).hexdigest()[:12]
