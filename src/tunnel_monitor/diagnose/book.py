"""From suspicions to findings: opened late, closed late, once for each cause, not too many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tunnel_monitor.diagnose.base import Detector
from tunnel_monitor.diagnose.finding import Finding, State, Suspicion, identity
from tunnel_monitor.diagnose.mutes import Mutes
from tunnel_monitor.diagnose.thresholds import Thresholds

MOST_SUSPECTED = 2000  # subjects at a time; what comes beyond is counted and not looked at
MOST_CLOSED = 200


@dataclass(slots=True)
class Suspect:
    """A subject that some detector suspects.

    Args:
        kind: the detector.
        id: of the finding that it is, or will be.
        seen: the newest suspicion.
        first_ns: when it was first suspected, by the wall clock.
        held_s: for how many seconds it was suspected, in drains that need not be one after another.
        last_s: when it was last, in seconds of observation.
        last_ns: the same by the wall clock.
        finding: what became of it.
    """

    kind: Detector
    id: str
    seen: Suspicion
    first_ns: int
    last_ns: int
    held_s: float = 0.0
    last_s: float = 0.0
    finding: Finding | None = None


class Book:
    """All that is suspected, open, or was so lately.

    A finding opens once it was suspected for as long as its detector is patient, and closes once
    it has not been for `close_s`. One that comes back within `reopen_s` is the same one again.
    What a more telling finding explains is not told beside it.

    Args:
        thresholds: those in force.
        mutes: what is kept quiet.
    """

    def __init__(self, thresholds: Thresholds, mutes: Mutes) -> None:
        self._thresholds = thresholds
        self._mutes = mutes
        self._suspects: dict[str, Suspect] = {}
        self._closed: dict[str, Finding] = {}
        self.left_out = 0

    def enter(
        self,
        told: Iterable[tuple[Detector, Suspicion]],
        now_s: float,
        interval_s: float,
        time_ns: int,
    ) -> None:
        """Take in what all detectors said of one drain.

        Args:
            told: who suspects what; each subject once for each detector.
            now_s: seconds of observation.
            interval_s: of which so many are this drain's.
            time_ns: the drain's, by the wall clock.
        """
        for detector, suspicion in told:
            one = identity(detector.name, suspicion.key)
            if suspicion.happened:
                self._happened(detector, one, suspicion, time_ns)
            elif suspect := self._suspect(detector, one, suspicion, time_ns):
                suspect.seen = suspicion.keeping(suspect.seen)
                held_s = suspicion.held_s
                suspect.held_s += interval_s if held_s is None else held_s
                suspect.last_s, suspect.last_ns = now_s, time_ns
        self._settle(now_s, interval_s, time_ns)

    def findings(self) -> list[Finding]:
        """Those that are open, then closed ones and events."""
        opened = [one.finding for one in self._suspects.values() if one.finding]
        return [*opened, *self._closed.values()]

    def _suspect(
        self, detector: Detector, one: str, suspicion: Suspicion, time_ns: int
    ) -> Suspect | None:
        if one not in self._suspects:
            if len(self._suspects) >= MOST_SUSPECTED:
                self.left_out += 1
                return None
            self._suspects[one] = Suspect(detector, one, suspicion, time_ns, time_ns)
        return self._suspects[one]

    def _settle(self, now_s: float, interval_s: float, time_ns: int) -> None:
        grace_s = max(self._thresholds.close_s, interval_s * 1.5)
        telling = [other for other in self._suspects.values() if other.kind.explains]
        for suspect in list(self._suspects.values()):
            if now_s - suspect.last_s >= grace_s or explained(suspect, telling):
                self._close(suspect, time_ns)
            elif suspect.finding or suspect.held_s >= getattr(
                self._thresholds, suspect.kind.patience
            ):
                self._open(suspect)

    def _open(self, suspect: Suspect) -> None:
        before = suspect.finding or self._remembered(suspect)
        suspect.finding = Finding(
            id=suspect.id,
            name=suspect.kind.name,
            title=suspect.kind.title,
            severity=suspect.kind.severity,
            state=State.OPEN,
            muted=self._mutes.covers(suspect.kind.name, suspect.seen.subject, suspect.last_ns),
            seen=suspect.seen,
            opened_ns=before.opened_ns if before else suspect.first_ns,
            last_ns=suspect.last_ns,
            times=1 if before is None else before.times + (before.state is not State.OPEN),
        )

    def _remembered(self, suspect: Suspect) -> Finding | None:
        """The same finding, if it was closed only lately; it is not closed any more."""
        closed = self._closed.pop(suspect.id, None)
        if closed is None or closed.closed_ns is None:
            return None
        lately_ns = self._thresholds.reopen_s * 10**9
        return closed if suspect.first_ns - closed.closed_ns <= lately_ns else None

    def _close(self, suspect: Suspect, time_ns: int) -> None:
        del self._suspects[suspect.id]
        if suspect.finding:
            self._keep(replace(suspect.finding, state=State.CLOSED, closed_ns=time_ns))

    def _happened(self, detector: Detector, one: str, suspicion: Suspicion, time_ns: int) -> None:
        before = self._closed.get(one)
        self._keep(
            Finding(
                id=one,
                name=detector.name,
                title=detector.title,
                severity=detector.severity,
                state=State.EVENT,
                muted=self._mutes.covers(detector.name, suspicion.subject, time_ns),
                seen=suspicion,
                opened_ns=time_ns,
                last_ns=time_ns,
                closed_ns=time_ns,
                times=before.times + 1 if before else 1,
            )
        )

    def _keep(self, finding: Finding) -> None:
        self._closed.pop(finding.id, None)
        self._closed[finding.id] = finding
        while len(self._closed) > MOST_CLOSED:
            del self._closed[next(iter(self._closed))]


def explained(suspect: Suspect, telling: Iterable[Suspect]) -> bool:
    """Whether another suspicion says why this is so."""
    return any(
        suspect.kind.name in other.kind.explains and have_one_cause(other.seen, suspect.seen)
        for other in telling
    )


def have_one_cause(one: Suspicion, other: Suspicion) -> bool:
    """Whether the first is about the network and, if it is known, a peer of the second."""
    vnis = (one.subject.vni, *one.related)
    subject = other.subject if other.peers_are_sure else replace(other.subject, peers=())
    return any(replace(one.subject, vni=vni).shares(subject) for vni in vnis)
