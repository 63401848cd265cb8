"""3. Fragmented tunnel: outer packets that are cut in two on their way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import numpy as np

from tunnel_monitor.contract import Example, Notice
from tunnel_monitor.diagnose.base import Observation
from tunnel_monitor.diagnose.finding import Confidence, Severity, Suspicion, for_example
from tunnel_monitor.diagnose.subjects import capture, example_of, network_of, subject_of

MOST_TOLD = 200


class Fragments:
    """Counts first fragments by tunnel. What follows them has no tunnel header to be known by."""

    name: ClassVar = "fragments"
    title: ClassVar = "Tunnel packets are cut in two"
    severity: ClassVar = Severity.MEDIUM
    patience: ClassVar = "open_s"
    explains: ClassVar[frozenset[str]] = frozenset()
    notices: ClassVar = Notice.HEADERS

    def judge(self, seen: Observation) -> Iterable[Suspicion]:
        """One suspicion for each direction of a tunnel."""
        rows, notices = seen.noticed.tunnels, seen.noticed.notices
        rates = notices["fragments"] / seen.interval_s
        for place in np.flatnonzero(rates >= seen.thresholds.fragments_per_s)[:MOST_TOLD].tolist():
            subject = subject_of(rows, place)
            sender = subject.peers[0]
            example = example_of(seen, place, Example.FRAGMENT)
            size = int(notices["fragment_size"][place])
            only = "ip6[6] == 44" if ":" in sender else "ip[6:2] & 0x3fff != 0"
            yield Suspicion(
                key=f"{subject.encap} {subject.vni} {' '.join(subject.peers)}",
                subject=subject,
                confidence=Confidence.HIGH,
                evidence={
                    "first_fragments": int(notices["fragments"][place]),
                    "interval_s": round(seen.interval_s, 3),
                    "largest_fragment_bytes": size,
                },
                explanation=(
                    f"{sender} sends {network_of(subject)} to {subject.peers[1]} in outer packets "
                    f"that are cut to {size} bytes{for_example(example)}. Each costs two, both "
                    "must arrive, and a receiver cannot spread the second parts over its queues."
                ),
                next=f"{capture(seen, rows[place : place + 1], sender, '-v')} and '{only}'",
                example=example,
            )
