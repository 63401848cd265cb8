"""Batches of made-up traffic at chosen times, and what they add up to."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator

from tests.unit.synthetic import Flow, drained

from tunnel_monitor.contract import Direction, Encap, Outcome
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.columns import ADDRESSES
from tunnel_monitor.flows.question import begin_ns
from tunnel_monitor.layout import COUNTERS, TALLY

SECOND_NS = 10**9
LONG_NS = 30 * SECOND_NS  # an interval with which hours need few batches
HOSTS = [f"172.16.1.{number}" for number in range(100, 105)]
PATHS = [(Encap.VXLAN,), (Encap.GENEVE,), (Encap.VXLAN, Encap.GRE)]

Key = tuple[object, ...]


def some_flow(chance: random.Random) -> Flow:
    """One flow of few, so that most are met again."""
    outer_src, outer_dst = chance.sample(HOSTS, 2)
    has_inner = chance.random() < 0.8
    return Flow(
        outer_src=outer_src,
        outer_dst=outer_dst,
        inner_src=f"192.168.0.{chance.randrange(4)}" if has_inner else None,
        inner_dst=f"2001:db8::{chance.randrange(3)}" if has_inner else None,
        vni=chance.choice([None, 10000, 10001]),
        packets=chance.randrange(1, 1000),
        bytes=chance.randrange(10**3, 10**9),
        inner_bytes=chance.randrange(10**3),
        direction=chance.choice(list(Direction)),
        path=chance.choice(PATHS),
        interface=chance.choice(["eth0", "eth1"]),
    )


def batch_at(number: int, flows: Iterable[Flow], *, interval_ns: int = LONG_NS) -> FlowBatch:
    """The drain with that number; two packets to nowhere come with it."""
    taken = drained(
        list(flows),
        rest={Outcome.NOT_TUNNELED: (2, 84)},
        interfaces=("eth0", "eth1"),
        number=number,
        interval_ns=interval_ns,
    )
    return FlowBatch.of(taken)


def batches(
    numbers: Iterable[int], *, seed: int = 1, flows: int = 3, interval_ns: int = LONG_NS
) -> Iterator[FlowBatch]:
    """One for each number, of random flows."""
    chance = random.Random(seed)  # noqa: S311
    for number in numbers:
        yield batch_at(number, [some_flow(chance) for _ in range(flows)], interval_ns=interval_ns)


def flow_sums(all_batches: Iterable[FlowBatch]) -> Counter[Key]:
    """(interface, key..., counter) -> sum over all batches, by a loop over rows."""
    sums: Counter[Key] = Counter()
    for batch in all_batches:
        for row in batch.flows:
            addresses = [row[name].tobytes() for name in ADDRESSES]
            name = batch.interfaces[row["interface"]]
            for counter in COUNTERS.names or ():
                key = (name, int(row["meta"]), int(row["vni"]), *addresses, counter)
                sums[key] += int(row[counter])
    return sums


def ledger_sums(all_batches: Iterable[FlowBatch]) -> Counter[Key]:
    """(interface, direction, outcome, member) -> sum over all batches."""
    sums: Counter[Key] = Counter()
    for batch in all_batches:
        for place, interface in enumerate(batch.interfaces):
            for direction in Direction:
                for outcome in Outcome:
                    row = batch.ledger[place, direction, outcome]
                    for name in TALLY.names or ():
                        sums[interface, int(direction), int(outcome), name] += int(row[name])
    return +sums


def begin_of(batch: FlowBatch) -> int:
    """When the interval of a drain began, as it was meant."""
    return begin_ns(batch.time_ns, batch.interval_ns, batch.interval_ns)
