"""What one watched interface counted, all its drains added up, in words that tests compare."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from tunnel_monitor.contract import (
    DIRECTIONS,
    META_EGRESS,
    META_HAS_INNER,
    OUTCOMES,
    Direction,
    Outcome,
    Signal,
)
from tunnel_monitor.flows import columns, labels
from tunnel_monitor.flows.addresses import text
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.columns import ADDRESSES, Rows
from tunnel_monitor.kernel.drain import Drainer, WatchedInterface, add_tallies, total, watch
from tunnel_monitor.kernel.drained import InterfaceDrain
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.layout import TALLY
from tunnel_monitor.settings import MonitorSettings, TableSizes

# Small tables are made and read faster.
SETTINGS: Final = MonitorSettings(tables=TableSizes(narrow=4096, wide=4096, tunnels=64))
PATIENCE_S: Final = 20.0


class Counts(NamedTuple):
    """What a flow came to on the wire."""

    packets: int
    bytes: int
    inner_bytes: int


class Flow(NamedTuple):
    """The key of a flow; inner addresses are "" where there is no inner IP header."""

    direction: Direction
    outer_src: str
    outer_dst: str
    vni: int
    inner_src: str = ""
    inner_dst: str = ""


class Tally(NamedTuple):
    """A row of the ledger."""

    packets: int
    bytes: int
    buffers: int
    buffer_bytes: int


class Counted:
    """One watched interface and the sum of all its drains.

    Args:
        interface: nobody else drains it.
    """

    def __init__(self, interface: WatchedInterface) -> None:
        self.interface = interface
        self.flows: dict[Flow, Counts] = {}
        self.tunnels: dict[Flow, Counts] = {}
        self.paths: set[str] = set()
        self.signals: dict[Signal, dict[Flow, Counts]] = {signal: {} for signal in Signal}
        self._drainer = Drainer([interface])
        self._ledger = np.zeros((DIRECTIONS, OUTCOMES), TALLY)

    def drain(self) -> InterfaceDrain:
        """Drain once and add what came."""
        drained = self._drainer.drain()
        batch = FlowBatch.of(drained)
        add_rows(self.flows, batch.flows)
        add_rows(self.tunnels, batch.tunnels)
        self.paths.update(labels.paths(batch.flows))
        for signal, rows in self.signals.items():
            chosen = batch.signals["meta"] & signal.bit != 0
            add_rows(rows, columns.where(batch.signals, chosen))
        (self.last,) = drained.interfaces
        add_tallies(self._ledger, self.last.ledger)
        return self.last

    def drain_until(self, condition: Callable[[], bool]) -> bool:
        """Drain until a condition holds right after a drain; whether it ever did.

        At least twice: a difference to the interface's counters counts only when two drains in a
        row show it.
        """

        def holds() -> bool:
            self.drain()
            return condition()

        self.drain()
        return wait_for(holds)

    def drain_all(self, packets: int, direction: Direction) -> None:
        """Drain until so many packets of flows arrived, and once more, for those too many."""
        self.drain_until(lambda: self.outcome(direction, Outcome.FLOW).packets >= packets)
        self.drain()

    def outcome(self, direction: Direction, outcome: Outcome) -> Tally:
        """One row of the ledger, since the start."""
        return Tally(*self._ledger[direction, outcome].item())

    def seen(self, direction: Direction) -> Tally:
        """All that one hook saw since the start."""
        return Tally(*total(self._ledger)[direction].item())

    def outcomes(self, direction: Direction) -> dict[Outcome, int]:
        """The outcomes that occurred, in packets."""
        packets = {outcome: self.outcome(direction, outcome).packets for outcome in Outcome}
        return {outcome: count for outcome, count in packets.items() if count}

    def residuals(self) -> list[tuple[int, int]]:
        """By Direction: packets and bytes of the interface less ours, as the last drain has it."""
        assert self.last.device is not None, "the interface is gone"
        return [(way.residual_packets, way.residual_bytes) for way in self.last.device]


def add_rows(to: dict[Flow, Counts], rows: Rows) -> None:
    """Add rows of a batch, in place."""
    for row in rows:
        outer_src, outer_dst, *inner = (text(row[name].tobytes()) for name in ADDRESSES)
        meta = int(row["meta"])
        direction = Direction.EGRESS if meta & META_EGRESS else Direction.INGRESS
        ends = inner if meta & META_HAS_INNER else ("", "")
        key = Flow(direction, outer_src, outer_dst, int(row["vni"]), *ends)
        before = to.get(key, Counts(0, 0, 0))
        to[key] = Counts(*(old + int(row[name]) for name, old in before._asdict().items()))


def added(flows: dict[Flow, Counts]) -> Counts:
    """The sum of flows."""
    return Counts(*(sum(column) for column in zip((0, 0, 0), *flows.values(), strict=True)))


def wait_for(condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> bool:
    """Ask until it holds or time is up; whether it held."""
    deadline = time.monotonic() + patience_s
    while not (held := condition()) and time.monotonic() < deadline:
        time.sleep(0.002)
    return held


def path_of(lab: Lab, where: str) -> Path:
    """The file of one of the lab's namespaces."""
    return Path(lab.path(where))


@contextmanager
def watching(
    lab: Lab, where: str, device: str = "eth0", settings: MonitorSettings = SETTINGS
) -> Iterator[Counted]:
    """Watch an interface of the lab.

    Args:
        lab: holds the namespace.
        where: the namespace.
        device: the interface.
        settings: of the monitor.
    """
    interface = watch(device, settings, path_of(lab, where))
    try:
        yield Counted(interface)
    finally:
        interface.close()
