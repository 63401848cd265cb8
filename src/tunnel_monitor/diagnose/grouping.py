"""Many findings that are alike told as one: a host that is down is one fault, not forty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import NamedTuple

from tunnel_monitor.diagnose.finding import Finding, State, Subject, identity

MOST_CLOSED = 50


class Likeness(NamedTuple):
    """What the members of a group have in common: all but `common` they have for certain."""

    name: str
    muted: bool
    common: Subject


@dataclass(frozen=True, slots=True)
class Group:
    """Findings that are told as one.

    Args:
        told: it.
        members: the ids of all that were ever part of it.
    """

    told: Finding
    members: frozenset[str]


class Grouping:
    """Puts open findings together that have a name and a peer, or a network, in common.

    A group stays one until the last of it has closed, and closes as one.

    Args:
        at: how many there must be to begin a group.
    """

    def __init__(self, at: float) -> None:
        self._at = max(at, 2)
        self._groups: dict[Likeness, Group] = {}
        self._closed: list[Group] = []

    def told(
        self, findings: Sequence[Finding], time_ns: int, here: Collection[str] = ()
    ) -> list[Finding]:
        """The findings as they are told.

        Args:
            findings: open ones, then others.
            time_ns: now, by the wall clock.
            here: outer addresses of this host: that all have one in common says where the monitor
                stands, not what is wrong.
        Returns:
            Open ones, then others, each the newest first.
        """
        opened = [one for one in findings if one.state is State.OPEN]
        single = self._put_together(opened, time_ns, here)
        hidden = frozenset().union(
            *(group.members for group in (*self._groups.values(), *self._closed))
        )
        closed = [
            *(group.told for group in self._closed),
            *(one for one in findings if one.state is not State.OPEN and one.id not in hidden),
        ]
        return [
            *sorted((*single, *(group.told for group in self._groups.values())), key=newest_open),
            *sorted(closed, key=newest_closed),
        ]

    def _put_together(
        self, opened: Iterable[Finding], time_ns: int, here: Collection[str]
    ) -> list[Finding]:
        """Update all groups, begin new ones; what is in none of them."""
        by_name: dict[tuple[str, bool], list[Finding]] = {}
        for finding in opened:
            by_name.setdefault((finding.name, finding.muted), []).append(finding)
        for known, group in list(self._groups.items()):
            members, by_name[known[:2]] = parted(by_name.get(known[:2], []), known.common, here)
            if members:
                self._groups[known] = as_one(members, known, group.members)
            else:
                self._close(known, time_ns)
        return [
            one
            for (name, muted), left in by_name.items()
            for one in self._begin_groups(Likeness(name, muted, Subject()), left, here)
        ]

    def _begin_groups(
        self, kind: Likeness, findings: list[Finding], here: Collection[str]
    ) -> list[Finding]:
        """Begin groups of findings of one kind, the largest first; what is in none of them."""
        left = findings
        while len(left) >= self._at:
            counts = Counter(common for one in left for common in commons(one, here))
            common, size = max(counts.items(), key=itemgetter(1), default=(Subject(), 0))
            if size < self._at:
                break
            members, left = parted(left, common, here)
            likeness = kind._replace(common=common)
            self._groups[likeness] = as_one(members, likeness, frozenset())
        return left

    def _close(self, likeness: Likeness, time_ns: int) -> None:
        group = self._groups.pop(likeness)
        told = replace(group.told, state=State.CLOSED, closed_ns=time_ns)
        self._closed = [one for one in self._closed if one.told.id != told.id][1 - MOST_CLOSED :]
        self._closed.append(Group(told, group.members))


def commons(finding: Finding, here: Collection[str]) -> list[Subject]:
    """What a finding may have in common with others; peers come first, then the network."""
    subject = finding.seen.subject
    networks = [] if subject.vni is None else [Subject(subject.encap, subject.vni)]
    return [*(Subject(peers=(peer,)) for peer in subject.peers if peer not in here), *networks]


def parted(
    findings: Iterable[Finding], common: Subject, here: Collection[str]
) -> tuple[list[Finding], list[Finding]]:
    """Those that have something in common, and the others."""
    ours: list[Finding] = []
    others: list[Finding] = []
    for one in findings:
        (ours if common in commons(one, here) else others).append(one)
    return ours, others


def as_one(members: list[Finding], likeness: Likeness, before: frozenset[str]) -> Group:
    """The group of some findings, and of those that were part of it before."""
    first = members[0]
    evidence = {"findings": len(members), **first.seen.evidence}
    told = replace(
        first,
        id=identity(likeness.name, f"together {likeness.muted} {likeness.common}"),
        seen=replace(first.seen, subject=likeness.common, evidence=evidence, example=()),
        opened_ns=min(one.opened_ns for one in members),
        last_ns=max(one.last_ns for one in members),
        times=1,
        members=len(members),
    )
    return Group(told, before | {one.id for one in members})


def newest_open(finding: Finding) -> int:
    """Sorts the newest to the front."""
    return -finding.opened_ns


def newest_closed(finding: Finding) -> int:
    """Likewise."""
    return -(finding.closed_ns or 0)
