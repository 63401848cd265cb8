"""What is being sent, as rates, sums and words."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tunnel_monitor.lab.profiles import Kind, Plan
from tunnel_monitor.lab.streams import Sent
from tunnel_monitor.lab.topology import Topology

PINGS = {Kind.PING, Kind.BURSTS}
MOST_LINES = 40  # of streams in a conclusion


@dataclass(frozen=True, slots=True)
class Reading:
    """One stream at one moment.

    Attributes:
        sent: the stream and its counts since the start.
        packet_rate: echo requests a second since the reading before.
        bit_rate: bits a second since then.
    """

    sent: Sent
    packet_rate: float
    bit_rate: float

    @property
    def columns(self) -> tuple[str, str, str, str, str]:
        """In words: what is sent, between whom, how fast, how much so far, what to know."""
        stream = self.sent.stream
        pings = stream.kind in PINGS
        return (
            f"{stream.kind.value} {stream.payload} B" if pings else stream.kind.value,
            f"{stream.src.address} -> {stream.dst.address}",
            f"{self.packet_rate:.1f} packets/s" if pings else f"{self.bit_rate / 1e6:.1f} Mbit/s",
            pings_sent([self.sent]) if pings else f"{size(self.sent.bytes)} sent",
            "; ".join(filter(None, (self._state, stream.remark))),
        )

    @property
    def _state(self) -> str:
        return "" if self.sent.state == "sending" else self.sent.state


class Meter:
    """Turns what was sent so far into rates.

    Args:
        everything: as from `sending`.
    """

    def __init__(self, everything: Sequence[Sent]) -> None:
        self._everything = everything
        self._before = [(0, 0)] * len(everything)
        self._time = time.monotonic()

    def read(self) -> list[Reading]:
        """All streams, with their rates since the last call."""
        now = time.monotonic()
        passed_s, self._time = max(now - self._time, 1e-3), now
        counts = [(sent.packets or 0, sent.bytes) for sent in self._everything]
        readings = [
            Reading(sent, (packets - before[0]) / passed_s, (total - before[1]) * 8 / passed_s)
            for sent, (packets, total), before in zip(
                self._everything, counts, self._before, strict=True
            )
        ]
        self._before = counts
        return readings


def conclusion(plan: Plan, topology: Topology, everything: Sequence[Sent]) -> Iterator[str]:
    """What was sent in all, and who the culprit was, in lines."""
    shown = everything[: len(plan.streams)]
    for sent in shown if len(shown) <= MOST_LINES else ():
        what, who, _, how_much, _ = Reading(sent, 0, 0).columns
        yield f"  {what:<13}  {who:<32}  {how_much}"
    pings = [sent for sent in shown if sent.stream.kind in PINGS]
    iperf = [sent for sent in shown if sent.stream.kind not in PINGS]
    if pings:
        yield f"Pings: {pings_sent(pings)}, {size(total(pings))}."
    if iperf:
        yield f"iperf3: {size(total(iperf))} sent in {len(iperf)} streams."
    if plan.hidden:
        guilty = plan.hidden.src
        host, segment = topology.all_hosts[guilty.host], topology.all_segments[guilty.segment]
        yield (
            f"The culprit was {guilty.address}, on {host.name} ({host.address}), "
            f"VNI {segment.vni}: it sent {size(everything[-1].bytes)} to "
            f"{plan.hidden.dst.address}, all others together {size(total(shown))}."
        )


def total(some: Sequence[Sent]) -> int:
    """Bytes sent in several streams."""
    return sum(sent.bytes for sent in some)


def pings_sent(some: Sequence[Sent]) -> str:
    """How many echo requests were sent and answered."""
    packets = sum(sent.packets or 0 for sent in some)
    replies = sum(sent.replies or 0 for sent in some)
    return f"{packets:,} sent, {replies:,} answered"


def size(count: float) -> str:
    """A number of bytes with a unit that fits."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
