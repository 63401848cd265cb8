"""11. Wrong DF, ECN or DSCP handling: the outer header says otherwise than the inner one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import Encap, Example, Mark, Notice
from tunnel_monitor.diagnose.base import Observation
from tunnel_monitor.diagnose.finding import Confidence, Evidence, Severity, Suspicion, for_example
from tunnel_monitor.diagnose.members import numbers_among
from tunnel_monitor.diagnose.memory import Memory
from tunnel_monitor.diagnose.pairs import are_unicast, keys
from tunnel_monitor.diagnose.subjects import capture, example_of, network_of, subject_of
from tunnel_monitor.flows import columns

MOST_TOLD = 200
REMEMBERED_S = 10.0  # marks of one direction, until some of the other are seen
NAMES = ("not-ect", "ect1", "ect0", "ce")  # RFC 3168, section 5
# inner -> outer ones that no encapsulator may send and no router may make of those it may
# (RFC 6040, section 4.1; RFC 3168, section 9.1.1, for CE that becomes ECT(0)).
WRONG_ECN = {0: (1, 2, 3), 1: (2,), 2: (1,), 3: (1,)}
WRONG_ECN_BITS = sum(1 << inner * 4 + outer for inner, all_ in WRONG_ECN.items() for outer in all_)
DF_LOST = 1 << 2  # inner set, outer clear
# RFC 2003, section 3.1, is about these; VXLAN and Geneve have rules of their own.
KEEPS_DF = frozenset({Encap.IPIP})


class Dscp:
    """A small matrix of inner against outer, by direction.

    DSCP may be copied to the outside or not (RFC 2983), but not copied one way and lost the other:
    then one host is set up otherwise, or somebody on the way wipes it off.
    """

    name: ClassVar = "dscp"
    title: ClassVar = "Marks are handled wrongly"
    severity: ClassVar = Severity.LOW
    patience: ClassVar = "open_s"
    explains: ClassVar[frozenset[str]] = frozenset()
    notices: ClassVar = Notice.HEADERS

    def __init__(self) -> None:
        self._marks = Memory(REMEMBERED_S)

    def judge(self, seen: Observation) -> Iterable[Suspicion]:
        """One suspicion for each direction of a tunnel and each rule it breaks."""
        rows, notices = seen.noticed.tunnels, seen.noticed.notices
        enough = notices["sampled"] >= seen.thresholds.dscp_packets
        ecn = np.where(enough, notices["ecn"] & WRONG_ECN_BITS, 0)
        for place in np.flatnonzero(ecn)[:MOST_TOLD].tolist():
            yield wrong_ecn(seen, place, int(ecn[place]))
        keeps = numbers_among(columns.encap(rows), KEEPS_DF)
        cleared = enough & keeps & (notices["df"] & DF_LOST != 0)
        for place in np.flatnonzero(cleared)[:MOST_TOLD].tolist():
            yield lost_df(seen, place)
        yield from self._one_sided(seen, enough)

    def _one_sided(self, seen: Observation, enough: NDArray[np.bool_]) -> Iterator[Suspicion]:
        """DSCP that is copied one way and lost the other."""
        rows, notices = seen.noticed.tunnels, seen.noticed.notices
        ours, theirs = keys(rows), keys(rows, turned=True)
        self._marks.add(ours, notices["marks"], seen.now_s, how=max)
        lost = (notices["marks"] & Mark.COPIED == 0) & (notices["marks"] != 0) & are_unicast(rows)
        for place in np.flatnonzero(lost & enough)[:MOST_TOLD].tolist():
            back = self._marks.of(int(theirs[place]))
            if back & Mark.COPIED and not back & ~Mark.COPIED:
                yield lost_mark(seen, place)


def wrong_ecn(seen: Observation, place: int, bits: int) -> Suspicion:
    """An outer ECN field that cannot have come about rightly."""
    subject = subject_of(seen.noticed.tunnels, place)
    pairs = [(bit >> 2, bit & 3) for bit in range(16) if bits >> bit & 1]
    inner, outer = pairs[0]
    evidence: Evidence = {
        "rule": "ecn",
        "pairs": [f"{NAMES[one]} inside, {NAMES[other]} outside" for one, other in pairs],
    }
    example = example_of(seen, place, Example.ECN)
    explanation = (
        f"{subject.peers[0]} sends {network_of(subject)} to {subject.peers[1]} with ECN "
        f"{NAMES[inner]} inside and {NAMES[outer]} outside, which RFC 6040 does not "
        f"allow{for_example(example)}. Receivers may drop such packets, or take a congestion for "
        "none."
    )
    return suspicion(seen, place, example, evidence, explanation)


def lost_df(seen: Observation, place: int) -> Suspicion:
    """RFC 2003: what must not be cut inside may be cut outside."""
    subject = subject_of(seen.noticed.tunnels, place)
    example = example_of(seen, place, Example.DF)
    explanation = (
        f"{subject.peers[0]} clears DF outside where it is set inside (RFC 2003, section "
        f"3.1){for_example(example)}. Packets that must not be cut are, and nobody learns the "
        "path's MTU."
    )
    return suspicion(seen, place, example, {"rule": "df"}, explanation)


def lost_mark(seen: Observation, place: int) -> Suspicion:
    """DSCP that the other direction keeps."""
    subject = subject_of(seen.noticed.tunnels, place)
    notices = seen.noticed.notices[place]
    inner, outer = int(notices["inner_mark"]), int(notices["outer_mark"])
    evidence: Evidence = {"rule": "dscp", "inner_dscp": inner, "outer_dscp": outer}
    example = example_of(seen, place, Example.MARK)
    explanation = (
        f"{subject.peers[0]} sends {network_of(subject)} with DSCP {inner} inside and {outer} "
        f"outside{for_example(example)}, while what {subject.peers[1]} sends back has the same in "
        "both. One of them is set up otherwise, or somebody on the way wipes the mark off."
    )
    return suspicion(seen, place, example, evidence, explanation)


def suspicion(
    seen: Observation,
    place: int,
    example: tuple[str, ...],
    evidence: Evidence,
    explanation: str,
) -> Suspicion:
    """What all of these have in common."""
    rows = seen.noticed.tunnels
    subject = subject_of(rows, place)
    return Suspicion(
        key=f"{evidence['rule']} {subject.encap} {subject.vni} {' '.join(subject.peers)}",
        subject=subject,
        confidence=Confidence.MEDIUM if evidence["rule"] == "dscp" else Confidence.HIGH,
        evidence=evidence,
        explanation=explanation,
        next=capture(seen, rows[place : place + 1], subject.peers[0], "-v"),
        example=example,
    )
