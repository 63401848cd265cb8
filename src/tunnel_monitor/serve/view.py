"""The live view: a sink that keeps what the page shows, as values that never change."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import DIRECTIONS, OUTCOMES
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.answering import answered
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.flows.filter.tree import needs_flows
from tunnel_monitor.flows.group import TUNNEL, group, group_all
from tunnel_monitor.flows.names import NO_NAMES, Naming
from tunnel_monitor.flows.own_cost import OwnCost
from tunnel_monitor.flows.question import HOST, Answer, Place, Question, Source, Span
from tunnel_monitor.flows.recent import Recent
from tunnel_monitor.flows.signals import by_tunnel
from tunnel_monitor.kernel.drained import DeviceCounts
from tunnel_monitor.layout import TALLY
from tunnel_monitor.serve.seen import Seen
from tunnel_monitor.serve.timeline import Series, Timeline, drains_kept
from tunnel_monitor.serve.totals import Limits, Totals
from tunnel_monitor.serve.usage import Meter, Usage

ENOUGH = 100_000  # rows to add to the totals at once


class Parts(NamedTuple):
    """All traffic of a stretch of time.

    Args:
        flows: (n,) FLOW.
        overflow: (m,) FLOW, what is known by tunnel only.
        tunnels: (t,) FLOW, both together by tunnel.
        signals: (s,) FLOW, as in FlowBatch.
    """

    flows: Rows
    overflow: Rows
    tunnels: Rows
    signals: Rows

    @classmethod
    def of(cls, totals: Totals) -> Parts:
        """Of all drains."""
        tables = totals.flows, totals.overflow, totals.tunnels, totals.signals
        return cls(*(table.rows for table in tables))

    def rows(self) -> Rows:
        """(n + m,) FLOW, everything as finely as it is known, flows first."""
        return columns.every(self.flows, self.overflow)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, and its traffic at hand.

    Args:
        span: the stretch, by the wall clock.
        elapsed_ns: how long drains collected in it.
        places: a row's `interface` is a place in them.
        parts: the traffic; put together only when somebody asks, if that takes a while.
    """

    span: Span
    elapsed_ns: int
    places: tuple[Place, ...]
    parts: Callable[[], Parts]

    def answer(self, question: Question) -> Answer:
        """As a source answers, always for the whole stretch."""
        parts = self.parts()
        by_tunnel = question.by <= TUNNEL | {HOST} and not needs_flows(question.filter)
        rows = parts.tunnels if by_tunnel else parts.rows()
        return answered(rows, question, self.span, self.elapsed_ns, self.places)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything the server answers from, of one moment.

    Args:
        number: the drain's; 0 before the first one.
        time_ns: when it was, by the wall clock, since 1970.
        interval_ns: how long that drain collected.
        places: rows have places in here.
        directed: whether it is known which way packets went; in captures it is not.
        last: the drain alone.
        total: all drains.
        totals: the same, and when what was there.
        ledger: (interfaces, DIRECTIONS, OUTCOMES) TALLY of all drains.
        devices: as in FlowBatch.
        timeline: who sent how much lately.
        recent: the last minutes, to be asked about.
        seen: networks, peers, endpoints and tunnels since the start.
        known_flows: how many are told apart among all drains.
        forgotten_flows: as in Totals.
        usage: of this process.
        own_cost: of the programs, in that drain; None where it is not measured.
        history: what can be asked about earlier times.
        names: of addresses.
    """

    number: int
    time_ns: int
    interval_ns: int
    places: tuple[Place, ...]
    directed: bool
    last: Window
    total: Window
    totals: Totals
    ledger: NDArray[np.void]
    devices: tuple[tuple[DeviceCounts, DeviceCounts] | None, ...]
    timeline: Series
    recent: Recent
    seen: Seen
    known_flows: int
    forgotten_flows: int
    usage: Usage
    own_cost: OwnCost | None = None
    history: Source | None = None
    names: Naming = NO_NAMES

    @property
    def now_ns(self) -> int:
        """Where the newest data ends."""
        span = self.recent.span() or (self.history.span() if self.history else None)
        return span.until_ns if span else self.time_ns

    def source(self, span: Span) -> Source:
        """What answers for a stretch of time: history only for what memory has no longer."""
        kept = self.recent.span()
        if self.history is None or (kept and kept.from_ns <= span.from_ns):
            return self.recent
        earlier = self.history.span()
        if earlier is None or (kept and kept.from_ns <= earlier.from_ns):
            return self.recent
        return self.history

    @property
    def interfaces(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(place.interface for place in self.places)


class LiveView:
    """Takes batches on one thread; any thread reads `snapshot`, and nobody waits for anybody.

    Args:
        interfaces: names of those watched, in the order of every batch.
        interval_s: between two drains.
        limits: how much is kept.
        host: the name of this host.
        slices: of a capture, how many there are; None for interfaces.
        history: what can be asked about times before those kept here.
        names: of addresses.
    """

    name = "live"

    def __init__(
        self,
        interfaces: Sequence[str],
        interval_s: float,
        limits: Limits | None = None,
        *,
        host: str = "",
        slices: int | None = None,
        history: Source | None = None,
        names: Naming = NO_NAMES,
    ) -> None:
        self._totals = Totals.nothing(limits or Limits())
        self._elapsed_ns = 0
        self._ledger = np.zeros((len(interfaces), DIRECTIONS, OUTCOMES), TALLY)
        self._timeline = Timeline(slices or drains_kept(interval_s))
        self._meter = Meter()
        self._changed: Callable[[], None] | None = None
        places = tuple(Place(host, interface) for interface in interfaces)
        self._recent = Recent.nothing(places, interval_s, whole=slices is not None)
        now_ns, interval_ns = time.time_ns(), round(interval_s * 1e9)
        self._began_ns = now_ns
        parts = partial(Parts.of, self._totals)
        nothing = Window(Span(now_ns, now_ns), interval_ns, places, parts)
        self.snapshot = Snapshot(
            number=0,
            time_ns=now_ns,
            interval_ns=interval_ns,
            places=places,
            directed=slices is None,
            last=nothing,
            total=nothing,
            totals=self._totals,
            ledger=self._ledger,
            devices=(None,) * len(interfaces),
            timeline=Series.nothing(),
            recent=self._recent,
            seen=self._totals.seen,
            known_flows=0,
            forgotten_flows=0,
            usage=self._meter.read(),
            history=history,
            names=names,
        )

    def on_change(self, changed: Callable[[], None] | None) -> None:
        """Call `changed` after each new snapshot, on the thread that takes batches."""
        self._changed = changed

    def take(self, batch: FlowBatch) -> None:
        """Make the next snapshot.

        Raises:
            ValueError: the batch is of other interfaces.
        """
        tunnels = self._note(batch)
        totals = self._totals.added(batch.flows, batch.tunnels, tunnels, batch.time_ns)
        self._totals = totals.with_signals(batch.signals, batch.time_ns)
        span = Span(batch.time_ns - batch.interval_ns, batch.time_ns)
        parts = Parts(batch.flows, batch.tunnels, tunnels, batch.signals)
        self._show(batch, Window(span, batch.interval_ns, self.snapshot.places, lambda: parts))

    def replay(self, batches: Iterable[FlowBatch]) -> None:
        """Take all of something that is over, and make one snapshot of it.

        Its last interval is all of it: what a capture ends with is no newer than the rest.

        Raises:
            ValueError: a batch is of other interfaces.
        """
        waiting: list[FlowBatch] = []
        rows = 0
        batch = None
        for batch in batches:
            self._note(batch)
            waiting.append(batch)
            rows += len(batch.flows)
            if rows > ENOUGH:
                self._add(waiting)
                waiting, rows = [], 0
        if waiting:
            self._add(waiting)
        if batch is not None:
            self._show(batch, self._total(batch.time_ns))

    def close(self) -> None:
        """The last snapshot stays readable."""
        self._meter.close()

    def _note(self, batch: FlowBatch) -> Rows:
        """Add a batch to all that is told by time; its rows by tunnel."""
        if batch.interfaces != self.snapshot.interfaces:
            raise ValueError(f"a batch of {batch.interfaces}, not of {self.snapshot.interfaces}")
        if not self._elapsed_ns:
            self._began_ns = batch.time_ns - batch.interval_ns
        tunnels = group_all([batch.flows, batch.tunnels], TUNNEL)
        senders = group(tunnels, {"outer_src"})
        self._timeline.add(batch.time_ns, batch.interval_ns, senders)
        self._recent = self._recent.added(batch)
        self._ledger = _sum(self._ledger, batch.ledger)
        self._elapsed_ns += batch.interval_ns
        return tunnels

    def _add(self, batches: list[FlowBatch]) -> None:
        """Add batches to the totals, which costs as much for many small ones as for one."""
        flows = _together([batch.flows for batch in batches])
        overflow = _together([batch.tunnels for batch in batches])
        tunnels = group_all([flows, overflow], TUNNEL)
        time_ns = batches[-1].time_ns
        totals = self._totals.added(flows, overflow, tunnels, time_ns)
        self._totals = totals.with_signals(by_tunnel(*(one.signals for one in batches)), time_ns)

    def _show(self, batch: FlowBatch, last: Window) -> None:
        self.snapshot = Snapshot(
            number=batch.number,
            time_ns=batch.time_ns,
            interval_ns=batch.interval_ns,
            places=self.snapshot.places,
            directed=self.snapshot.directed,
            last=last,
            total=self._total(batch.time_ns),
            totals=self._totals,
            ledger=self._ledger,
            devices=batch.devices,
            timeline=self._timeline.series(),
            recent=self._recent,
            seen=self._totals.seen,
            known_flows=len(self._totals.flows),
            forgotten_flows=self._totals.forgotten_flows,
            usage=self._meter.read(),
            own_cost=OwnCost.of(batch),
            history=self.snapshot.history,
            names=self.snapshot.names,
        )
        changed = self._changed
        if changed:
            changed()

    def _total(self, until_ns: int) -> Window:
        parts = cache(partial(Parts.of, self._totals))
        span = Span(self._began_ns, until_ns)
        return Window(span, self._elapsed_ns, self.snapshot.places, parts)


def _together(parts: list[Rows]) -> Rows:
    """All rows of parts that have no key twice, each key once."""
    return parts[0] if len(parts) == 1 else group_all(parts)


def _sum(one: NDArray[np.void], other: NDArray[np.void]) -> NDArray[np.void]:
    total: NDArray[np.void] = (one.view(np.uint64) + other.view(np.uint64)).view(TALLY)
    return total
