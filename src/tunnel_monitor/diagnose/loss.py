"""15. Loss between two hosts: what one sent less what the other received."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import Notice
from tunnel_monitor.diagnose.base import Observation
from tunnel_monitor.diagnose.finding import Confidence, Severity, Subject, Suspicion, for_example
from tunnel_monitor.diagnose.members import Hashes, hashes_among
from tunnel_monitor.diagnose.second_by_second import Closely
from tunnel_monitor.diagnose.subjects import network_of, subject_of
from tunnel_monitor.diagnose.two_ends import TwoEnds

FORGOTTEN_S = 60.0
MOST_REMEMBERED = 100_000
MOST_TOLD = 200
MOST_LOOKED = 10  # tunnels of a step: each costs two questions
UNLOOKED_S = 2.0  # of loss, where it is not known in which seconds it was
ON_ITS_WAY_S: Final = 0.025  # a queue that grows by so much of traffic is a second of loss at most
ENTRY = np.dtype([("key", np.uint64), ("now", np.int64), ("most", np.int64), ("at_s", np.float64)])

Packets = NDArray[np.int64]
Look: TypeAlias = Callable[[Subject, tuple[str, str]], Closely | None]


class Missing:
    """By tunnel, how many packets are missing of all so far, and how many ever were.

    Clocks of two hosts differ, and so do the moments at which they count: what is on its way when
    one of them does is missing now, and there too much later. So what counts is what is missing
    beyond the most that ever was.
    """

    def __init__(self) -> None:
        self._kept = np.zeros(0, ENTRY)

    def add(self, keys: Hashes, missing: Packets, now_s: float) -> Packets:
        """Take in a step; (n,) what is missing beyond what ever was before."""
        recent = self._kept["at_s"] >= now_s - FORGOTTEN_S
        self._kept = self._kept[recent & (len(self._kept) <= MOST_REMEMBERED)]
        self._begin(np.sort(keys))
        places = np.searchsorted(self._kept["key"], keys)
        one = self._kept[places]
        one["now"] += missing
        one["at_s"] = now_s
        beyond = one["now"] - one["most"]
        one["most"] = np.maximum(one["most"], one["now"])
        self._kept[places] = one
        return np.asarray(beyond)

    def forget(self, keys: Hashes) -> None:
        """Begin anew with some: one end did not count all the time."""
        self._kept = self._kept[~hashes_among(self._kept["key"], np.sort(keys))]

    def _begin(self, ascending: Hashes) -> None:
        """Have an entry for each key."""
        known = self._kept["key"]
        new = ascending[~hashes_among(ascending, known)]
        entries = np.zeros(len(new), ENTRY)
        entries["key"] = new
        self._kept = np.insert(self._kept, np.searchsorted(known, new), entries)


class Loss:
    """Compares both ends of each tunnel between two hosts, in drains of a whole fleet.

    In those, a row's interface is the place of the host that counted it.

    Args:
        counted_all: whether a host counted all the time of the drain; only asked where something
            is missing.
        look: a closer look at a tunnel between two hosts; None: that cannot be had now.
    """

    name: ClassVar = "loss"
    title: ClassVar = "Packets are lost between two hosts"
    severity: ClassVar = Severity.HIGH
    patience: ClassVar = "loss_s"
    explains: ClassVar[frozenset[str]] = frozenset()
    notices: ClassVar = Notice(0)

    def __init__(
        self,
        counted_all: Callable[[str], bool] = lambda _: True,
        look: Look = lambda *_: None,
    ) -> None:
        self._counted_all = counted_all
        self._look = look
        self._missing = Missing()

    def judge(self, seen: Observation) -> Iterable[Suspicion]:
        """One suspicion for each direction of a tunnel."""
        ends = TwoEnds.of(seen.flows)
        lost = self._missing.add(ends.keys, ends.sent - ends.received, seen.now_s)
        limits = seen.thresholds
        suspected = (
            (lost >= limits.loss_packets) & (lost >= limits.loss_share * ends.sent) & (lost > 0)
        )
        worst = np.flatnonzero(suspected)
        worst = worst[np.argsort(-lost[worst], kind="stable")]
        hosts = seen.batch.interfaces
        partly: list[int] = []
        looked = 0
        for place in worst[:MOST_TOLD].tolist():
            both = hosts[ends.senders[place]], hosts[ends.receivers[place]]
            if not all(map(self._counted_all, both)):
                partly.append(place)
                continue
            subject = subject_of(ends.rows, place)
            closely = self._look(subject, both) if looked < MOST_LOOKED else None
            looked += 1
            yield told(seen, ends, place, int(lost[place]), closely)
        self._missing.forget(ends.keys[partly])


def told(
    seen: Observation, ends: TwoEnds, place: int, lost: int, closely: Closely | None
) -> Suspicion:
    """What is said of one direction of a tunnel."""
    subject = subject_of(ends.rows, place)
    sender, receiver = subject.peers
    hosts = seen.batch.interfaces
    sent, received = int(ends.sent[place]), int(ends.received[place])
    # In the first steps less may have been sent than is missing: what was on its way before.
    share = min(1.0, lost / sent) if sent else 1.0
    example = closely.endpoints if closely else ()
    return Suspicion(
        key=f"{subject.encap} {subject.vni} {sender} {receiver}",
        subject=subject,
        confidence=Confidence.HIGH,
        evidence={
            "from_host": hosts[ends.senders[place]],
            "to_host": hosts[ends.receivers[place]],
            "sent_packets": sent,
            "received_packets": received,
            "lost_packets": lost,
            "lost_share": round(share, 4),
            "step_s": round(seen.interval_s, 3),
        },
        explanation=(
            f"Of {sent} packets of {network_of(subject)} that {sender} sent to {receiver} in "
            f"{seen.interval_s:g} seconds, {lost} did not arrive{for_example(example)}. Something "
            "between the two drops them, such as a full queue, a bad cable or a firewall; TCP "
            "inside becomes slow."
        ),
        next=f"mtr -n --report --udp {receiver}  # on {hosts[ends.senders[place]]}",
        held_s=lossy_s(closely, share, seen),
        example=example,
    )


def lossy_s(closely: Closely | None, share: float, seen: Observation) -> float:
    """For how many seconds of a step packets were lost, as far as is known.

    Args:
        closely: a closer look at the tunnel, if there was one.
        share: of the step's packets that did not arrive.
        seen: the step.
    """
    lossy = None
    if closely:
        lossy = closely.lossy_seconds(seen.thresholds.loss_share, round(seen.interval_s))
    # Latency that grows makes packets late, and then no more: it must be more than that.
    missing_s = share * seen.interval_s
    return min(UNLOOKED_S if lossy is None else lossy, missing_s / ON_ITS_WAY_S)
