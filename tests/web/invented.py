"""A page with invented traffic: an overlay of any size, with a past and one who grows.

The demo's monitor sees one host's card. What two dozen or five hundred peers look like needs a
mirror port; here the same server answers from batches that nobody sent.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tests.beside import beside
from tests.unit.serving import Running, serving
from tests.unit.synthetic import ledger, records

from tunnel_monitor.contract import (
    META_EGRESS,
    META_HAS_INNER,
    META_HAS_VNI,
    META_PATH_SHIFT,
    Direction,
    Encap,
    Outcome,
)
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.kernel.drained import DeviceCounts, Drained, InterfaceDrain, Records
from tunnel_monitor.lab import namespaces
from tunnel_monitor.layout import COUNTERS, NARROW_KEY, TALLY, WIDE_KEY
from tunnel_monitor.serve import page

SECOND_NS = 1_000_000_000
FIRST_PEER = int(ipaddress.IPv4Address("172.16.1.100"))
FIRST_VNI = 10000
GROWN = 38e6 / 8  # bytes a second that the culprit sends more than before


@dataclass(frozen=True, slots=True)
class Overlay:
    """Who could talk to whom, and how much in the mean.

    Args:
        keys: (n,) NARROW_KEY.
        rates: (n,) bytes a second.
        culprit: place of the flow that grows.
    """

    keys: NDArray[np.void]
    rates: NDArray[np.float64]
    culprit: int

    @classmethod
    def of(cls, flows: int, peers: int, networks: int, mean_bps: float) -> Overlay:
        """The same for the same numbers: a few talk much, most a little."""
        random = np.random.default_rng(7)
        loud = (1 + np.arange(peers)) ** -0.9
        random.shuffle(loud)
        src = random.choice(peers, flows, p=loud / loud.sum())
        dst = (src + 1 + random.integers(0, peers - 1, flows)) % peers
        vni = random.integers(0, networks, flows)
        keys = np.zeros(flows, NARROW_KEY)
        for name, first, place in (
            ("outer_src", FIRST_PEER, src),
            ("outer_dst", FIRST_PEER, dst),
            ("inner_src", int(ipaddress.IPv4Address("192.168.0.1")), 256 * vni + src),
            ("inner_dst", int(ipaddress.IPv4Address("192.168.0.1")), 256 * vni + dst),
        ):
            keys[name] = (first + place).astype(">u4").view("V4")
        keys["vni"] = FIRST_VNI + vni
        keys["meta"] = META_HAS_VNI | META_HAS_INNER | Encap.VXLAN << META_PATH_SHIFT
        keys["meta"] |= (src % 2).astype(np.uint32) * np.uint32(META_EGRESS)
        rates = random.lognormal(0, 1.6, flows)
        rates *= mean_bps / 8 / rates.sum()
        return cls(keys, rates, int(np.argsort(rates)[-40 % flows]))

    def drain(self, number: int, time_ns: int, grown: float) -> Drained:
        """What one second brought; `grown` bytes more of the culprit."""
        random = np.random.default_rng(number)
        waves = 1 + 0.06 * np.sin(number / 37) + 0.03 * np.sin(number / 11)
        size = self.rates * waves * random.normal(1, 0.12, len(self.rates)).clip(0.2)
        size[self.culprit] += grown
        packets = np.ceil(size / 900).astype(np.uint64)
        counters = np.zeros(len(size), COUNTERS)
        counters["packets"] = packets
        counters["bytes"] = size.astype(np.uint64)
        counters["inner_bytes"] = counters["bytes"] - np.minimum(
            counters["bytes"], 50 * packets
        ).astype(np.uint64)
        sent = counters["bytes"] > 0
        own = Records(self.keys[sent], counters[sent])
        empty = records([], WIDE_KEY)
        rows = ledger([], [], {Outcome.NOT_TUNNELED: (19, 1900)})
        for direction in Direction:
            mine = (own.keys["meta"] & META_EGRESS != 0) == bool(direction)
            counts = own.counters[mine]
            total = (int(counts["packets"].sum()), int(counts["bytes"].sum()))
            rows[direction, Outcome.FLOW] = np.array((*total, *total), TALLY)
        device = DeviceCounts(0, 0, "packets", 0, 0)
        interface = InterfaceDrain("eth0", own, empty, empty, rows, (device, device))
        return Drained(time_ns, SECOND_NS, number, (interface,))


@dataclass(frozen=True, slots=True)
class Invented:
    """A running server with that overlay's traffic; to a visit it is what a demo is.

    Attributes:
        home: descriptor of the namespace it listens in.
        running: it.
        overlay: what its batches are of.
    """

    home: int
    running: Running
    overlay: Overlay

    @property
    def output(self) -> str:
        """What a demo would tell."""
        return f"Open http://127.0.0.1:{self.running.port}/"

    @property
    def culprit(self) -> str:
        """The outer address of who sends more than before."""
        return self._of_culprit("outer_src")

    @property
    def culprit_inside(self) -> str:
        """The inner address of the same."""
        return self._of_culprit("inner_src")

    def _of_culprit(self, column: str) -> str:
        packed = self.overlay.keys[column][self.overlay.culprit]
        return str(ipaddress.IPv4Address(packed.tobytes()))

    def get(self, path: str) -> Any:
        """Ask its API."""
        with namespaces.entered(self.home):
            return self.running.get(f"/{path}").json

    def drain(self, ahead_s: int = 0) -> None:
        """One second of traffic: now, or as if it were later."""
        number = self.running.view.snapshot.number + 1
        self.running.view.take(self.batch(number, time.time_ns() + ahead_s * SECOND_NS))

    def batch(self, number: int, time_ns: int, age_s: float = 0) -> FlowBatch:
        """One second of traffic; the culprit has grown for five minutes."""
        grown = GROWN * min(1.0, max(0.0, (330 - age_s) / 30))
        return FlowBatch.of(self.overlay.drain(number, time_ns, grown))


@contextmanager
def invented(
    home: int,
    *,
    flows: int = 620,
    peers: int = 23,
    networks: int = 4,
    past_s: int = 900,
    bps: float = 250e6,
) -> Iterator[Invented]:
    """A server whose last `past_s` seconds had that many flows of so many peers."""
    overlay = Overlay.of(flows, peers, networks, bps)
    with ExitStack() as stack:
        with namespaces.entered(home):
            running = stack.enter_context(serving(files=page.load()))
        here = Invented(home, running, overlay)
        now_ns = time.time_ns()
        for number in range(1, past_s + 1):
            age_s = past_s - number
            running.view.take(here.batch(number, now_ns - age_s * SECOND_NS, age_s))
        yield here


@contextmanager
def draining(here: Invented, interval_s: float = 1.0) -> Iterator[None]:
    """Lets its traffic go on."""

    def drain(ending: threading.Event) -> None:
        while not ending.wait(interval_s):
            here.drain()

    with beside(drain):
        yield
