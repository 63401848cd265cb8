"""Checks that need flows alone, storms and hogs: what they find, and what they let pass."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.judging import GROUP, HERE, THERE, Host, Watch, overlay, received, sent
from tests.unit.synthetic import Flow

from tunnel_monitor.contract import Direction
from tunnel_monitor.diagnose.finding import State
from tunnel_monitor.diagnose.hog import Hog
from tunnel_monitor.diagnose.storm import Storm
from tunnel_monitor.diagnose.thresholds import Thresholds

MEGABIT = 125_000


def arp(packets: int, *, outer_dst: str = GROUP) -> Flow:
    return received(None, inner_dst=None, outer_dst=outer_dst, packets=packets)


@pytest.mark.parametrize(
    "flows",
    [
        (arp(210), arp(60, outer_dst=HERE)),
        (received(inner_dst="255.255.255.255", packets=210),),
        (received(inner_dst="192.168.0.77", outer_dst=GROUP, packets=210),),
    ],
    ids=["arp", "broadcast", "unknown unicast"],
)
def test_a_storm_is_what_everybody_must_look_at(flows: tuple[Flow, ...]) -> None:
    watch = Watch([Storm()])
    assert watch.drain(*flows, times=2) == []
    (finding,) = watch.drain(*flows)
    assert (finding.name, finding.seen.subject.vni) == ("storm", 10000)
    assert finding.seen.subject.peers[0] == THERE
    assert finding.seen.evidence["packets_per_s"] == 210


@pytest.mark.parametrize(
    "flows",
    [
        (arp(199),),
        (received(packets=10**6),),
        (received(inner_dst="239.7.7.7", outer_dst=GROUP, packets=10**6),),
        (arp(150), received(None, inner_dst=None, vni=10001, packets=150)),
        tuple(sent(None, outer_dst=f"172.16.1.{last}", packets=150) for last in range(101, 110)),
    ],
    ids=["few", "unicast", "television", "two networks", "copied for each peer"],
)
def test_no_storm(flows: tuple[Flow, ...]) -> None:
    assert Watch([Storm()]).drain(*flows, times=5) == []


def test_the_rate_is_by_second_however_long_a_drain_is() -> None:
    assert Watch([Storm()], interval_s=10).drain(arp(1500), times=2) == []
    assert Watch([Storm()], interval_s=0.1).drain(arp(21), times=40)


def busy(mbit: float, *, others: int = 3) -> tuple[Flow, ...]:
    small = [received(f"192.168.0.{last}", bytes=1000) for last in range(10, 10 + others)]
    return (received(bytes=round(mbit * MEGABIT)), *small)


def test_who_makes_most_of_the_growth_is_a_hog() -> None:
    watch = Watch([Hog()])
    watch.drain(*busy(1), times=10)
    assert watch.drain(*busy(40), times=3) == []
    (finding,) = watch.drain(*busy(40), times=5)
    assert finding.seen.subject.endpoints[0] == "192.168.0.2"
    assert finding.seen.evidence["rule"] == "growth"
    assert finding.seen.evidence["before_bits_per_s"] == pytest.approx(1_000_000, rel=0.01)
    # It does not become its own past.
    assert watch.drain(*busy(40), times=120)
    watch.drain(*busy(1), times=20)
    assert watch.news == [("hog", State.OPEN), ("hog", State.CLOSED)]


def test_a_hog_may_take_the_link_from_the_start() -> None:
    (finding,) = Watch([Hog()], Host(overlay())).drain(*busy(600), times=6)
    assert finding.seen.evidence["rule"] == "link"


def both(mbit: float) -> tuple[Flow, ...]:
    return (*busy(mbit), received("192.168.0.9", bytes=round(mbit * MEGABIT)))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (busy(1), busy(9)),
        (busy(30), busy(50)),
        (both(1), both(40)),
        (busy(1, others=1), busy(40, others=1)),
        ((), busy(40)),
    ],
    ids=["little", "not by much", "two of them", "nobody else", "no past"],
)
def test_no_hog(before: tuple[Flow, ...], after: tuple[Flow, ...]) -> None:
    watch = Watch([Hog()], Host(overlay()))
    if before:
        watch.drain(*before, times=10)
    assert watch.drain(*after, times=15) == []


def test_thresholds_change_what_is_found() -> None:
    watch = Watch([Storm()], thresholds=Thresholds.of(["storm-packets-per-s=10", "storm-s=0"]))
    assert watch.drain(arp(11))


def test_both_directions_count() -> None:
    flow = replace(arp(250), direction=Direction.EGRESS, outer_src=HERE)
    assert Watch([Storm()]).drain(flow, times=3)
