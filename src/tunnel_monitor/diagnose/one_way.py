"""4. One-way tunnel: sent, but nothing comes back, while somebody asks in vain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import Example, Notice
from tunnel_monitor.diagnose.base import Observation
from tunnel_monitor.diagnose.finding import Confidence, Severity, Subject, Suspicion, for_example
from tunnel_monitor.diagnose.pairs import Directions, are_unicast, keys
from tunnel_monitor.diagnose.subjects import example_of, network_of, subject_of
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import Rows

MOST_SILENT = 4096
MOST_NEW = 500  # tunnels that fall silent in one drain and are followed
LATELY_S = 5.0  # who sends no more needs no answer
FORGOTTEN_S = 30.0
# (n,) how many of each tunnel, and (n,) the place of the notices that have the newest; -1: none
Asks: TypeAlias = tuple[NDArray[np.int64], NDArray[np.intp]]
SOURCE = frozenset({"encap", "vni", "outer_src"})


@dataclass(slots=True)
class Silent:
    """A direction of a tunnel from whose other end nothing comes.

    Args:
        subject: it.
        first_s: since when, in seconds of observation.
        last_s: when something was sent last.
        packets: that were sent since.
        asks: of these, and of what was asked of everybody, what wants an answer.
        flooded: how many of the asks went to everybody.
        example: who asked whom.
    """

    subject: Subject
    first_s: float
    last_s: float = 0.0
    packets: int = 0
    asks: int = 0
    flooded: int = 0
    example: tuple[str, ...] = ()


class OneWay:
    """Follows tunnels with packets one way only, until one comes the other way.

    Traffic may well be one-way: a stream, a log, a route back past the monitor. So something must
    want an answer, too: SYNs and neighbour solicitations through this tunnel; or ARP that its
    sender floods through the network, while nobody answers it.
    """

    name: ClassVar = "one-way"
    title: ClassVar = "Answers do not come back"
    severity: ClassVar = Severity.HIGH
    patience: ClassVar = "open_s"
    explains: ClassVar[frozenset[str]] = frozenset()
    notices: ClassVar = Notice.HEADERS

    def __init__(self) -> None:
        self._silent: dict[int, Silent] = {}

    def judge(self, seen: Observation) -> Iterable[Suspicion]:
        """One suspicion for each tunnel."""
        tunnels = seen.directions
        self._answered(tunnels)
        if not sees_one_way_only(seen, tunnels):
            self._follow(seen, tunnels)
        for key, silent in list(self._silent.items()):
            if seen.now_s - silent.last_s > FORGOTTEN_S:
                del self._silent[key]
            elif (
                seen.now_s - silent.last_s <= max(LATELY_S, seen.interval_s)
                and silent.asks >= seen.thresholds.one_way_asks
                and seen.now_s - silent.first_s >= seen.thresholds.one_way_s
            ):
                yield told(silent, seen)

    def _answered(self, tunnels: Directions) -> None:
        """Forget those from whose other end something came."""
        for key in keys(tunnels.rows, turned=True).tolist() if self._silent else ():
            self._silent.pop(key, None)

    def _follow(self, seen: Observation, tunnels: Directions) -> None:
        """Add up what was sent and asked in this drain."""
        rows = tunnels.rows
        asks, through = asks_of(seen, tunnels)
        flooded, to_all = flooded_asks(seen, rows)
        whose = np.where(asks > 0, through, to_all)
        alone = (tunnels.opposite < 0) & are_unicast(rows)
        places = np.flatnonzero(alone & ((asks > 0) | (flooded > 0)))
        for place in places[:MOST_NEW].tolist():
            key = int(tunnels.keys[place])
            silent = self._silent.get(key)
            if silent is None:
                if len(self._silent) >= MOST_SILENT:
                    return
                silent = self._silent[key] = Silent(subject_of(rows, place), seen.now_s)
            silent.last_s = seen.now_s
            silent.packets += int(rows["packets"][place])
            silent.asks += int(asks[place]) + int(flooded[place])
            silent.flooded += int(flooded[place])
            if asks[place] > 0 or not silent.example:
                who = example_of(seen, int(whose[place]), Example.ASK)
                silent.example = who or silent.example


def sees_one_way_only(seen: Observation, tunnels: Directions) -> bool:
    """Whether the monitor itself sees no more: a mirror port with one direction."""
    return seen.overlay is None and len(tunnels.rows) > 1 and not (tunnels.opposite >= 0).any()


def asks_of(seen: Observation, tunnels: Directions) -> Asks:
    """What was asked through each tunnel."""
    asks = np.zeros(len(tunnels.rows), np.int64)
    whose = np.full(len(tunnels.rows), -1)
    places = tunnels.places_of(keys(seen.noticed.tunnels))
    asking = np.flatnonzero((places >= 0) & (seen.noticed.notices["asks"] > 0))
    np.add.at(asks, places[asking], seen.noticed.notices["asks"][asking])
    whose[places[asking]] = asking
    return asks, whose


def flooded_asks(seen: Observation, rows: Rows) -> Asks:
    """What the sender of each tunnel asked everybody in its network, if nobody answered."""
    noticed, notices = seen.noticed.tunnels, seen.noticed.notices
    asking = np.flatnonzero(~are_unicast(noticed) & (notices["asks"] > 0))
    sources = source_keys(columns.take(noticed, asking)).tolist()
    asked = dict(zip(sources, asking.tolist(), strict=True))
    answered = columns.where(noticed, notices["answers"] > 0)
    for key in source_keys(answered, to=True).tolist():
        asked.pop(key, None)
    if not asked:
        return np.zeros(len(rows), np.int64), np.full(len(rows), -1)
    whose = np.array([asked.get(key, -1) for key in source_keys(rows).tolist()], np.intp)
    return np.where(whose >= 0, notices["asks"][whose], 0).astype(np.int64), whose


def source_keys(rows: Rows, *, to: bool = False) -> NDArray[np.uint64]:
    """(n,) hashes of network and sender, or receiver."""
    alone = columns.empty(len(rows))
    columns.address(alone, "outer_src")[:] = columns.address(
        rows, "outer_dst" if to else "outer_src"
    )
    for name in ("vni", "meta"):
        alone[name] = rows[name]
    return keys(alone)


def told(silent: Silent, seen: Observation) -> Suspicion:
    """What is said of a direction."""
    sender, receiver = silent.subject.peers
    seconds = seen.now_s - silent.first_s
    return Suspicion(
        key=f"{silent.subject.encap} {silent.subject.vni} {sender} {receiver}",
        subject=silent.subject,
        confidence=Confidence.HIGH if silent.flooded else Confidence.MEDIUM,
        evidence={
            "sent_packets": silent.packets,
            "returned_packets": 0,
            "unanswered_asks": silent.asks,
            "of_these_to_everybody": silent.flooded,
            "seconds": round(seconds, 1),
        },
        explanation=(
            f"{sender} sent {silent.packets:,} packets of {network_of(silent.subject)} to "
            f"{receiver} in {seconds:.0f} s, {silent.asks} of which want an "
            f"answer{for_example(silent.example)}, and none came back. What "
            "is sent does not arrive, or what is answered does not."
        ),
        next=f"tcpdump -n -i any -c 50 host {sender}  # on {receiver}",
        example=silent.example,
    )
