"""9. Rogue tunnel: somebody sends tunnel packets who is none of the peers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv6Address, IPv6Network
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import PATH_BITS, Encap, Notice
from tunnel_monitor.diagnose.base import Observation
from tunnel_monitor.diagnose.finding import (
    Confidence,
    Severity,
    Subject,
    Suspicion,
    for_example,
)
from tunnel_monitor.diagnose.members import are_among, hashes_among
from tunnel_monitor.diagnose.subjects import (
    capture,
    capture_inside,
    network_of,
    one_each,
    subject_of,
)
from tunnel_monitor.flows import addresses, columns
from tunnel_monitor.flows.columns import KEY_WORDS, Rows
from tunnel_monitor.flows.group import coarsened, mix
from tunnel_monitor.kernel.overlay import LocalTunnel, Networks, Overlay

SENDER = frozenset({"encap", "vni", "outer_src"})
NESTED = frozenset({"encap", "vni", "outer_src", "outer_dst"})
MOST_NEW = 1000  # senders that are looked at in one drain; the others wait for the next
MOST_TOLD = 50
LOOK_AGAIN_S = 60.0  # at those who were known


@dataclass(frozen=True, slots=True)
class Breach:
    """Why a peer is none of ours.

    Args:
        rule: that it breaks, in a word.
        says: the same in half a sentence.
        confidence: that this means what it says.
    """

    rule: str
    says: str
    confidence: Confidence


class Rogue:
    """Compares who sends with who is known to.

    Known is whom the user named; else, by what a tunnel device says of itself: the far ends and
    forwarding entries that somebody made for it, or, where it finds its peers by a multicast
    group that no router forwards, whoever is on the same link. Devices whose peers somebody
    chooses packet by packet (`external`) say nothing, so nobody is a stranger to them.

    Args:
        peers: networks whose addresses are peers; none means that the devices are asked.
    """

    name: ClassVar = "rogue"
    title: ClassVar = "Tunnel packets from a stranger"
    severity: ClassVar = Severity.HIGH
    patience: ClassVar = "rogue_s"
    explains: ClassVar[frozenset[str]] = frozenset({"one-way"})
    notices: ClassVar = Notice(0)

    def __init__(self, peers: Iterable[IPv6Network] = ()) -> None:
        self._peers = tuple(peers)
        self._known = np.zeros(0, np.uint64)
        self._known_since_s = 0.0

    def judge(self, seen: Observation) -> Iterable[Suspicion]:
        """One suspicion for each stranger and network, and for each endpoint that makes tunnels."""
        if seen.overlay:
            yield from self._strangers(seen, seen.overlay)
        yield from nested(seen)

    def _strangers(self, seen: Observation, overlay: Overlay) -> Iterator[Suspicion]:
        if seen.now_s - self._known_since_s >= LOOK_AGAIN_S:
            self._known, self._known_since_s = np.zeros(0, np.uint64), seen.now_s
        flows = columns.where(seen.flows, seen.for_us)
        new = one_each(
            columns.where(flows, ~hashes_among(senders(flows), self._known)), SENDER, MOST_NEW
        )
        devices = overlay.by_network
        breaches = [self._breach(new, place, devices, overlay) for place in range(len(new))]
        fine = np.array([breach is None for breach in breaches], bool)
        self._known = np.sort(np.concatenate([self._known, senders(new)[fine]]))
        for place in np.flatnonzero(~fine)[:MOST_TOLD].tolist():
            breach = breaches[place]
            if breach:
                yield stranger(seen, flows, subject_of(new, place), breach)

    def _breach(self, rows: Rows, place: int, devices: Networks, overlay: Overlay) -> Breach | None:
        """What the sender of a row breaks; None if it may send."""
        sender = bytes(rows["outer_src"][place])
        if self._peers:
            address = IPv6Address(sender)
            if any(address in network for network in self._peers):
                return None
            return Breach("named", "is none of the peers that were named", Confidence.HIGH)
        network = (Encap(int(columns.encap(rows)[place])), int(rows["vni"][place]))
        return breach_of(sender, devices.get(network, ()), overlay)


def breach_of(sender: bytes, devices: Sequence[LocalTunnel], overlay: Overlay) -> Breach | None:
    """What a sender breaks, by the devices of its network; None if it may send."""
    made = frozenset().union(*(device.peers for device in devices))
    if sender in made or sender in overlay.addresses or any(one.external for one in devices):
        return None
    ends = np.frombuffer(b"".join(sorted(made)), np.uint64).reshape(-1, 2)
    if not addresses.are_hosts(ends).all():
        if any(device.ttl > 1 for device in devices) or overlay.on_link(sender):
            return None
        says = "is not on this host's link, which the group that finds the peers does not leave"
        return Breach("link", says, Confidence.HIGH)
    if not made:
        return None
    learns = any(device.learns for device in devices)
    confidence = Confidence.MEDIUM if learns else Confidence.HIGH
    return Breach("entries", "is in no forwarding entry that somebody made here", confidence)


def stranger(seen: Observation, flows: Rows, subject: Subject, breach: Breach) -> Suspicion:
    """What is said of somebody who may not send, by one of the flows that come from there."""
    sender = subject.peers[0]
    theirs = columns.where(
        flows, are_among(columns.address(flows, "outer_src"), [addresses.parse(sender)])
    )
    packets, size, _ = columns.counts(theirs)
    return Suspicion(
        key=f"{subject.encap} {subject.vni} {sender}",
        subject=replace(subject, endpoints=()),
        confidence=breach.confidence,
        evidence={
            "rule": breach.rule,
            "packets": packets,
            "bytes": size,
            "interval_s": round(seen.interval_s, 3),
        },
        explanation=(
            f"{sender} sends tunnel packets of {network_of(subject)} to this host"
            f"{for_example(subject.endpoints)}, and {breach.says}. Whoever can do that is inside "
            "the network, as if connected to it."
        ),
        next=capture(seen, theirs, sender, "-e"),
        example=subject.endpoints,
    )


def nested(seen: Observation) -> Iterator[Suspicion]:
    """Endpoints that send a tunnel inside their tunnel to a peer, so as to be let out there.

    Hosts that are guests themselves carry tunnels in tunnels too, but to each other.
    """
    flows = seen.flows
    inside = columns.path(flows) >> PATH_BITS != 0
    if not inside.any():
        return
    outer = columns.where(flows, ~inside)
    peers = {
        bytes(address)
        for name in ("outer_src", "outer_dst")
        for address in np.unique(outer[name]).tolist()
    }
    to_peer = inside & are_among(columns.address(flows, "outer_dst"), peers)
    by_guest = to_peer & ~are_among(columns.address(flows, "outer_src"), peers)
    rows = one_each(columns.where(flows, by_guest), NESTED, MOST_TOLD)
    for place in range(len(rows)):
        tunnel = subject_of(rows, place)
        guest, peer = tunnel.peers
        yield Suspicion(
            key=f"nested {tunnel.encap} {tunnel.vni} {guest} {peer}",
            subject=Subject(tunnel.encap, tunnel.vni, (peer,), (guest,)),
            confidence=Confidence.MEDIUM,
            evidence={
                "rule": "nested",
                "sender": guest,
                "addressed_peer": peer,
                "packets": int(rows["packets"][place]),
                "inner_endpoints": list(tunnel.endpoints),
            },
            explanation=(
                f"{guest}, an endpoint, sends {tunnel.encap} packets of {network_of(tunnel)} to "
                f"the peer {peer}, inside its own tunnel. If that peer opens them, the endpoint is "
                "in a network that it was not given."
            ),
            next=capture_inside(seen, rows[place : place + 1], guest),
        )


def senders(rows: Rows) -> NDArray[np.uint64]:
    """(n,) hashes of who sends in which network."""
    return mix(columns.words(coarsened(rows, SENDER))[:, :KEY_WORDS])
