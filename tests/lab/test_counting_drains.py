"""Draining loses nothing, however often it is done and however much passes meanwhile."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import Final

import pytest
from tests.lab import underlay
from tests.lab.counting import Counted, Flow, wait_for, watching
from tests.lab.objects import LoadedPrograms
from tests.lab.senders import PacketSocket
from tests.lab.underlay import HERE
from tests.lab.writers import Writers
from tests.packets.expected import ENDPOINTS6, PEERS6, Case, flow, other
from tests.packets.stacks import OUTSIDE4, OUTSIDE6, PEER4, PING4, PING6, TCP4, TUNNEL

from tunnel_monitor.contract import Direction, Outcome
from tunnel_monitor.kernel import drain
from tunnel_monitor.kernel.drain import TableReader
from tunnel_monitor.kernel.load import LoadedObject
from tunnel_monitor.kernel.testrun import TestRunner
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.layout import NARROW_KEY
from tunnel_monitor.settings import MonitorSettings, TableSizes
from tunnel_monitor.testing.packets import (
    ARP,
    ICMP,
    TCP,
    UDP,
    VLAN,
    Ethernet,
    IPv4,
    payload,
)

pytestmark = pytest.mark.root

EGRESS = Direction.EGRESS
MONITORS, DRAINS = 8, 260  # more than two thousand in all
FLOWS = 23


def one_of_many(number: int) -> Case:
    inner = f"192.168.0.{number}", "192.168.0.100"
    return flow(f"flow {number}", OUTSIDE4, (Ethernet(), IPv4(*inner), ICMP()), inner=inner)


# The fast path in both widths, the long way, no inner IP header, and what is no flow.
CASES: Final = [
    *(one_of_many(number) for number in range(1, FLOWS + 1)),
    flow("ipv6", OUTSIDE6, PING6, outer=PEERS6, inner=ENDPOINTS6),
    flow("tagged", (Ethernet(), VLAN(7), PEER4, UDP(), TUNNEL), PING4),
    flow("tcp", OUTSIDE4, TCP4),
    flow("arp", OUTSIDE4, (Ethernet(), ARP()), inner=("", "")),
    other("plain tcp", Outcome.NOT_TUNNELED, Ethernet(), PEER4, TCP(), payload(100)),
    other("fragment", Outcome.LATER_FRAGMENT, Ethernet(), IPv4(offset=100), UDP(), payload(90)),
]


@pytest.fixture
def lab() -> Iterator[Lab]:
    with underlay.wired() as lab:
        yield lab


def counts_of(counted: Counted) -> Counter[Flow | Outcome]:
    """Packets by flow, and by reason of what is none."""
    found: Counter[Flow | Outcome] = Counter({k: row.packets for k, row in counted.flows.items()})
    outcomes = counted.outcomes(EGRESS)
    del outcomes[Outcome.FLOW]
    return found + Counter(outcomes)


def expected(writers: Writers, program: int) -> Counter[Flow | Outcome]:
    found: Counter[Flow | Outcome] = Counter()
    for place, case in enumerate(CASES):
        what = case.expected
        ends = (what.outer_src, what.outer_dst, what.vni or 0, what.inner_src, what.inner_dst)
        key = Flow(EGRESS, *ends) if what.outcome is Outcome.FLOW else what.outcome
        found[key] += writers.sent(program, place)
    return found


def test_thousands_of_drains_lose_nothing(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight monitors at once, since each drain waits for a grace period, and all for the same."""
    monkeypatch.setattr(drain, "SETTLING_S", 0)
    lab.ip(HERE, ["link add quiet type veth peer name other"])  # never up: nothing else passes
    with ExitStack() as stack:
        monitors = [stack.enter_context(watching(lab, HERE, "quiet")) for _ in range(MONITORS)]
        programs = [monitor.interface.loaded.programs["count_egress"] for monitor in monitors]
        writers = Writers(programs, [case.frame for case in CASES])

        def drain_often(monitor: Counted) -> int:
            return sum(bool(monitor.drain().ledger["packets"].any()) for _ in range(DRAINS))

        with writers.running(), ThreadPoolExecutor(MONITORS) as threads:
            busy = list(threads.map(drain_often, monitors))
        for number, monitor in enumerate(monitors):
            monitor.drain()
            assert counts_of(monitor) == expected(writers, number)
            assert monitor.seen(EGRESS).packets == sum(expected(writers, number).values())
        assert sum(busy) > MONITORS * DRAINS / 2, "most drains found nothing to lose"


def test_draining_tables_in_use_loses_packets() -> None:
    """What the flip is for; and the count above would notice."""
    sizes = TableSizes(narrow=64, wide=64, tunnels=16)
    frame = one_of_many(1).frame
    with LoadedObject(MonitorSettings(tables=sizes)) as loaded:
        reader = TableReader(NARROW_KEY, sizes.narrow)
        tables = loaded.tables["narrow_flows"][0]
        counted = 0

        def take() -> None:
            nonlocal counted
            counted += int(reader.take(tables).counters["packets"].sum())

        def lost() -> bool:
            writers = Writers([loaded.programs["count_egress"]], [frame])
            nonlocal counted
            counted = 0
            with writers.running():
                for _ in range(1000):
                    take()
            take()
            return counted < writers.sent(0, 0)

        assert wait_for(lost)


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two CPUs")
def test_a_drain_waits_for_programs_that_run(lab: Lab) -> None:
    """One that read the generation before the flip may write to it as long as it runs."""
    lab.ip(HERE, ["link add quiet type veth peer name other"])
    cpus = os.sched_getaffinity(0)
    one, *others = cpus
    with watching(lab, HERE, "quiet") as counted, LoadedPrograms("slow") as other:

        def run() -> None:
            os.sched_setaffinity(0, others)  # of this thread
            TestRunner(other.program("slow")).run(one_of_many(1).frame)

        def drained_meanwhile() -> bool:
            before, _ = other.row("marks", 2)  # started, ended
            running = threads.submit(run)
            wait_for(lambda: other.row("marks", 2)[0] > before)
            caught = other.row("marks", 2) == [before + 1, before]
            counted.drain()
            if caught:
                assert other.row("marks", 2) == [before + 1, before + 1]
            running.result()
            return caught

        os.sched_setaffinity(0, {one})
        try:
            with ThreadPoolExecutor(1) as threads:
                assert wait_for(drained_meanwhile), "no drain began while the program ran"
        finally:
            os.sched_setaffinity(0, cpus)


def test_drains_under_live_traffic_lose_nothing(lab: Lab) -> None:
    """Two programs send through a real device while it is drained."""
    sends, frames = 20_011, [one_of_many(number).frame for number in (1, 2)]
    with ExitStack() as stack:
        sockets = [stack.enter_context(closing(PacketSocket(lab, HERE))) for _ in frames]
        with watching(lab, HERE) as counted:
            senders = [
                threading.Thread(target=one.send, args=(frame, sends))
                for one, frame in zip(sockets, frames, strict=True)
            ]
            for sender in senders:
                sender.start()
            while any(sender.is_alive() for sender in senders):
                counted.drain()
                assert counted.residuals() == [(0, 0), (0, 0)]
            counted.drain_all(2 * sends, EGRESS)
            assert [row.packets for row in counted.flows.values()] == [sends, sends]
            assert counted.residuals() == [(0, 0), (0, 0)]
