"""Several drains as one, for a sink whose work grows with the flows of each."""

from __future__ import annotations

from typing import Final

from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.sinks import Sink

FLOWS_PER_S: Final = 2000
LONGEST_S: Final = 5.0
MOST_FLOWS: Final = 100_000  # that wait: 11 MB


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
        self._waiting: list[FlowBatch] = []

    def take(self, batch: FlowBatch) -> None:
        """Let it wait for others, or pass on all that wait."""
        self._waiting.append(batch)
        flows = sum(len(one.flows) for one in self._waiting)
        waited_s = sum(one.interval_ns for one in self._waiting) / 10**9
        until_s = min(LONGEST_S, len(batch.flows) / FLOWS_PER_S)
        # Intervals are never quite as long as they should be: the nearest drain it is.
        if flows >= MOST_FLOWS or waited_s + batch.interval_ns / 2e9 > until_s:
            self._pass_on()

    def close(self) -> None:
        """Pass on what waits, and close the other."""
        if self._waiting:
            self._pass_on()
        self._sink.close()

    def _pass_on(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._sink.take(FlowBatch.together(waiting))
