"""5. VNI mismatch: two hosts have different numbers for one network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import Encap, Notice
from tunnel_monitor.diagnose.base import Observation
from tunnel_monitor.diagnose.finding import Confidence, Severity, Subject, Suspicion
from tunnel_monitor.diagnose.members import hashes_among, numbers_among
from tunnel_monitor.diagnose.subjects import capture, devices, one_each, subject_of
from tunnel_monitor.flows import columns, labels
from tunnel_monitor.flows.columns import Rows, Words
from tunnel_monitor.flows.group import mix
from tunnel_monitor.kernel.overlay import Overlay

ARRIVING = frozenset({"encap", "vni", "outer_src"})
TALK = ("outer_src", "outer_dst", "inner_src", "inner_dst")
ANSWER = ("outer_dst", "outer_src", "inner_dst", "inner_src")
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
                subject=subject,
                confidence=Confidence.HIGH,
                evidence={
                    "packets": packets,
                    "bytes": size,
                    "interval_s": round(seen.interval_s, 3),
                    **({"vni_here": other[0]} if other else {"vnis_here": len(vnis)}),
                },
                explanation=(
                    f"{subject.peers[0]} sends VNI {subject.vni} to this host, and no "
                    f"{subject.encap} device here has that number"
                    + (f"; the network it is meant for has {other[0]} here" if other else "")
                    + ". All of it is dropped on arrival."
                ),
                next=devices(subject),
                related=tuple(other),
            )


def crossed(seen: Observation) -> Iterator[Suspicion]:
    """Flows whose answers come in another VNI than they, and none in their own."""
    known = columns.has_inner(seen.flows) & columns.has_vni(seen.flows)
    flows = columns.where(seen.flows, known & labels.has_address(seen.flows, "outer_src"))
    talks, answers = mix(ends(flows, TALK)), mix(ends(flows, ANSWER))
    order = np.argsort(talks)
    first = np.searchsorted(talks[order], answers)
    exists = np.searchsorted(talks[order], answers, side="right") > first
    same = hashes_among(mix(with_vni(flows, ANSWER)), np.sort(mix(with_vni(flows, TALK))))
    rows = np.flatnonzero(exists & ~same)
    others = order[first[rows]]
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
            next=capture(seen, flows, subject.peers[0], "-e"),
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


def ends(flows: Rows, names: tuple[str, ...]) -> Words:
    """(n, 8) the addresses in that order."""
    return np.concatenate([columns.address(flows, name) for name in names], axis=1)


def with_vni(flows: Rows, names: tuple[str, ...]) -> Words:
    """(n, 9) the same, and the VNI."""
    return np.column_stack([ends(flows, names), flows["vni"].astype(np.uint64)])
