"""8. Low entropy: many inner flows behind few outer source ports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import Encap, Notice
from tunnel_monitor.diagnose.base import DIRECTION, Observation
from tunnel_monitor.diagnose.finding import Confidence, Severity, Subject, Suspicion, for_example
from tunnel_monitor.diagnose.members import numbers_among
from tunnel_monitor.diagnose.subjects import busiest, devices, network_of, subjects_of
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import KEY_WORDS, Rows, Words
from tunnel_monitor.flows.group import Groups
from tunnel_monitor.flows.noticed import Noticed

BITS = 128  # of each set
MOST_TOLD = 200
# Their source port is meant to be a hash of the inner flow (RFC 7348, section 5; RFC 8926, 3.3).
SPREADING = frozenset({Encap.VXLAN, Encap.VXLAN_GPE, Encap.GENEVE})


class LowEntropy:
    """Estimates how many ports and inner flows there are from which of their hashes were seen.

    A flow is looked at once a drain, so all that some seconds saw is put together: two sets, each
    of which takes in what is seen for half of that time.
    """

    name: ClassVar = "low-entropy"
    title: ClassVar = "Too few source ports"
    severity: ClassVar = Severity.LOW
    patience: ClassVar = "open_s"
    explains: ClassVar[frozenset[str]] = frozenset()
    notices: ClassVar = Notice.HEADERS

    def __init__(self) -> None:
        self._before = self._now = Sets.nothing()
        self._since_s = 0.0

    def judge(self, seen: Observation) -> Iterable[Suspicion]:
        """One suspicion for each direction of a tunnel."""
        if seen.now_s - self._since_s >= seen.thresholds.low_entropy_s / 2:
            self._before, self._since_s = self._now, seen.now_s
            self._now = Sets.nothing()
        self._now = self._now.joined(Sets.of(seen.noticed))
        lately = self._before.joined(self._now)
        ports, flows = counted(lately.bits[:, :2]), counted(lately.bits[:, 2:])
        few = ports <= seen.thresholds.low_entropy_share * flows
        enough = flows >= seen.thresholds.low_entropy_flows
        chosen = np.flatnonzero(few & enough)[:MOST_TOLD]
        suspected = columns.take(lately.tunnels, chosen)
        estimates = flows[chosen].tolist(), ports[chosen].tolist()
        examples = busiest(seen.flows, suspected, DIRECTION)
        for subject, behind, spread, example in zip(
            subjects_of(suspected), *estimates, examples, strict=True
        ):
            yield told(seen, subject, round(behind), round(spread), example)


@dataclass(frozen=True, slots=True)
class Sets:
    """Which hashes of ports and of flows were seen.

    Args:
        tunnels: (n,) FLOW, unique.
        bits: (n, 4) words: the set of ports, and the set of flows.
    """

    tunnels: Rows
    bits: Words

    @classmethod
    def nothing(cls) -> Sets:
        """Of no tunnel."""
        return cls(columns.empty(), np.zeros((0, 4), np.uint64))

    @classmethod
    def of(cls, noticed: Noticed) -> Sets:
        """In one drain, where source ports are meant to spread."""
        chosen = np.flatnonzero(numbers_among(columns.encap(noticed.tunnels), SPREADING))
        sets = (noticed.notices[name][chosen] for name in ("ports", "flows"))
        return cls(columns.take(noticed.tunnels, chosen), np.concatenate([*sets], axis=1))

    def joined(self, other: Sets) -> Sets:
        """In either."""
        tunnels = columns.join(self.tunnels, other.tunnels)
        groups = Groups.of(columns.words(tunnels)[:, :KEY_WORDS])
        bits = np.concatenate([self.bits, other.bits])
        if len(groups) < len(tunnels):
            tunnels = columns.take(tunnels, groups.any_row())
            bits = np.bitwise_or.reduceat(bits.take(groups.order, axis=0), groups.starts)
        return Sets(tunnels, bits)


def counted(sets: NDArray[np.uint64]) -> NDArray[np.float64]:
    """(n,) how many different things left these bits of (n, 2) words (linear counting)."""
    bits = np.unpackbits(np.ascontiguousarray(sets).view(np.uint8), axis=1).sum(axis=1)
    empty = np.maximum(BITS - bits.astype(np.float64), 0.5)
    return np.asarray(-BITS * np.log(empty / BITS))


def told(
    seen: Observation, subject: Subject, flows: int, ports: int, example: tuple[str, ...]
) -> Suspicion:
    """What is said of a sender."""
    sender = subject.peers[0]
    spread = "one UDP port" if ports == 1 else f"about {ports} UDP ports"
    return Suspicion(
        key=f"{subject.encap} {subject.vni} {' '.join(subject.peers)}",
        subject=subject,
        confidence=Confidence.HIGH if ports == 1 else Confidence.MEDIUM,
        evidence={
            "inner_flows": flows,
            "outer_source_ports": ports,
            "window_s": seen.thresholds.low_entropy_s,
        },
        explanation=(
            f"{sender} sends about {flows} inner flows of {network_of(subject)} from "
            f"{spread}{for_example(example)}. Links and receive queues are chosen by ports, so "
            "some carry all of it and others nothing."
        ),
        next=f"{devices(subject)}  # on {sender}: srcport",
        example=example,
    )
