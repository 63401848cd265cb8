"""1. MTU will not fit: TCP has agreed on segments that the tunnel has no room for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

import numpy as np

from tunnel_monitor.contract import Encap, Example, Notice
from tunnel_monitor.diagnose.base import Observation
from tunnel_monitor.diagnose.finding import Confidence, Severity, Suspicion, for_example
from tunnel_monitor.diagnose.memory import Memory
from tunnel_monitor.diagnose.pairs import keys
from tunnel_monitor.diagnose.subjects import listed, network_of, pair_of, subject_of
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import Rows

ETHERNET_SIZE = 14
# What these carry is a frame, so that its link header is inside, too.
FRAMES = frozenset(
    {Encap.VXLAN, Encap.GENEVE, Encap.GRETAP, Encap.NVGRE}
    | {Encap.ERSPAN1, Encap.ERSPAN2, Encap.ERSPAN3}
)
REMEMBERED_S = 20.0  # a connection is set up by two packets in two directions
LEARNED_S = 600.0  # as long as hosts keep a smaller MTU (RFC 1191, section 6.3)


class Mtu:
    """Adds this tunnel's own overhead to what both sides of a connection allow.

    The smaller of what SYN and answer allow is what will be sent. The overhead is not assumed: it
    is what this very tunnel's packets have around their inner ones. Compared with the MTU of the
    watched interface, and with any smaller one that a router told of.
    """

    name: ClassVar = "mtu"
    title: ClassVar = "Full packets will not fit"
    severity: ClassVar = Severity.MEDIUM
    patience: ClassVar = "open_s"
    explains: ClassVar[frozenset[str]] = frozenset()
    notices: ClassVar = Notice.HEADERS

    def __init__(self) -> None:
        self._allowed = Memory(REMEMBERED_S)
        self._learned = Memory(LEARNED_S)

    def judge(self, seen: Observation) -> Iterable[Suspicion]:
        """One suspicion for each pair of peers whose SYNs were seen both ways lately."""
        rows, notices = seen.noticed.tunnels, seen.noticed.notices
        self._allowed.add(
            keys(rows),
            notices["largest_syn"],
            seen.now_s,
            how=max,
            ends=notices["ends"][:, Example.SYN],
        )
        self._learned.add(keys(rows), notices["too_big_mtu"], seen.now_s, how=min)
        known = np.sort(self._allowed.keys())  # so that of two directions always one is told
        tunnels = seen.directions
        for key, place in zip(known.tolist(), tunnels.places_of(known).tolist(), strict=True):
            opposite = int(tunnels.opposite[place]) if place >= 0 else -1
            if opposite < 0:
                continue
            yield from self._judged(seen, tunnels.rows, place, key, int(tunnels.keys[opposite]))

    def _agreed(self, key: int, back: int) -> tuple[int, tuple[str, ...]]:
        """What both directions allow, 0 for nothing, and whose SYN or answer says so."""
        there, here = self._allowed.of(key), self._allowed.of(back)
        if there <= here:
            return there, pair_of(self._allowed.ends_of(key))
        return here, pair_of(self._allowed.ends_of(back))[::-1]

    def _judged(
        self, seen: Observation, rows: Rows, place: int, key: int, back: int
    ) -> Iterator[Suspicion]:
        inner, example = self._agreed(key, back)
        overhead = overhead_of(rows, place)
        learned, own = self._learned.of(key), seen.interface_mtu
        room = min(filter(None, (learned, own)), default=0)
        if not inner or not room or inner + overhead < room + seen.thresholds.mtu_bytes:
            return
        subject = subject_of(rows, place)
        yield Suspicion(
            key=f"{subject.encap} {subject.vni} {' '.join(sorted(subject.peers))}",
            subject=subject,
            confidence=Confidence.HIGH,
            evidence={
                "inner_packet_bytes": inner,
                "overhead_bytes": overhead,
                "outer_packet_bytes": inner + overhead,
                "room_bytes": room,
                "room_is": "told by a router" if room == learned else "the interface's MTU",
                "fitting_inner_bytes": room - overhead,
            },
            explanation=(
                f"TCP in {network_of(subject)} between {listed(subject.peers)} has agreed on "
                f"packets of {inner} bytes{for_example(example)}, which are {inner + overhead} "
                f"outside, where {room} fit. As soon as it has much to send they will be cut in "
                "two, or lost."
            ),
            next=f"ip link set dev DEVICE mtu {room - overhead}  # at the endpoints",
            example=example,
        )


def overhead_of(rows: Rows, place: int) -> int:
    """Bytes around an inner IP packet, from the outer IP header on."""
    row = rows[place]
    around = round(int(row["bytes"] - row["inner_bytes"]) / int(row["packets"])) - ETHERNET_SIZE
    inner_link = ETHERNET_SIZE if int(columns.encap(rows)[place]) in FRAMES else 0
    return around + inner_link
