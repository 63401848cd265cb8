"""6. Duplicate endpoint: one inner address behind two peers, moving back and forth."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.diagnose.base import Observation
from tunnel_monitor.diagnose.finding import Confidence, Severity, Subject, Suspicion
from tunnel_monitor.diagnose.members import belong_to_one
from tunnel_monitor.diagnose.places import Places
from tunnel_monitor.diagnose.subjects import capture, network_of, subject_of
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.flows.group import group

PLACE = frozenset({"interface", "encap", "vni", "outer_src", "inner_src"})
MOST_MOVERS = 500
MOST_PEERS = 8  # named for one endpoint
SETTLED_S = 10.0  # in one place for so long, and a move is over


@dataclass(slots=True)
class Mover:
    """An endpoint that moved lately.

    Args:
        subject: its network and address, with all peers it was met behind, the newest last.
        next: the command that shows it.
        moves: when it moved, in seconds of observation.
        told: how many of the moves were told as events.
    """

    subject: Subject
    next: str
    moves: deque[float] = field(default_factory=lambda: deque(maxlen=100))
    told: bool = False

    def lately(self, now_s: float, window_s: float) -> int:
        """How often it moved in the window that ends now."""
        return sum(now_s - moved_s <= window_s for moved_s in self.moves)

    def is_moving(self, now_s: float) -> bool:
        """Whether it has not been in one place for longer than it usually stays."""
        gaps = np.diff(np.array(self.moves))
        usual_s = float(np.median(gaps)) if len(gaps) else 0.0
        return now_s - self.moves[-1] <= 2 * usual_s


class Duplicate:
    """Remembers behind which peer each endpoint was, and counts how often it moves.

    RFC 7432, section 15.1, lets an address move five times in 180 seconds before it is called a
    duplicate. Fewer moves are a migration: an event, once the endpoint has stayed.
    """

    name: ClassVar = "duplicate"
    title: ClassVar = "Address behind two peers"
    severity: ClassVar = Severity.HIGH
    patience: ClassVar = "open_s"
    explains: ClassVar[frozenset[str]] = frozenset({"one-way"})

    def __init__(self) -> None:
        self._places = Places.nothing()
        self._movers: dict[str, Mover] = {}

    def judge(self, seen: Observation) -> Iterable[Suspicion]:
        """Suspicions of duplicates, and events of migrations."""
        rows = sources(seen.flows)
        self._places, moved = self._places.followed(rows)
        for places in moved[:MOST_MOVERS]:
            self._note(rows, places, seen)
        window_s = seen.thresholds.duplicate_s
        for key, mover in list(self._movers.items()):
            yield from self._said(key, mover, seen)
            if not mover.lately(seen.now_s, window_s):
                del self._movers[key]

    def _note(self, rows: Rows, places: NDArray[np.intp], seen: Observation) -> None:
        subjects = [subject_of(rows, place) for place in places.tolist()]
        first = subjects[0]
        key = f"{first.encap} {first.vni} {first.endpoints[0]}"
        before = self._movers.get(key)
        if before is None and len(self._movers) >= MOST_MOVERS:
            return
        met = [peer for subject in subjects for peer in subject.peers]
        older = [peer for peer in (before.subject.peers if before else ()) if peer not in met]
        peers = tuple([*older, *met][-MOST_PEERS:])
        mover = before or Mover(first, capture(seen, rows[places], met[0], "-e"))
        mover.subject = Subject(first.encap, first.vni, peers, first.endpoints)
        mover.moves.append(seen.now_s)
        mover.told = False
        self._movers[key] = mover

    def _said(self, key: str, mover: Mover, seen: Observation) -> Iterable[Suspicion]:
        moves = mover.lately(seen.now_s, seen.thresholds.duplicate_s)
        if moves >= seen.thresholds.duplicate_moves:
            if mover.is_moving(seen.now_s):
                yield duplicate(key, mover, moves, seen.thresholds.duplicate_s)
        elif not mover.told and seen.now_s - mover.moves[-1] >= SETTLED_S:
            mover.told = True
            yield migration(key, mover, moves)


def sources(flows: Rows) -> Rows:
    """(k,) FLOW by network, endpoint and peer: who sent from behind whom."""
    known = (columns.address(flows, "outer_src") != 0).any(axis=1)
    one = belong_to_one(columns.address(flows, "inner_src"))
    return group(columns.where(flows, one & known), PLACE)


def duplicate(key: str, mover: Mover, moves: int, window_s: float) -> Suspicion:
    """What is said of an endpoint that does not stay."""
    endpoint, *_ = mover.subject.endpoints
    return Suspicion(
        key=key,
        subject=mover.subject,
        confidence=Confidence.HIGH,
        evidence={
            "endpoint": endpoint,
            "peers": list(mover.subject.peers),
            "moves": moves,
            "window_s": window_s,
        },
        explanation=(
            f"{endpoint} in {network_of(mover.subject)} is behind {listed(mover.subject.peers)} in "
            f"turn: it moved {moves} times. What is sent to it goes to whichever was heard last."
        ),
        next=mover.next,
    )


def migration(key: str, mover: Mover, moves: int) -> Suspicion:
    """What is said of an endpoint that moved and stayed."""
    endpoint, *_ = mover.subject.endpoints
    return Suspicion(
        key=f"{key} moved",
        subject=mover.subject,
        confidence=Confidence.MEDIUM,
        evidence={"endpoint": endpoint, "peers": list(mover.subject.peers), "moves": moves},
        explanation=(
            f"{endpoint} in {network_of(mover.subject)} is behind {mover.subject.peers[-1]} now. "
            "A guest that was moved to another host looks like this, and nothing is wrong then."
        ),
        next=mover.next,
        happened=True,
    )


def listed(names: Iterable[str]) -> str:
    """`a and b`, `a, b and c`."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
