"""Loss is told from what only looks like it: drains, clocks and monitors, simulated."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.unit.synthetic import Flow, drained

from tunnel_monitor.contract import DIRECTIONS, OUTCOMES, Direction
from tunnel_monitor.diagnose.mutes import Mutes
from tunnel_monitor.diagnose.thresholds import Thresholds
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.filter.tree import Texts, leaves
from tunnel_monitor.flows.group import group
from tunnel_monitor.flows.question import Answer, Books, Place, Question, Series, Span, Sums
from tunnel_monitor.layout import TALLY
from tunnel_monitor.serve.fleet_findings import STEP_NS, FleetFindings

SECOND_NS = 10**9
BEGIN_NS = 1_000_000 * STEP_NS
LENGTH_S = 120
HOSTS = ("node1", "node2")
A, B = "172.16.1.100", "172.16.1.101"
ON_THE_WAY_S = 0.001

Number = TypeVar("Number", np.int64, np.float64)
Times = NDArray[np.float64]


@dataclass
class Host:
    """When its drains are taken, by the true time; drain k is that of its clock's second k.

    Args:
        ahead_s: its clock.
        late_s: (LENGTH_S + 1,) how late each drain is.
        asleep: from when to when no monitor runs.
        monitors: how many run, on different interfaces.
        every: of how many seconds a drain is.
    """

    ahead_s: float = 0.0
    late_s: Times = field(default_factory=lambda: np.zeros(LENGTH_S + 1))
    asleep: tuple[float, float] = (0.0, 0.0)
    monitors: int = 1
    every: int = 1

    @property
    def drains(self) -> Times:
        taken: Times = np.arange(LENGTH_S + 1) + self.late_s - self.ahead_s
        return taken[:: self.every]

    @property
    def elapsed_s(self) -> Times:
        begins, ends = self.drains[:-1], self.drains[1:]
        slept = np.minimum(ends, self.asleep[1]) - np.maximum(begins, self.asleep[0])
        return self._by_second((ends - begins - np.maximum(slept, 0)) * self.monitors)

    def counts(self, times: Times) -> NDArray[np.int64]:
        """(LENGTH_S,) how many packets of those times each drain has."""
        awake = times[(times < self.asleep[0]) | (times >= self.asleep[1])]
        return self._by_second(np.histogram(awake, self.drains)[0])

    def _by_second(self, by_drain: NDArray[Number]) -> NDArray[Number]:
        """(LENGTH_S,) with what a drain has at the second it ends with."""
        seconds = np.zeros(LENGTH_S, by_drain.dtype)
        seconds[self.every - 1 :: self.every] = by_drain
        return seconds


@dataclass
class Store:
    """What two hosts have counted of a tunnel, of which one direction is looked at.

    Args:
        times: when its packets are sent.
        lost: which of them never arrive.
        hosts: the sender and the receiver.
        until_s: so much of it is complete.
        named: the endpoints of what was found.
    """

    times: Times
    lost: NDArray[np.bool_]
    hosts: tuple[Host, Host] = field(default_factory=lambda: (Host(), Host()))
    until_s: int = 0
    named: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        sender, receiver = self.hosts
        self.sent = sender.counts(self.times)
        self.received = receiver.counts(self.times[~self.lost] + ON_THE_WAY_S)

    def span(self) -> Span | None:
        return Span(BEGIN_NS, BEGIN_NS + self.until_s * SECOND_NS)

    def answer(self, question: Question) -> Answer:
        here = seconds(question.span)
        counts = [(A, B, int(self.sent[here].sum()), int(self.received[here].sum())), (B, A, 7, 7)]
        flows = [
            Flow(outer_src=source, outer_dst=to, packets=packets, direction=way, interface=host)
            for source, to, sent, received in counts
            for host, way, packets in (
                (HOSTS[source != A], Direction.EGRESS, sent),
                (HOSTS[to != A], Direction.INGRESS, received),
            )
        ]
        rows = FlowBatch.of(drained(flows, interfaces=HOSTS)).flows
        groups = group(rows, question.by - {"host"} | {"interface"})
        places = tuple(Place(host, "") for host in HOSTS)
        return Answer(question.span, question.span.length_ns, groups, places, Sums(0, 0, 0, 0))

    def series(self, question: Question, step_ns: int) -> Series:
        assert step_ns == SECOND_NS
        texts = {
            one.column: one.patterns for one in leaves(question.filter) if isinstance(one, Texts)
        }
        host = HOSTS.index(texts["host"][0])
        here = seconds(question.span)
        packets = (self.sent, self.received)[host][here]
        counts = np.zeros((2, len(packets), 3), np.uint64)
        counts[0, :, 0] = packets
        rows = FlowBatch.of(drained([Flow()])).flows
        ends_ns = question.span.until_ns - np.arange(len(packets))[::-1] * SECOND_NS
        elapsed_ns = (self.hosts[host].elapsed_s[here] * SECOND_NS).astype(np.int64)
        return Series(question.span, ends_ns, elapsed_ns, rows, (), counts, 0)

    def ledger(self, span: Span, hosts: Collection[str] = ()) -> Books:
        (host,) = hosts
        elapsed_s = self.hosts[HOSTS.index(host)].elapsed_s[seconds(span)].sum()
        none = np.zeros((0, DIRECTIONS, OUTCOMES), TALLY)
        return Books(span, int(elapsed_s * SECOND_NS), (), none)


def seconds(span: Span) -> slice:
    return slice(*(max(0, time - BEGIN_NS) // SECOND_NS for time in (span.from_ns, span.until_ns)))


def found_after(store: Store, fault_s: float = 0.0) -> float | None:
    """Seconds from a fault until it is found, once the last of a step is there; None: never."""
    judge = FleetFindings(store, thresholds=Thresholds(), mutes=Mutes(), complain=pytest.fail)
    for store.until_s in range(5, LENGTH_S + 1, 5):
        judge.look()
        if judge.report.open:
            store.named = judge.report.open[0].seen.example
            return store.until_s - fault_s
    return None


def steady(rate: float) -> Times:
    return np.arange(0, LENGTH_S, 1 / rate) + 0.3 / rate


def bursts(chance: np.random.Generator) -> Times:
    """A tenth of a second to some seconds each, at rates between 10 and 5000 packets a second."""
    parts, now_s = [], 0.0
    while now_s < LENGTH_S:
        length_s, rate = chance.exponential(1.5) + 0.1, 10 ** chance.uniform(1, 3.7)
        parts.append(now_s + np.arange(0, length_s, 1 / rate))
        now_s += length_s + chance.choice([0.0, chance.exponential(2.0)])
    return np.concatenate(parts)


def restless(chance: np.random.Generator) -> Times:
    """Each second at another rate, of 20 to 200 packets."""
    counts = chance.integers(20, 200, LENGTH_S)
    return np.sort(np.repeat(np.arange(LENGTH_S), counts) + chance.random(counts.sum()))


def by_turns(_: np.random.Generator) -> Times:
    """A second at 20 packets, one at 200, and so on."""
    return np.concatenate(
        [second + np.arange(0, 1, (0.05, 0.005)[second % 2]) for second in range(LENGTH_S)]
    )


def growing() -> Times:
    """From 10 packets a second to 5000, within half a minute, and again from the beginning."""
    rates = 10 * 500 ** ((np.arange(LENGTH_S * 20) / 20 % 30) / 30)
    counts = np.diff(np.floor(np.cumsum(rates / 20)), prepend=0).astype(int)
    return np.repeat(np.arange(len(counts)) / 20, counts) + 0.01


TRAFFIC: dict[str, Callable[[np.random.Generator], Times]] = {
    "steady": lambda _: steady(500.0),
    "bursts": bursts,
    "restless": restless,
    "growing": lambda _: growing(),
}


def late(chance: np.random.Generator, most_s: float) -> Host:
    return Host(late_s=chance.uniform(0, most_s, LENGTH_S + 1))


def later_and_later(ramp_s: float, most_s: float = 0.5) -> Host:
    return Host(late_s=np.clip((np.arange(LENGTH_S + 1) - 20) / ramp_s * most_s, 0, most_s))


HEALTHY: dict[str, Callable[[np.random.Generator], tuple[Host, Host]]] = {
    "punctual": lambda _: (Host(), Host()),
    "late by up to half a second": lambda chance: (late(chance, 0.5), late(chance, 0.5)),
    "the sender later and later": lambda _: (later_and_later(10), Host()),
    "half a second late from then on": lambda _: (later_and_later(0.1), Host()),
    "the receiver is late, then no more": lambda _: (
        Host(),
        Host(late_s=0.5 - later_and_later(8).late_s),
    ),
    "the sender's clock is behind": lambda _: (Host(ahead_s=-1.0), Host()),
    "the receiver's clock is behind": lambda _: (Host(), Host(ahead_s=-1.0)),
    "the sender's clock is half a second behind": lambda _: (Host(ahead_s=-0.5), Host()),
    "the receiver restarts at once": lambda _: (Host(), Host(asleep=(50.3, 50.7))),
    "the receiver restarts": lambda _: (Host(), Host(asleep=(52.3, 54.7))),
    "the sender restarts": lambda _: (Host(asleep=(54.9, 55.3)), Host()),
}


@pytest.mark.parametrize("traffic", TRAFFIC)
@pytest.mark.parametrize("hosts", HEALTHY)
def test_what_is_not_lost_is_no_finding(hosts: str, traffic: str) -> None:
    for seed in range(4):
        chance = np.random.default_rng(seed)
        times = TRAFFIC[traffic](chance)
        store = Store(times, np.zeros(len(times), bool), HEALTHY[hosts](chance))
        assert found_after(store) is None, seed


def lossy(
    times: Times, share: float, fault_s: float, chance: np.random.Generator
) -> NDArray[np.bool_]:
    return (times >= fault_s) & (chance.random(len(times)) < share)


@pytest.mark.parametrize("fault_s", [60.0, 61.5, 63.0, 64.5])
@pytest.mark.parametrize(("rate", "share"), [(50.0, 0.1), (500.0, 0.1), (50.0, 1.0)])
def test_loss_is_found_within_nine_seconds(rate: float, share: float, fault_s: float) -> None:
    for seed in range(5):
        chance = np.random.default_rng(seed)
        times = steady(rate)
        hosts = late(chance, 0.05), late(chance, 0.05)
        store = Store(times, lossy(times, share, fault_s, chance), hosts)
        after_s = found_after(store, fault_s)
        assert after_s is not None
        assert store.named == ("192.168.0.1", "192.168.0.2")
        assert 0 < after_s <= 9, (seed, after_s)


def test_little_loss_is_found_too() -> None:
    chance = np.random.default_rng(1)
    times = steady(1000.0)
    after_s = found_after(Store(times, lossy(times, 0.013, 60.0, chance)), 60.0)
    assert after_s is not None
    assert after_s <= 15


def test_a_host_with_two_monitors_has_its_loss_found_by_steps() -> None:
    chance = np.random.default_rng(1)
    times = steady(500.0)
    hosts = Host(), Host(monitors=2)
    assert found_after(Store(times, lossy(times, 0.1, 60.0, chance), hosts), 60.0) == 10


@pytest.mark.parametrize("share", [0.1, 0.5])
@pytest.mark.parametrize("traffic", [restless, by_turns])
def test_loss_is_found_though_rates_change(
    traffic: Callable[[np.random.Generator], Times], share: float
) -> None:
    """A second in which the rate changed never counted, and there was no other."""
    for seed in range(10):
        chance = np.random.default_rng(seed)
        times, fault_s = traffic(chance), 60 + chance.uniform(0, 5)
        hosts = late(chance, 0.05), late(chance, 0.05)
        after_s = found_after(Store(times, lossy(times, share, fault_s, chance), hosts), fault_s)
        assert after_s is not None, seed
        assert 0 < after_s <= 14, (seed, after_s)


def test_loss_from_the_beginning_is_found_as_soon() -> None:
    """Seconds before the monitors began were held to be seconds in which they did not count."""
    for seed in range(10):
        chance = np.random.default_rng(seed)
        begin_s, times = 40 + chance.uniform(0, 5), steady(500.0)
        hosts = [
            Host(late_s=chance.uniform(0, 0.05, LENGTH_S + 1), asleep=(-1.0, begin_s + after_s))
            for after_s in chance.uniform(0, 0.3, 2)
        ]
        store = Store(times, lossy(times, 0.1, 0.0, chance), (hosts[0], hosts[1]))
        after_s = found_after(store, begin_s)
        assert after_s is not None, seed
        assert 0 < after_s <= 10, (seed, after_s)


def test_loss_is_found_soon_after_a_restart() -> None:
    chance = np.random.default_rng(1)
    times = steady(500.0)
    hosts = Host(), Host(asleep=(52.3, 56.7))
    assert found_after(Store(times, lossy(times, 0.1, 60.0, chance), hosts), 60.0) == 5


@pytest.mark.parametrize(("every", "soon_s"), [(2, 20), (5, 10)])
def test_loss_is_found_by_longer_drains_too(every: int, soon_s: int) -> None:
    chance = np.random.default_rng(1)
    times = steady(500.0)
    hosts = Host(every=every), Host(every=every)
    assert found_after(Store(times, lossy(times, 0.1, 60.0, chance), hosts), 60.0) == soon_s
