"""The live view: a sink that keeps what the page shows, as values that never change."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import DIRECTIONS, OUTCOMES, TALLY
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.flows.group import TUNNEL, group
from tunnel_monitor.kernel.drained import DeviceCounts
from tunnel_monitor.serve.seen import Seen
from tunnel_monitor.serve.timeline import Series, Timeline
from tunnel_monitor.serve.totals import Limits, Totals
from tunnel_monitor.serve.usage import Meter, Usage


@dataclass(frozen=True, slots=True)
class Window:
    """All traffic of a stretch of time.

    Args:
        elapsed_ns: how long it is.
        flows: (n,) FLOW.
        overflow: (m,) FLOW, what is known by tunnel only.
        tunnels: (t,) FLOW, both together by tunnel.
    """

    elapsed_ns: int
    flows: Rows
    overflow: Rows
    tunnels: Rows

    def rows(self) -> Rows:
        """(n + m,) FLOW, everything as finely as it is known, flows first."""
        return columns.join(self.flows, self.overflow)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything the server answers from, of one moment.

    Args:
        number: the drain's; 0 before the first one.
        time_ns: when it was, by the wall clock, since 1970.
        interval_ns: how long that drain collected.
        host: the name of this host.
        interfaces: names; rows have places in here.
        last: the drain alone.
        total: all drains.
        ledger: (interfaces, DIRECTIONS, OUTCOMES) TALLY of all drains.
        devices: as in FlowBatch.
        timeline: who sent how much lately.
        seen: networks, peers, endpoints and tunnels since the start.
        forgotten_flows: as in Totals.
        usage: of this process.
    """

    number: int
    time_ns: int
    interval_ns: int
    host: str
    interfaces: tuple[str, ...]
    last: Window
    total: Window
    ledger: NDArray[np.void]
    devices: tuple[tuple[DeviceCounts, DeviceCounts] | None, ...]
    timeline: Series
    seen: Seen
    forgotten_flows: int
    usage: Usage


class LiveView:
    """Takes batches on one thread; any thread reads `snapshot`, and nobody waits for anybody.

    Args:
        interfaces: names of those watched, in the order of every batch.
        interval_s: between two drains.
        limits: how much is kept.
        host: the name of this host.
    """

    name = "live"

    def __init__(
        self,
        interfaces: Sequence[str],
        interval_s: float,
        limits: Limits | None = None,
        *,
        host: str = "",
    ) -> None:
        self._totals = Totals.nothing(limits or Limits())
        self._timeline = Timeline(interval_s)
        self._meter = Meter()
        self._changed: Callable[[], None] | None = None
        nothing = Window(round(interval_s * 1e9), *[columns.empty()] * 3)
        self.snapshot = Snapshot(
            number=0,
            time_ns=time.time_ns(),
            interval_ns=nothing.elapsed_ns,
            host=host,
            interfaces=tuple(interfaces),
            last=nothing,
            total=nothing,
            ledger=np.zeros((len(interfaces), DIRECTIONS, OUTCOMES), TALLY),
            devices=(None,) * len(interfaces),
            timeline=Series.nothing(),
            seen=self._totals.seen,
            forgotten_flows=0,
            usage=self._meter.read(),
        )

    def on_change(self, changed: Callable[[], None] | None) -> None:
        """Call `changed` after each new snapshot, on the thread that takes batches."""
        self._changed = changed

    def take(self, batch: FlowBatch) -> None:
        """Make the next snapshot.

        Raises:
            ValueError: the batch is of other interfaces.
        """
        before = self.snapshot
        if batch.interfaces != before.interfaces:
            raise ValueError(f"a batch of {batch.interfaces}, not of {before.interfaces}")
        tunnels = group(columns.join(batch.flows, batch.tunnels), TUNNEL)
        self._totals = self._totals.added(batch.flows, batch.tunnels, tunnels)
        elapsed_ns = before.total.elapsed_ns if before.number else 0
        self.snapshot = Snapshot(
            number=batch.number,
            time_ns=batch.time_ns,
            interval_ns=batch.interval_ns,
            host=before.host,
            interfaces=batch.interfaces,
            last=Window(batch.interval_ns, batch.flows, batch.tunnels, tunnels),
            total=self._total(elapsed_ns + batch.interval_ns),
            ledger=_sum(before.ledger, batch.ledger),
            devices=batch.devices,
            timeline=self._timeline.add(batch.time_ns, group(tunnels, {"outer_src"})),
            seen=self._totals.seen,
            forgotten_flows=self._totals.forgotten_flows,
            usage=self._meter.read(),
        )
        changed = self._changed
        if changed:
            changed()

    def close(self) -> None:
        """The last snapshot stays readable."""
        self._meter.close()

    def _total(self, elapsed_ns: int) -> Window:
        totals = self._totals
        return Window(elapsed_ns, totals.flows.rows, totals.overflow.rows, totals.tunnels.rows)


def _sum(one: NDArray[np.void], other: NDArray[np.void]) -> NDArray[np.void]:
    total: NDArray[np.void] = (one.view(np.uint64) + other.view(np.uint64)).view(TALLY)
    return total
