"""What takes batches, and the queue that keeps a slow one from holding up the drain."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol, runtime_checkable

from tunnel_monitor.errors import TunnelMonitorError
from tunnel_monitor.flows.batch import FlowBatch

DEPTH = 8  # batches; at a million flows each is 100 MB, so a deep queue would be a large one


class Sink(Protocol):
    """Anything that wants every batch: the live view, an exporter."""

    name: str

    def take(self, batch: FlowBatch) -> None:
        """Use one batch; it is shared, so do not write to it. May take as long as it likes."""

    def close(self) -> None:
        """No batch will follow."""


@runtime_checkable
class Waits(Protocol):
    """A sink that keeps what it cannot pass on at once, as far as there is room."""

    def waiting_bytes(self) -> int:
        """How much waits."""

    def lost(self) -> int:
        """Batches that had to go, since the start."""


@dataclass(frozen=True, slots=True)
class SinkState:
    """What became of the batches of one sink.

    Args:
        name: the sink's.
        queued: batches that wait.
        dropped: batches that found the queue full, or no room in the sink, since the start.
        errors: batches whose `take` failed, since the start.
        waiting_bytes: what the sink itself keeps until it can pass it on.
    """

    name: str
    queued: int
    dropped: int
    errors: int
    waiting_bytes: int = 0


class SinkQueue:
    """Feeds one sink from a thread of its own.

    `offer` never waits and never fails: where `depth` batches wait already, the new one is
    dropped and counted. The first fault of a sink is reported, later ones are only counted; what
    a user can act on is reported when it begins, and again when it comes back.

    Args:
        sink: gets every batch that is not dropped, in order, always from the same thread.
        report: gets one sentence about an error.
        depth: how many batches may wait.
    """

    def __init__(self, sink: Sink, report: Callable[[str], None], depth: int = DEPTH) -> None:
        self._sink = sink
        self._report = report
        self._depth = depth
        self._waiting: deque[FlowBatch] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._dropped = 0
        self._errors = 0
        self._faults = 0
        self._told: str | None = None
        self._thread = threading.Thread(target=self._run, name=f"sink-{sink.name}", daemon=True)
        self._thread.start()

    def offer(self, batch: FlowBatch) -> None:
        """Queue a batch, or count it as dropped."""
        with self._changed:
            if self._closing or len(self._waiting) >= self._depth:
                self._dropped += 1
                return
            self._waiting.append(batch)
            self._changed.notify()

    def state(self) -> SinkState:
        """A consistent view from any thread."""
        sink = self._sink
        waiting, lost = (sink.waiting_bytes(), sink.lost()) if isinstance(sink, Waits) else (0, 0)
        with self._changed:
            return SinkState(
                sink.name, len(self._waiting), self._dropped + lost, self._errors, waiting
            )

    def close(self, patience_s: float = 2.0) -> bool:
        """Let the sink finish what waits, then close it; report what is lost if it does not.

        Args:
            patience_s: how long to wait for each batch, and for the end. The thread of a sink
                that takes longer is left behind, and ends with the process.
        Returns:
            Whether the sink finished.
        """
        with self._changed:
            self._closing = True
            self._changed.notify()
        waiting = self._depth + 1
        while self._thread.is_alive() and waiting > len(self._waiting):
            waiting = len(self._waiting)
            self._thread.join(patience_s)
        if not self._thread.is_alive():
            return True
        self._report(
            f"cannot wait for sink {self._sink.name} any longer: it takes more than "
            f"{patience_s:g} s for an interval; that one and {waiting} that wait are lost"
        )
        return False

    def _run(self) -> None:
        while (batch := self._next()) is not None:
            self._guarded(partial(self._sink.take, batch))
        self._guarded(self._sink.close)

    def _next(self) -> FlowBatch | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            return self._waiting.popleft() if self._waiting else None

    def _guarded(self, step: Callable[[], None]) -> None:
        try:
            step()
        except TunnelMonitorError as error:
            self._count_error()
            if str(error) != self._told:
                self._told = str(error)
                self._report(self._told)
        except Exception as error:  # a sink's fault must not cost the others
            self._count_error()
            self._faults += 1
            if self._faults == 1:
                self._report(
                    f"sink {self._sink.name} failed: {type(error).__name__}: {error}; "
                    "it goes on with the next batch, and `status` counts its errors"
                )
        else:
            self._told = None

    def _count_error(self) -> None:
        with self._changed:
            self._errors += 1
