"""5. VNI mismatch: two hosts have different numbers for one network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import Encap, Notice
from tunnel_monitor.diagnose.base import Observation
from tunnel_monitor.diagnose.finding import (
    Confidence,
    Severity,
    Subject,
    Suspicion,
    for_example,
)
from tunnel_monitor.diagnose.members import numbers_among
from tunnel_monitor.diagnose.subjects import capture, devices, one_each, subject_of
from tunnel_monitor.flows import columns, labels
from tunnel_monitor.flows.columns import ADDRESSES, KEY_WORDS, WORD, Rows
from tunnel_monitor.flows.group import mask_of
from tunnel_monitor.flows.numbering import places_among
from tunnel_monitor.kernel.overlay import Overlay

ARRIVING = frozenset({"encap", "vni", "outer_src"})
TALK = frozenset(ADDRESSES)
ANSWER = ("outer_dst", "outer_src", "inner_dst", "inner_src")
TURNED = [*(WORD[name] + half for name in ANSWER for half in (0, 1)), *range(8, KEY_WORDS)]
MOST = 50  # that are told in one drain


class VniMismatch:
    """Two ways to see it.

    On a host with tunnel devices: a VNI arrives for this host that none of them has, and nobody
    here sends into it (a container's device may be in a namespace of its own). Elsewhere, on a
    router or a mirror port: two endpoints talk, each in another VNI than the other. That is also
    how gateways look that route before they send (RFC 9135, section 4), so it is less sure.
    """

    name: ClassVar = "vni-mismatch"
    title: ClassVar = "Different VNIs for one network"
    severity: ClassVar = Severity.HIGH
    patience: ClassVar = "open_s"
    explains: ClassVar[frozenset[str]] = frozenset({"one-way"})
    notices: ClassVar = Notice(0)

    def judge(self, seen: Observation) -> Iterable[Suspicion]:
        """One suspicion for each VNI that arrives from a peer."""
        if seen.overlay and seen.overlay.tunnels:
            return unknown_here(seen, seen.overlay)
        return crossed(seen)


def unknown_here(seen: Observation, overlay: Overlay) -> Iterator[Suspicion]:
    """VNIs that arrive for this host, and that no device here has."""
    flows = seen.flows
    for encap, vnis in vnis_of(overlay).items():
        ours = (columns.encap(flows) == encap) & columns.has_vni(flows)
        sent = np.unique(flows["vni"][ours & ~seen.received]).tolist()
        strange = ours & seen.for_us & ~numbers_among(flows["vni"], {*vnis, *sent})
        rows = one_each(columns.where(flows, strange), ARRIVING, MOST)
        for place in range(len(rows)):
            subject = subject_of(rows, place)
            packets, size = arrived(seen, strange, subject)
            if packets < seen.thresholds.vni_mismatch_packets:
                continue
            other = [vni for vni in vnis_sent_by(flows, rows, place) if vni in vnis]
            yield Suspicion(
                key=key_of(subject),
                subject=replace(subject, endpoints=()),
                confidence=Confidence.HIGH,
                evidence={
                    "packets": packets,
                    "bytes": size,
                    "interval_s": round(seen.interval_s, 3),
                    **({"vni_here": other[0]} if other else {"vnis_here": len(vnis)}),
                },
                explanation=(
                    f"{subject.peers[0]} sends VNI {subject.vni} to this host"
                    f"{for_example(subject.endpoints)}, and no {subject.encap} device here has "
                    "that number"
                    + (f"; the network it is meant for has {other[0]} here" if other else "")
                    + ". All of it is dropped on arrival."
                ),
                next=devices(subject),
                related=tuple(other),
                example=subject.endpoints,
            )


def crossed(seen: Observation) -> Iterator[Suspicion]:
    """Flows whose answers come in another VNI than they, and none in their own."""
    known = columns.has_inner(seen.flows) & columns.has_vni(seen.flows)
    flows = columns.only(seen.flows, known & labels.has_address(seen.flows, "outer_src"))
    talks, turned = columns.words(flows)[:, :KEY_WORDS], columns.words(flows)[:, TURNED]
    answers = places_among(turned, talks, mask_of(TALK))
    answered = np.flatnonzero(answers >= 0)
    same = np.zeros(len(flows), bool)
    same[answered] = places_among(turned[answered], talks, mask_of(TALK | {"vni"})) >= 0
    rows = answered[~same[answered]]
    others = answers[rows]
    # Each is the other's answer: tell of the one with the higher number.
    told = ~same[others] & (flows["vni"][rows] > flows["vni"][others])
    for row, other in list(zip(rows[told].tolist(), others[told].tolist(), strict=True))[:MOST]:
        if flows["packets"][row] < seen.thresholds.vni_mismatch_packets:
            continue
        subject, sends = subject_of(flows, row), int(flows["vni"][other])
        yield Suspicion(
            key=key_of(subject),
            subject=subject,
            confidence=Confidence.LOW,
            evidence={
                "packets": int(flows["packets"][row]),
                "answer_packets": int(flows["packets"][other]),
                "answer_vni": sends,
            },
            explanation=(
                f"{subject.endpoints[0]} sends in VNI {subject.vni} to {subject.endpoints[1]}, "
                f"which answers in VNI {sends}. Either the two hosts have different numbers for "
                "one network, or a gateway routes between the two before it sends."
            ),
            next=capture(seen, flows[row : row + 1], subject.peers[0], "-e"),
            related=(sends,),
        )


def vnis_of(overlay: Overlay) -> dict[Encap, set[int]]:
    """Encapsulation -> the VNIs of this host's devices, unless one of them takes any."""
    found: dict[Encap, set[int]] = {}
    for encap, vni in overlay.by_network:
        found.setdefault(encap, set()).add(vni)
    external = {tunnel.encap for tunnel in overlay.tunnels if tunnel.external}
    return {encap: vnis for encap, vnis in found.items() if encap not in external}


def vnis_sent_by(flows: Rows, rows: Rows, place: int) -> list[int]:
    """The VNIs that somebody with the address sends into, for which a row is meant."""
    wanted = columns.address(rows, "inner_dst")[place]
    same = (columns.address(flows, "inner_src") == wanted).all(axis=1) & columns.has_inner(flows)
    vnis: list[int] = np.unique(flows["vni"][same]).tolist()
    return vnis


def arrived(seen: Observation, strange: NDArray[np.bool_], subject: Subject) -> tuple[int, int]:
    """Packets and bytes of it in this drain."""
    flows = columns.where(seen.flows, strange & (seen.flows["vni"] == subject.vni))
    packets, size, _ = columns.counts(flows)
    return packets, size


def key_of(subject: Subject) -> str:
    """One finding for each VNI that arrives from a peer."""
    return f"{subject.encap} {subject.vni} {subject.peers[0]}"
