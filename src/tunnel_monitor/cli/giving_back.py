"""Memory that goes back after each batch: `memory.py` has why."""

from __future__ import annotations

import ctypes

from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.sinks import Sink


class GivingBack:
    """A sink that gives back, after each batch, what another needed for it.

    Args:
        sink: the other; everything but that is its own.
    """

    def __init__(self, sink: Sink) -> None:
        self.name = sink.name
        self._sink = sink
        self._trim = getattr(ctypes.CDLL(None), "malloc_trim", None)

    def take(self, batch: FlowBatch) -> None:
        """Let the other take it."""
        self._sink.take(batch)
        if self._trim is not None:
            self._trim(ctypes.c_size_t(0))

    def close(self) -> None:
        """Close the other."""
        self._sink.close()
