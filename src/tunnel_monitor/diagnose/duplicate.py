"""6. Duplicate endpoint: one inner address behind two peers, moving back and forth."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from tunnel_monitor.contract import META_HAS_INNER, Notice
from tunnel_monitor.diagnose.base import Observation
from tunnel_monitor.diagnose.finding import Confidence, Severity, Subject, Suspicion
from tunnel_monitor.diagnose.members import Hashes, belong_to_one
from tunnel_monitor.diagnose.places import Places, endpoints_of
from tunnel_monitor.diagnose.subjects import capture, listed, network_of, subject_of
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
        endpoint: its hash, as `Places` has it.
        moves: when it moved, in seconds of observation.
        told: whether the newest move was told, be it as a migration or as a duplicate's.
        was_duplicate: whether it moved as often as one.
    """

    subject: Subject
    next: str
    endpoint: Hashes
    moves: deque[float] = field(default_factory=lambda: deque(maxlen=100))
    told: bool = False
    was_duplicate: bool = False

    def lately(self, now_s: float, window_s: float) -> int:
        """How often it moved in the window that ends now."""
        return sum(now_s - moved_s <= window_s for moved_s in self.moves)

    def is_moving(self, now_s: float) -> bool:
        """Whether it has not been in one place for longer than it usually stays.

        Nor before its last move: who comes back after a long silence has moved once.
        """
        gaps = np.diff(np.array(self.moves))
        usual_s = float(np.median(gaps)) if len(gaps) else 0.0
        rested_s = float(gaps[-1]) if len(gaps) else 0.0
        return max(rested_s, now_s - self.moves[-1]) <= 2 * usual_s


class Duplicate:
    """Remembers behind which peer each inner IP and link address was, and counts its moves.

    RFC 7432, section 15.1, lets an address move five times in 180 seconds before it is called a
    duplicate. Fewer moves are a migration: an event, once the endpoint has stayed.
    """

    name: ClassVar = "duplicate"
    title: ClassVar = "Address behind two peers"
    severity: ClassVar = Severity.HIGH
    patience: ClassVar = "open_s"
    explains: ClassVar[frozenset[str]] = frozenset({"one-way"})
    notices: ClassVar = Notice.STATIONS

    def __init__(self) -> None:
        self._addresses, self._stations = Places.nothing(), Places.nothing()
        self._movers: dict[str, Mover] = {}

    def judge(self, seen: Observation) -> Iterable[Suspicion]:
        """Suspicions of duplicates, and events of migrations."""
        rows = sources(seen.flows)
        self._addresses, moved = self._addresses.followed(rows)
        for places in moved[:MOST_MOVERS]:
            self._note(rows[places], subject_of(rows, int(places[0])).endpoints[0], seen)
        self._follow_stations(seen)
        window_s = seen.thresholds.duplicate_s
        for key, mover in list(self._movers.items()):
            yield from self._said(key, mover, seen)
            if not mover.lately(seen.now_s, window_s):
                self._forget(key)

    def _forget(self, key: str) -> None:
        """It has moved long ago. Where a duplicate was last is no place to have moved from."""
        mover = self._movers.pop(key)
        if mover.was_duplicate:
            self._addresses = self._addresses.without(mover.endpoint)
            self._stations = self._stations.without(mover.endpoint)

    def _follow_stations(self, seen: Observation) -> None:
        """The same by link addresses.

        One that many peers have at once is a gateway's, which is the same everywhere on purpose
        (RFC 9135, section 4). Where the IP address moves as well, that says enough.
        """
        rows = stations(seen)
        self._stations, moved = self._stations.followed(rows)
        for places in moved[:MOST_MOVERS]:
            if len(places) > 2 or self._moves_too(rows[places], seen):
                continue
            mac = bytes(rows["inner_src"][places[0]])[:6].hex(":")
            self._note(rows[places], mac, seen)

    def _moves_too(self, rows: Rows, seen: Observation) -> bool:
        """Whether an IP address moved behind one of these peers in this drain."""
        peers = {peer for place in range(len(rows)) for peer in subject_of(rows, place).peers}
        return any(
            mover.moves[-1] == seen.now_s and peers & set(mover.subject.peers)
            for mover in self._movers.values()
        )

    def _note(self, rows: Rows, endpoint: str, seen: Observation) -> None:
        """An endpoint was met behind the peers of (k,) FLOW, and before behind others."""
        first = subject_of(rows, 0)
        key = f"{first.encap} {first.vni} {endpoint}"
        before = self._movers.get(key)
        if before is None and len(self._movers) >= MOST_MOVERS:
            return
        met = [peer for place in range(len(rows)) for peer in subject_of(rows, place).peers]
        older = [peer for peer in (before.subject.peers if before else ()) if peer not in met]
        peers = tuple([*older, *met][-MOST_PEERS:])
        shown = capture(seen, rows, met[0], "-e")
        mover = before or Mover(first, shown, endpoints_of(rows)[:1])
        # Once only one machine is left, its first packet comes from a place that is known.
        mover.told = mover.was_duplicate and set(met) <= set(mover.subject.peers)
        mover.subject = Subject(first.encap, first.vni, peers, (endpoint,))
        mover.moves.append(seen.now_s)
        self._movers[key] = mover

    @staticmethod
    def _said(key: str, mover: Mover, seen: Observation) -> Iterable[Suspicion]:
        moves = mover.lately(seen.now_s, seen.thresholds.duplicate_s)
        if moves >= seen.thresholds.duplicate_moves:
            mover.told = mover.was_duplicate = True
            if mover.is_moving(seen.now_s):
                yield duplicate(key, mover, moves, seen.thresholds.duplicate_s)
        elif not mover.told and seen.now_s - mover.moves[-1] >= SETTLED_S:
            mover.told = True
            yield migration(key, mover, moves)


def sources(flows: Rows) -> Rows:
    """(k,) FLOW by network, endpoint and peer: who sent from behind whom."""
    known = (columns.address(flows, "outer_src") != 0).any(axis=1)
    one = belong_to_one(columns.address(flows, "inner_src"))
    return group(flows, PLACE, only=one & known)


def stations(seen: Observation) -> Rows:
    """(k,) FLOW by network and peer, a link address in the place of the inner source."""
    rows = columns.take(seen.noticed.peers, np.arange(len(seen.noticed.peers)))
    packed = np.zeros((len(rows), 16), np.uint8)
    packed[:, :6] = np.ascontiguousarray(seen.noticed.macs).view(np.uint8).reshape(-1, 6)
    columns.address(rows, "inner_src")[:] = packed.view(np.uint64)
    rows["meta"] |= META_HAS_INNER
    own = packed[:, 0] & 1 == 0  # nobody's own address is a group's
    return group(columns.where(rows, own), PLACE)


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
        between=False,
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
        between=False,
    )
