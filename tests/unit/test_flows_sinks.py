from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from tests.unit.synthetic import drained

from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.sinks import SinkQueue, SinkState

DEADLINE_S = 10


def batch(number: int) -> FlowBatch:
    return FlowBatch.of(drained([], number=number))


class Recorder:
    """A sink that waits for leave before each batch."""

    name = "recorder"

    def __init__(self) -> None:
        self.taken: list[int] = []
        self.leave = threading.Semaphore(0)
        self.started = threading.Semaphore(0)
        self.closed = False
        self.fault: Callable[[], None] = lambda: None

    def take(self, batch: FlowBatch) -> None:
        self.started.release()
        assert self.leave.acquire(timeout=DEADLINE_S)
        self.fault()
        self.taken.append(batch.number)

    def close(self) -> None:
        self.closed = True


def test_batches_arrive_in_order_and_closing_finishes_them() -> None:
    sink = Recorder()
    queue = SinkQueue(sink, print)
    sink.leave.release(5)
    for number in range(5):
        queue.offer(batch(number))
    assert queue.close(DEADLINE_S)
    assert sink.taken == [0, 1, 2, 3, 4]
    assert sink.closed
    assert queue.state() == SinkState("recorder", queued=0, dropped=0, errors=0)


def test_a_slow_sink_loses_batches_and_holds_up_nobody() -> None:
    sink = Recorder()
    queue = SinkQueue(sink, print, depth=2)
    queue.offer(batch(0))
    assert sink.started.acquire(timeout=DEADLINE_S)  # it holds the first one from here on
    for number in range(1, 6):
        queue.offer(batch(number))
    assert queue.state() == SinkState("recorder", queued=2, dropped=3, errors=0)
    sink.leave.release(9)
    assert queue.close(DEADLINE_S)
    assert sink.taken == [0, 1, 2]


def test_a_sink_that_fails_is_reported_once_and_goes_on() -> None:
    def fail() -> None:
        raise OSError(28, "No space left on device")

    sink, reports = Recorder(), list[str]()
    sink.fault = fail
    queue = SinkQueue(sink, reports.append)
    sink.leave.release(9)
    for number in range(3):
        queue.offer(batch(number))
    assert queue.close(DEADLINE_S)
    assert queue.state().errors == 3
    assert len(reports) == 1
    assert "sink recorder failed: OSError: [Errno 28] No space left on device" in reports[0]


def test_a_stuck_sink_does_not_hold_up_the_end_and_what_it_loses_is_told() -> None:
    sink, reports = Recorder(), list[str]()
    queue = SinkQueue(sink, reports.append)
    for number in range(3):
        queue.offer(batch(number))
    assert sink.started.acquire(timeout=DEADLINE_S)
    assert not queue.close(0.01)
    assert reports == [
        "cannot wait for sink recorder any longer: it takes more than 0.01 s for an interval; "
        "that one and 2 that wait are lost"
    ]
    queue.offer(batch(3))
    assert queue.state().dropped == 1
    sink.leave.release(3)
    assert queue.close(DEADLINE_S)


def test_a_sink_that_gets_on_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two seconds in all were not enough for what waited, where the disk was slow."""
    sink = Recorder()
    queue = SinkQueue(sink, print)
    for number in range(5):
        queue.offer(batch(number))
    assert sink.started.acquire(timeout=DEADLINE_S)
    joining = queue._thread.join

    def patience_for_one(_: float) -> None:
        is_last = len(sink.taken) == 4
        sink.leave.release()
        if is_last:
            joining(DEADLINE_S)
        else:
            assert sink.started.acquire(timeout=DEADLINE_S)

    monkeypatch.setattr(queue._thread, "join", patience_for_one)
    assert queue.close()
    assert sink.taken == [0, 1, 2, 3, 4]
