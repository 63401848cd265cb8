"""2. MTU black hole: large packets vanish while small ones arrive."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import ClassVar

import numpy as np

from tunnel_monitor.contract import Example, Notice
from tunnel_monitor.diagnose.base import DIRECTION, Observation
from tunnel_monitor.diagnose.finding import Confidence, Severity, Subject, Suspicion, for_example
from tunnel_monitor.diagnose.members import Hashes, Mask, hashes_among
from tunnel_monitor.diagnose.pairs import keys
from tunnel_monitor.diagnose.subjects import busiest, example_of, network_of, subject_of
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import KEY_WORDS, Rows

MOST_SEGMENTS = 4096
FORGOTTEN_S = 8.0  # a sender waits twice as long before each repetition
LEAST_STUCK_S = 2.0
HEARD_S = 10.0
MOST_TOLD = 200
PING_HEADERS = {4: 20 + 8, 6: 40 + 8}  # IP and ICMP


@dataclass(slots=True)
class Stuck:
    """A TCP connection whose next large segment is the same again.

    Args:
        subject: the tunnel and the two endpoints.
        sequence: the segment's number.
        size: of the inner packet, as it was repeated first: what began in one buffer with others
            that the card cuts is repeated alone.
        first_s: when it was first seen, in seconds of observation.
        last_s: when last.
        times: in how many drains.
        answered: whether anything at all came back through the tunnel lately.
    """

    subject: Subject
    sequence: int
    size: int
    first_s: float
    last_s: float = 0.0
    times: int = 0
    answered: bool = False


class BlackHole:
    """Follows large TCP segments, and reads ICMP messages of a smaller MTU.

    A sender repeats what is not acknowledged. Where it repeats one large segment in drain after
    drain, while other packets do come back through the same tunnel, size is what makes the
    difference. A router that says so itself is believed.
    """

    name: ClassVar = "black-hole"
    title: ClassVar = "Large packets vanish"
    severity: ClassVar = Severity.HIGH
    patience: ClassVar = "black_hole_s"
    explains: ClassVar[frozenset[str]] = frozenset()
    notices: ClassVar = Notice.HEADERS | Notice.SEGMENTS

    def __init__(self) -> None:
        self._stuck: dict[tuple[bytes, int, int], Stuck] = {}
        self._heard: deque[tuple[float, Hashes]] = deque()

    def judge(self, seen: Observation) -> Iterable[Suspicion]:
        """One suspicion for each pair of endpoints, and for each tunnel that a router spoke of."""
        self._follow(seen)
        yield from too_big(seen)
        for key, stuck in list(self._stuck.items()):
            if seen.now_s - stuck.last_s > FORGOTTEN_S:
                del self._stuck[key]
            elif is_hole(stuck, seen):
                yield vanished(stuck, seen)

    def _follow(self, seen: Observation) -> None:
        """Take in a drain's segments."""
        rows, segments = seen.noticed.flows, seen.noticed.segments
        back = self._heard_from(rows, seen)
        keyed = columns.words(rows)[:, :KEY_WORDS]
        for place in range(len(rows)):
            segment = segments[place]
            key = (keyed[place].tobytes(), int(segment["src_port"]), int(segment["dst_port"]))
            stuck = self._stuck.get(key)
            if stuck is None and len(self._stuck) >= MOST_SEGMENTS:
                continue
            if stuck is None or stuck.sequence != int(segment["sequence"]):
                subject = subject_of(rows, place)
                stuck = Stuck(subject, int(segment["sequence"]), int(segment["size"]), seen.now_s)
                self._stuck[key] = stuck
            elif stuck.times == 1:
                stuck.size = int(segment["size"])
            stuck.last_s, stuck.times = seen.now_s, stuck.times + 1
            stuck.answered = bool(back[place])

    def _heard_from(self, rows: Rows, seen: Observation) -> Mask:
        """(n,) from whose other end anything came lately."""
        self._heard.append((seen.now_s, np.sort(seen.directions.keys)))
        while self._heard[0][0] <= seen.now_s - max(HEARD_S, seen.interval_s):
            self._heard.popleft()
        turned = keys(rows, turned=True)
        masks = [hashes_among(turned, ascending) for _, ascending in self._heard]
        return np.asarray(np.logical_or.reduce(masks))


def is_hole(stuck: Stuck, seen: Observation) -> bool:
    """Whether it was repeated often enough, and something came back meanwhile."""
    return (
        stuck.answered
        and stuck.times >= seen.thresholds.black_hole_repeats
        and stuck.last_s - stuck.first_s >= LEAST_STUCK_S
    )


def vanished(stuck: Stuck, seen: Observation) -> Suspicion:
    """What is said of a connection that does not get on."""
    subject = stuck.subject
    src, dst = subject.endpoints
    # Several segments that the card cuts are no packet that could be sent.
    packet = min(filter(None, (stuck.size, seen.interface_mtu)), default=0)
    payload = max(0, packet - PING_HEADERS[ip_address(dst).version])
    return Suspicion(
        key=f"{subject.encap} {subject.vni} {' '.join(subject.peers)} {src} {dst}",
        subject=subject,
        confidence=Confidence.MEDIUM,
        evidence={
            "rule": "repeated",
            "segment_bytes": stuck.size,
            "sequence": stuck.sequence,
            "times": stuck.times,
            "seconds": round(stuck.last_s - stuck.first_s, 1),
        },
        explanation=(
            f"{src} in {network_of(subject)} sends one and the same packet of {stuck.size} "
            f"bytes to {dst} again and again, while small ones come and go. Connections are set "
            "up and then hang."
        ),
        next=f"ping -M do -s {payload} {dst}  # from {src}, with smaller and smaller sizes",
    )


def too_big(seen: Observation) -> Iterator[Suspicion]:
    """ICMP messages of a smaller MTU that quote a tunnel's packet."""
    rows, notices = seen.noticed.tunnels, seen.noticed.notices
    places = np.flatnonzero(notices["too_big"])[:MOST_TOLD]
    examples = busiest(seen.flows, columns.take(rows, places), DIRECTION)
    for place, likely in zip(places.tolist(), examples, strict=True):
        subject = subject_of(rows, place)
        example = example_of(seen, place, Example.TOO_BIG) or likely  # few bytes may be quoted
        sender, receiver = subject.peers
        mtu = int(notices["too_big_mtu"][place])
        yield Suspicion(
            key=f"{subject.encap} {subject.vni} {sender} {receiver}",
            subject=subject,
            confidence=Confidence.HIGH,
            evidence={
                "rule": "icmp",
                "messages": int(notices["too_big"][place]),
                "path_mtu_bytes": mtu,
                "interval_s": round(seen.interval_s, 3),
            },
            explanation=(
                f"A router says that packets from {sender} to {receiver} are too big for the way"
                f"{f', which takes {mtu} bytes' if mtu else ''}{for_example(example)}. If the "
                "sender does not heed it, large packets vanish while small ones arrive."
            ),
            next=f"ip route get {receiver}; tracepath -n {receiver}  # on {sender}: mtu",
            example=example,
        )
