"""14. Path changed: a step in the TTL of what a peer sends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tunnel_monitor.contract import META_EGRESS, Notice
from tunnel_monitor.diagnose.base import Observation
from tunnel_monitor.diagnose.finding import Confidence, Severity, Subject, Suspicion, for_example
from tunnel_monitor.diagnose.pairs import are_unicast
from tunnel_monitor.diagnose.subjects import busiest
from tunnel_monitor.flows import columns, labels
from tunnel_monitor.flows.group import Groups, coarsened

PAIR = frozenset({"outer_src", "outer_dst"})
MOST_PAIRS = 4096
STEADY_DRAINS = 3
MIXED_S = 10.0  # in which old and new TTLs arrive twice where packets spread over several ways


@dataclass(slots=True)
class Path:
    """From one peer to another.

    Args:
        least: TTL that arrived so far, or hop limit.
        most: likewise. Not the same where packets spread over ways of different length.
        drains: in which it was so.
        last_s: when anything arrived, in seconds of observation.
        changed_s: since when what arrives is outside of this; None while it is not.
        mixed_s: when both what was known and another TTL arrived in one drain, as happens once
            when the path changes; None if that is over.
    """

    least: int
    most: int
    drains: int = 1
    last_s: float = 0.0
    changed_s: float | None = None
    mixed_s: float | None = None

    def overlaps(self, least: int, most: int) -> bool:
        """Whether some of it is as it was."""
        return least <= self.most and most >= self.least

    def take_in(self, least: int, most: int, seen: Observation) -> None:
        """What overlaps widens it, but not what only one drain saw."""
        self.drains, self.changed_s = self.drains + 1, None
        if self.least <= least and most <= self.most:
            return
        lately_s = max(MIXED_S, 2 * seen.interval_s)
        again = self.mixed_s is not None and seen.now_s - self.mixed_s <= lately_s
        if again or self.drains <= STEADY_DRAINS:
            self.least, self.most = min(self.least, least), max(self.most, most)
        self.mixed_s = seen.now_s


class PathChange:
    """Compares the TTLs of a drain with all those before it.

    Ranges, since packets may spread over several ways: a path has changed when none of the TTLs
    that arrive now was among those that did. It is as it was when they are again; after a while,
    the new path is the usual one.
    """

    name: ClassVar = "path-change"
    title: ClassVar = "The path has changed"
    severity: ClassVar = Severity.LOW
    patience: ClassVar = "open_s"
    explains: ClassVar[frozenset[str]] = frozenset()
    notices: ClassVar = Notice.HEADERS

    def __init__(self) -> None:
        self._paths: dict[tuple[str, ...], Path] = {}

    def judge(self, seen: Observation) -> Iterable[Suspicion]:
        """One suspicion for each pair of peers; only of what arrives."""
        arrived = seen.noticed.tunnels["meta"] & META_EGRESS == 0
        known = seen.noticed.notices["least_ttl"] != 0
        chosen = np.flatnonzero(arrived & known & are_unicast(seen.noticed.tunnels))
        rows = columns.take(seen.noticed.tunnels, chosen)
        notices = seen.noticed.notices[chosen]
        if not len(rows):
            return
        groups = Groups.of(columns.words(coarsened(rows, PAIR))[:, : columns.KEY_WORDS])
        least = np.minimum.reduceat(notices["least_ttl"][groups.order], groups.starts).tolist()
        most = np.maximum.reduceat(notices["most_ttl"][groups.order], groups.starts).tolist()
        pairs = columns.take(rows, groups.any_row())
        names = (labels.texts(pairs, name) for name in ("outer_src", "outer_dst"))
        changed = {}
        for place, peers in enumerate(zip(*names, strict=True)):
            path = self._follow(peers, least[place], most[place], seen)
            if path and path.changed_s is not None:
                changed[place] = peers, path, least[place], most[place]
        told_of = columns.take(pairs, np.fromiter(changed, np.intp))
        examples = busiest(seen.flows, told_of, PAIR)
        for of_one, example in zip(changed.values(), examples, strict=True):
            yield told(*of_one, example)

    def _follow(
        self, key: tuple[str, ...], least: int, most: int, seen: Observation
    ) -> Path | None:
        """Take in what a pair's packets have now; None where nothing is known of it yet."""
        path = self._paths.get(key)
        if path is None:
            if len(self._paths) >= MOST_PAIRS:
                self._forget(seen.now_s - seen.thresholds.path_change_s)
            if len(self._paths) >= MOST_PAIRS:
                return None
            self._paths[key] = Path(least, most, last_s=seen.now_s)
            return None
        if path.overlaps(least, most):
            path.take_in(least, most, seen)
        elif path.drains < STEADY_DRAINS:
            self._paths[key] = Path(least, most, last_s=seen.now_s)
        elif path.changed_s is None:
            path.changed_s, path.mixed_s = seen.now_s, None
        elif seen.now_s - path.changed_s > seen.thresholds.path_change_s:
            self._paths[key] = Path(least, most, STEADY_DRAINS, seen.now_s)
        path.last_s = seen.now_s
        return self._paths[key]

    def _forget(self, since_s: float) -> None:
        """Drop the paths on which nothing has arrived since then."""
        self._paths = {key: path for key, path in self._paths.items() if path.last_s >= since_s}


def told(
    peers: tuple[str, ...], path: Path, least: int, most: int, example: tuple[str, ...]
) -> Suspicion:
    """What is said of a path."""
    sender, receiver = peers
    hops = path.least - least if least < path.least else path.most - most
    longer = f"{abs(hops)} hops {'longer' if hops > 0 else 'shorter'}"
    return Suspicion(
        key=" ".join(peers),
        subject=Subject(peers=peers),
        confidence=Confidence.MEDIUM,
        evidence={
            "ttl_before": f"{path.least}-{path.most}" if path.least != path.most else path.least,
            "ttl_now": f"{least}-{most}" if least != most else least,
            "hops": hops,
        },
        explanation=(
            f"What {sender} sends arrives at {receiver} with another TTL than before: the way is "
            f"{longer}{for_example(example)}. A detour may be slower, and have another MTU."
        ),
        next=f"traceroute -n {sender}",
        example=example,
    )
