"""12. Header anomalies: tunnel headers that say something odd."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import numpy as np

from tunnel_monitor.contract import Example, Notice, Quirk
from tunnel_monitor.diagnose.base import Observation
from tunnel_monitor.diagnose.finding import Confidence, Severity, Suspicion, for_example
from tunnel_monitor.diagnose.subjects import capture, example_of, listed, subject_of

MOST_TOLD = 200
MEANINGS = {
    Quirk.RESERVED_BITS: "have reserved bits set (RFC 7348, section 5)",
    Quirk.NO_VNI: "have no VNI: the I flag is clear (RFC 7348, section 5)",
    Quirk.CRITICAL: "have an option that whoever does not know it must not accept "
    "(RFC 8926, section 3.5)",
    Quirk.ZERO_CHECKSUM: "have no UDP checksum, over IPv6 (RFC 6935, RFC 6936)",
    Quirk.GTPU_ERROR: "are error indications: the far end knows no such tunnel "
    "(TS 29.281, section 7.3.1)",
}


class Header:
    """Looks at the first packet of each flow."""

    name: ClassVar = "header"
    title: ClassVar = "Odd tunnel headers"
    severity: ClassVar = Severity.MEDIUM
    patience: ClassVar = "open_s"
    explains: ClassVar[frozenset[str]] = frozenset({"decap-failure", "one-way"})
    notices: ClassVar = Notice.HEADERS

    def judge(self, seen: Observation) -> Iterable[Suspicion]:
        """One suspicion for each direction of a tunnel."""
        rows, notices = seen.noticed.tunnels, seen.noticed.notices
        enough = notices["sampled"] >= seen.thresholds.header_packets
        odd = enough & (notices["quirks"] != 0)
        for place in np.flatnonzero(odd)[:MOST_TOLD].tolist():
            subject = subject_of(rows, place)
            sender = subject.peers[0]
            example = example_of(seen, place, Example.HEADER)
            quirks = [one for one in Quirk if int(notices["quirks"][place]) >> one & 1]
            header = int(notices["header"][place]).to_bytes(8, "little").hex(" ")
            yield Suspicion(
                key=f"{subject.encap} {subject.vni} {' '.join(subject.peers)}",
                subject=subject,
                confidence=Confidence.HIGH,
                evidence={
                    "quirks": [one.label for one in quirks],
                    "header": header,
                    "sampled_packets": int(notices["sampled"][place]),
                    "interval_s": round(seen.interval_s, 3),
                },
                explanation=(
                    f"{subject.encap} headers from {sender} to {subject.peers[1]} "
                    f"{listed(MEANINGS[one] for one in quirks)}{for_example(example)}. Receivers "
                    "differ in what they do with that: some do not mind, some drop the packet "
                    "without a word."
                ),
                next=capture(seen, rows[place : place + 1], sender, "-xx"),
                example=example,
            )
