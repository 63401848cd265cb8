"""A full table loses nothing: what finds no room is in its tunnel's row, or at least counted."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

import pytest
from tests.lab import underlay
from tests.lab.counting import SETTINGS, Counted, Counts, Flow, added, watching
from tests.lab.senders import PacketSocket
from tests.lab.underlay import HERE
from tests.lab.writers import Writers

from tunnel_monitor.contract import Direction, Outcome
from tunnel_monitor.kernel import drain
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.settings import TableSizes
from tunnel_monitor.testing.packets import (
    ICMP,
    UDP,
    VXLAN,
    Ethernet,
    ICMPv6,
    IPv4,
    IPv6,
    Layer,
    packet,
    payload,
)

pytestmark = pytest.mark.root

EGRESS = Direction.EGRESS
ROOM: Final = TableSizes(narrow=7, wide=5, tunnels=3)
PLACES = {"ipv4": ROOM.narrow, "ipv6": ROOM.wide}


@dataclass(frozen=True)
class Sent:
    """One flow: what is sent, and what it must become."""

    key: Flow
    frame: bytes
    counts: Counts

    @property
    def tunnel(self) -> Flow:
        return self.key._replace(inner_src="", inner_dst="")


def made(family: str, number: int, tunnels: int) -> Sent:
    """The flow of that number, in one of so many tunnels; each is sent another number of times."""
    place = number % tunnels
    times = 3 + number
    outer: tuple[str, str]
    inner: tuple[str, str]
    if family == "ipv4":
        outer = ("172.16.1.100", f"172.16.2.{place + 1}")
        inner = (f"192.168.0.{number + 1}", "192.168.0.200")
        outside: Layer = IPv4(*outer)
        inside: tuple[Layer, ...] = (IPv4(*inner), ICMP())
    else:
        outer = ("2001:db8::100", f"2001:db8::2:{place + 1:x}")
        inner = (f"fd00::{number + 1:x}", "fd00::200")
        outside, inside = IPv6(*outer), (IPv6(*inner), ICMPv6())
    behind = (Ethernet(), *inside, payload(20 + number))
    frame = packet(Ethernet(), outside, UDP(), VXLAN(vni=place), *behind)
    counts = Counts(times, times * len(frame), times * len(packet(*behind)))
    return Sent(Flow(EGRESS, *outer, place, *inner), frame, counts)


def flows(family: str, number: int, tunnels: int) -> list[Sent]:
    return [made(family, one, tunnels) for one in range(number)]


def summed(rows: list[tuple[Flow, Counts]]) -> dict[Flow, Counts]:
    found: dict[Flow, Counts] = {}
    for key, counts in rows:
        before = found.get(key, Counts(0, 0, 0))
        found[key] = Counts(*(a + b for a, b in zip(before, counts, strict=True)))
    return found


@pytest.fixture
def lab() -> Iterator[Lab]:
    with underlay.wired() as lab:
        yield lab


@pytest.fixture
def one_cpu() -> Iterator[None]:
    """Tables are a CPU's own, so room is exact only on one."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    yield
    os.sched_setaffinity(0, before)


@pytest.fixture
def counted(lab: Lab, one_cpu: None) -> Iterator[Counted]:
    del one_cpu
    with watching(lab, HERE, settings=replace(SETTINGS, tables=ROOM)) as counted:
        yield counted


def send(lab: Lab, sent: list[Sent]) -> None:
    with closing(PacketSocket(lab, HERE)) as sender:
        for one in sent:
            sender.send(one.frame, one.counts.packets)


@pytest.mark.parametrize("family", PLACES)
def test_a_flow_without_room_is_in_its_tunnel_s_row(
    lab: Lab, counted: Counted, family: str
) -> None:
    sent = flows(family, 41, tunnels=ROOM.tunnels)
    send(lab, sent)
    counted.drain()
    kept, rest = sent[: PLACES[family]], sent[PLACES[family] :]
    assert counted.flows == {one.key: one.counts for one in kept}
    assert counted.tunnels == summed([(one.tunnel, one.counts) for one in rest])
    for outcome, rows in ((Outcome.FLOW, counted.flows), (Outcome.OVERFLOW, counted.tunnels)):
        total = added(rows)
        assert counted.outcome(EGRESS, outcome) == (*total[:2], *total[:2])


@pytest.mark.parametrize("family", PLACES)
def test_a_tunnel_without_room_is_in_the_ledger(lab: Lab, counted: Counted, family: str) -> None:
    sent = flows(family, 41, tunnels=11)
    send(lab, sent)
    drained = counted.drain()
    kept, rest = sent[: PLACES[family]], sent[PLACES[family] :]
    tunnels = list(dict.fromkeys(one.tunnel for one in rest))[: ROOM.tunnels]
    placed = summed([(one.tunnel, one.counts) for one in rest if one.tunnel in tunnels])
    unplaced = [one.counts for one in rest if one.tunnel not in tunnels]
    assert counted.flows == {one.key: one.counts for one in kept}
    assert len(drained.tunnels.keys) == ROOM.tunnels
    assert {key: row for key, row in counted.tunnels.items() if key in placed} == placed
    (nameless,) = (row for key, row in counted.tunnels.items() if key not in placed)
    assert nameless[:2] == (
        sum(counts.packets for counts in unplaced),
        sum(counts.bytes for counts in unplaced),
    )
    overflow = added({one.key: one.counts for one in rest})
    assert counted.outcome(EGRESS, Outcome.OVERFLOW) == (*overflow[:2], *overflow[:2])


def test_the_next_interval_has_room_again(lab: Lab, counted: Counted) -> None:
    sent = flows("ipv4", 4 * ROOM.narrow, tunnels=1)
    groups = iter(sent)
    for group in iter(lambda: list(islice(groups, ROOM.narrow)), []):
        send(lab, group)
        counted.drain()
    assert counted.flows == {one.key: one.counts for one in sent}
    assert not counted.tunnels


def test_overflow_on_all_cpus_while_draining_loses_nothing(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain, "SETTLING_S", 0)
    lab.ip(HERE, ["link add quiet type veth peer name other"])  # never up: nothing else passes
    sent = [one for family in PLACES for one in flows(family, 17, tunnels=1)]
    with watching(lab, HERE, "quiet", settings=replace(SETTINGS, tables=ROOM)) as counted:
        program = counted.interface.loaded.programs["count_egress"]
        writers = Writers([program], [one.frame for one in sent])
        with writers.running():
            for _ in range(150):
                counted.drain()
        counted.drain()
    right: Counter[Flow] = Counter()
    found: Counter[Flow] = Counter()
    for place, one in enumerate(sent):
        right[one.tunnel] += writers.sent(0, place)
    for key, row in [*counted.flows.items(), *counted.tunnels.items()]:
        found[key._replace(inner_src="", inner_dst="")] += row.packets
    assert found == right
    assert counted.seen(EGRESS).packets == sum(right.values())
    assert counted.outcome(EGRESS, Outcome.OVERFLOW).packets > 0
    assert counted.outcome(EGRESS, Outcome.FLOW).packets > 0
