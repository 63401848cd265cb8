"""Several drains as one, for a sink whose work grows with the flows of each."""

from __future__ import annotations

from typing import Final

from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.group import Sum
from tunnel_monitor.flows.sinks import Sink

FLOWS_PER_S: Final = 2000
LONGEST_S: Final = 5.0
MOST_FLOWS: Final = 200_000  # that wait: 21 MB


def is_time(elapsed_ns: int, interval_ns: int, flows: int) -> bool:
    """Whether what takes a while for many flows is due again.

    Args:
        elapsed_ns: since it was done.
        interval_ns: between two drains.
        flows: of a drain.
    """
    until_s = min(LONGEST_S, flows / FLOWS_PER_S)
    # Intervals are never quite as long as they should be: the nearest drain it is.
    return (elapsed_ns + interval_ns / 2) / 10**9 > until_s


class Gathering:
    """A sink that passes batches on together while they have many flows.

    Most flows of a drain are in the next one, too. So five drains together cost the other little
    more than one of them, and only what it finds out comes later: by no second with 2,000 flows,
    by four seconds from 10,000 flows on.

    Args:
        sink: gets the batches; everything but that is its own.
    """

    def __init__(self, sink: Sink) -> None:
        self.name = sink.name
        self._sink = sink
        self._waiting: FlowBatch | None = None
        self._flows: Sum | None = None  # of all that wait, if they are several

    def take(self, batch: FlowBatch) -> None:
        """Let it wait for others, or pass on all that waited together with it."""
        every = batch if self._waiting is None else self._together(self._waiting, batch)
        self._waiting = every
        enough = is_time(every.interval_ns, batch.interval_ns, len(batch.flows))
        if enough or len(every.flows) >= MOST_FLOWS:
            self._pass_on(every)

    def close(self) -> None:
        """Pass on what waits, and close the other."""
        if self._waiting is not None:
            self._pass_on(self._waiting)
        self._sink.close()

    def _together(self, waiting: FlowBatch, batch: FlowBatch) -> FlowBatch:
        if self._flows is None:
            self._flows = Sum(waiting.flows)
        self._flows.add(batch.flows)
        return FlowBatch.together([waiting, batch], self._flows.rows)

    def _pass_on(self, every: FlowBatch) -> None:
        self._waiting = self._flows = None
        self._sink.take(every)
