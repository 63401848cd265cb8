"""How often the host is looked at, which takes long where it has many devices."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from tests.unit.judging import overlay
from tests.unit.synthetic import drained

from tunnel_monitor.diagnose import diagnosis
from tunnel_monitor.diagnose.diagnosis import Diagnosis
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.kernel.overlay import Overlay


@dataclass
class Host:
    """Takes its time to tell, on the clock and of a processor."""

    takes_s: float
    of_processor_s: float
    clock_s: float = 100.0
    processor_s: float = 0.0
    readings: int = 0

    def read(self) -> Overlay:
        self.readings += 1
        self.clock_s += self.takes_s
        self.processor_s += self.of_processor_s
        return overlay()

    def close(self) -> None:
        """There is nothing to close."""


@pytest.mark.parametrize(
    ("takes_s", "of_processor_s", "readings"),
    [
        (0.01, 0.01, 10),
        (0.4, 0.01, 10),  # preempted all the time, it was not looked at again for twenty seconds
        (0.1, 0.1, 2),
    ],
)
def test_the_host_is_read_as_often_as_it_costs_little(
    takes_s: float, of_processor_s: float, readings: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host(takes_s, of_processor_s)
    clocks = SimpleNamespace(monotonic=lambda: host.clock_s, thread_time=lambda: host.processor_s)
    monkeypatch.setattr(diagnosis, "time", clocks)
    judge = Diagnosis([], overlay=host)
    for second in range(10):
        host.clock_s = max(host.clock_s, 100.0 + second)
        judge.take(FlowBatch.of(drained([], number=second)))
    assert host.readings == readings
