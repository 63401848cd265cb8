"""10. Hog: one endpoint takes more than its share of the link, or of the growth."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from tunnel_monitor.contract import Notice
from tunnel_monitor.diagnose.base import Observation
from tunnel_monitor.diagnose.finding import Confidence, Severity, Suspicion
from tunnel_monitor.diagnose.subjects import capture, network_of, subject_of
from tunnel_monitor.flows import addresses, columns
from tunnel_monitor.flows.columns import KEY_WORDS, Rows
from tunnel_monitor.flows.group import coarsened, group

ENDPOINT = frozenset({"encap", "vni", "inner_src"})
NOW_S = 3.0  # over which a rate is taken
MOST_ENDPOINTS = 500  # of one drain that are remembered, the largest
LEAST_ENDPOINTS = 3  # who sends alone takes nothing from others
LEAST_BEFORE_S = 5.0  # of a past to compare with
NORMAL_S = 3600.0  # what goes on for so long is how it is


class Drain(NamedTuple):
    """What is remembered of one drain: when it ended, how long it was, all bytes, by endpoint."""

    at_s: float
    seconds: float
    size: int
    endpoints: Rows


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some drains together.

    Args:
        seconds: how long they were.
        bps: bits a second of all endpoints.
        endpoints: (n,) FLOW by endpoint.
    """

    seconds: float
    bps: float
    endpoints: Rows

    @classmethod
    def of(cls, drains: Iterable[Drain]) -> Stretch:
        """Add them up."""
        some = list(drains)
        seconds = sum(drain.seconds for drain in some)
        bps = sum(drain.size for drain in some) * 8 / seconds if seconds else 0.0
        rows = columns.join(columns.empty(), *(drain.endpoints for drain in some))
        return cls(seconds, bps, group(rows, ENDPOINT))

    def bps_of(self, key: bytes) -> float:
        """Bits a second of one endpoint, by the bytes of its row's key."""
        words = np.frombuffer(key, np.uint64)
        same = (columns.words(self.endpoints)[:, :KEY_WORDS] == words).all(axis=1)
        return int(self.endpoints["bytes"][same].sum()) * 8 / self.seconds if self.seconds else 0.0


@dataclass(slots=True)
class Hogging:
    """An endpoint that took over.

    Args:
        since_s: when, in seconds of observation.
        rule: `growth` or `link`.
        before_bps: its rate before that.
        growth_share: its part of what all grew by then.
        peak_bps: its highest rate since.
    """

    since_s: float
    rule: str
    before_bps: float
    growth_share: float
    peak_bps: float


class Hog:
    """Compares the last seconds with the half minute before them.

    All traffic must have grown by a factor and by an amount, and one endpoint must have made most
    of it. It is remembered then: it stays a hog until it sends half as much, or for an hour,
    since after half a minute it would be its own past.
    """

    name: ClassVar = "hog"
    title: ClassVar = "One sender takes over"
    severity: ClassVar = Severity.MEDIUM
    patience: ClassVar = "hog_s"
    explains: ClassVar[frozenset[str]] = frozenset()
    notices: ClassVar = Notice(0)

    def __init__(self) -> None:
        self._drains: deque[Drain] = deque()
        self._hogs: dict[bytes, Hogging] = {}

    def judge(self, seen: Observation) -> Iterable[Suspicion]:
        """One suspicion for each hog."""
        self._remember(seen)
        border_s = seen.now_s - NOW_S
        now = Stretch.of(one for one in self._drains if one.at_s > border_s)
        before = Stretch.of(one for one in self._drains if one.at_s <= border_s)
        if len(now.endpoints) >= LEAST_ENDPOINTS:
            self._look_for_new(seen, before, now)
        for key, hog in list(self._hogs.items()):
            bps = now.bps_of(key)
            hog.peak_bps = max(hog.peak_bps, bps)
            if bps < hog.peak_bps / 2 or seen.now_s - hog.since_s > NORMAL_S:
                del self._hogs[key]
            else:
                yield from told(seen, key, hog, now)

    def _remember(self, seen: Observation) -> None:
        rows = columns.where(
            seen.flows, addresses.are_hosts(columns.address(seen.flows, "inner_src"))
        )
        endpoints = group(rows, ENDPOINT)
        largest = columns.take(endpoints, columns.largest(endpoints, MOST_ENDPOINTS))
        size = int(endpoints["bytes"].sum())
        self._drains.append(Drain(seen.now_s, seen.interval_s, size, largest))
        oldest_s = seen.now_s - NOW_S - seen.thresholds.hog_before_s
        while self._drains[0].at_s < oldest_s:
            self._drains.popleft()

    def _look_for_new(self, seen: Observation, before: Stretch, now: Stretch) -> None:
        """Open at most one in a drain: the largest."""
        limits = seen.thresholds
        place = int(now.endpoints["bytes"].argmax())
        key = columns.words(now.endpoints)[place, :KEY_WORDS].tobytes()
        bps = now.bps_of(key)
        if key in self._hogs or bps < limits.hog_mbit_per_s * 10**6:
            return
        grown, grew = now.bps - before.bps, bps - before.bps_of(key)
        has_grown = (
            before.seconds >= LEAST_BEFORE_S
            and now.bps >= limits.hog_growth * before.bps
            and grown >= limits.hog_mbit_per_s * 10**6
            and grew >= limits.hog_share * grown
        )
        link_bps = sum(seen.overlay.link_bps.values()) if seen.overlay else 0
        if has_grown or (link_bps and bps >= limits.hog_link_share * link_bps):
            rule = "growth" if has_grown else "link"
            share = grew / grown if has_grown else 0.0
            self._hogs[key] = Hogging(seen.now_s, rule, before.bps_of(key), share, bps)


def told(seen: Observation, key: bytes, hog: Hogging, now: Stretch) -> Iterator[Suspicion]:
    """What is said of one, as long as it sends."""
    words = np.frombuffer(key, np.uint64)
    theirs = seen.flows[
        (columns.words(coarsened(seen.flows, ENDPOINT))[:, :KEY_WORDS] == words).all(axis=1)
    ]
    if not len(theirs):
        return
    subject = subject_of(theirs, int(theirs["bytes"].argmax()))
    endpoint, bps = subject.endpoints[0], now.bps_of(key)
    why = (
        f"{hog.growth_share:.0%} of the growth"
        if hog.rule == "growth"
        else f"{bps / now.bps:.0%} of all traffic"
    )
    yield Suspicion(
        key=f"{subject.encap} {subject.vni} {endpoint}",
        subject=subject,
        confidence=Confidence.HIGH if hog.rule == "growth" else Confidence.MEDIUM,
        evidence={
            "rule": hog.rule,
            "endpoint": endpoint,
            "bits_per_s": round(bps),
            "before_bits_per_s": round(hog.before_bps),
            "share_of_traffic": round(bps / now.bps, 3) if now.bps else 0.0,
            "share_of_growth": round(hog.growth_share, 3),
        },
        explanation=(
            f"{endpoint} in {network_of(subject)} sends {bps / 10**6:.1f} Mbit/s, "
            f"{(bps - hog.before_bps) / 10**6:.1f} more than before: {why}. "
            "Others may have to wait for it."
        ),
        next=capture(seen, theirs, subject.peers[0], "-q"),
    )
