"""Loss between two hosts: both ends of a tunnel, whatever else passes, and clocks that differ."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from tests.unit.judging import FAR, HERE, THERE, Watch
from tests.unit.synthetic import Flow, drained

from tunnel_monitor.contract import Direction
from tunnel_monitor.diagnose.finding import Finding
from tunnel_monitor.diagnose.loss import Loss, Missing
from tunnel_monitor.diagnose.thresholds import Thresholds
from tunnel_monitor.diagnose.two_ends import TwoEnds
from tunnel_monitor.flows.batch import FlowBatch

IN, OUT = Direction.INGRESS, Direction.EGRESS
A, B = "eth0", "eth1"  # the hosts of a drain's rows


def counted(host: str, source: str, destination: str, direction: Direction, packets: int) -> Flow:
    return Flow(
        outer_src=source,
        outer_dst=destination,
        direction=direction,
        packets=packets,
        interface=host,
    )


def both(sent: int, received: int, back: int = 50) -> list[Flow]:
    """What A sends to B as both count it, and what comes back."""
    return [
        counted(A, HERE, THERE, OUT, sent),
        counted(B, HERE, THERE, IN, received),
        counted(B, THERE, HERE, OUT, back),
        counted(A, THERE, HERE, IN, back),
    ]


@dataclass
class Fleet:
    """Two hosts, and a detector of their loss."""

    asleep: set[str] = field(default_factory=set)
    thresholds: Thresholds = field(default_factory=Thresholds)

    def __post_init__(self) -> None:
        detector = Loss(lambda host: host not in self.asleep)
        self.watch = Watch([detector], interval_s=5.0, thresholds=self.thresholds)

    def step(self, *flows: Flow, times: int = 1) -> list[Finding]:
        return self.watch.drain(*flows, times=times)


def test_loss_is_found_at_its_tunnel_and_closes() -> None:
    fleet = Fleet()
    assert fleet.step(*both(250, 250), times=3) == []
    assert fleet.step(*both(250, 225)) == []
    (found,) = fleet.step(*both(250, 225))
    subject = found.seen.subject
    assert (subject.encap, subject.vni, subject.peers) == ("vxlan", 10000, (HERE, THERE))
    assert found.seen.evidence == {
        "from_host": A,
        "to_host": B,
        "sent_packets": 250,
        "received_packets": 225,
        "lost_packets": 25,
        "lost_share": 0.1,
        "step_s": 5.0,
    }
    assert "25 did not arrive" in found.seen.explanation
    assert fleet.step(*both(250, 250), times=2) == []


def test_what_nobody_receives_is_lost_too() -> None:
    fleet = Fleet()
    lost = [one for one in both(100, 0) if one.packets]
    lost.append(counted(B, THERE, FAR, OUT, 1))
    (found,) = fleet.step(*lost, times=2)
    assert found.seen.evidence["lost_share"] == 1.0


def test_what_is_on_its_way_or_counted_late_is_not_lost() -> None:
    fleet = Fleet()
    for late in (20, 0, 20, 15, 0, 20, 20):
        sent = [counted(A, HERE, THERE, OUT, 250), counted(B, THERE, HERE, OUT, 1)]
        assert fleet.step(*sent, counted(B, HERE, THERE, IN, 250 - late)) == []
        assert fleet.step(*sent, counted(B, HERE, THERE, IN, 250 + late)) == []


@pytest.mark.parametrize(("lost", "sent"), [(9, 50), (20, 4000)])
def test_little_is_no_finding(lost: int, sent: int) -> None:
    assert Fleet().step(*both(sent, sent - lost), times=4) == []


def test_thresholds_say_what_is_little() -> None:
    fleet = Fleet(thresholds=Thresholds.of(["loss-packets=5", "loss-share=0.001", "loss-s=0.5"]))
    assert fleet.step(*both(4000, 3990))


def test_a_host_that_was_not_watched_all_the_time_loses_nothing() -> None:
    fleet = Fleet(asleep={B})
    assert fleet.step(*both(250, 100), times=3) == []
    fleet.asleep.clear()
    assert fleet.step(*both(250, 250), times=3) == []
    assert fleet.step(*both(250, 200), times=2)


def test_who_passes_packets_on_is_no_end() -> None:
    fleet = Fleet()
    router = [counted(B, HERE, FAR, direction, 250) for direction in (IN, OUT)]
    assert fleet.step(counted(A, HERE, FAR, OUT, 250), *router, times=4) == []


def ends_of(*flows: Flow) -> TwoEnds:
    return TwoEnds.of(FlowBatch.of(drained(flows, interfaces=(A, B, "eth2"))).flows)


def test_an_address_that_two_hosts_send_from_has_no_home() -> None:
    twice = counted("eth2", HERE, FAR, OUT, 1)
    assert len(ends_of(*both(1, 1)).rows) == 2
    assert len(ends_of(*both(1, 1), twice).rows) == 0


def test_an_end_that_nobody_watches_is_left_out() -> None:
    ends = ends_of(counted(A, HERE, THERE, OUT, 5), counted(A, THERE, HERE, IN, 5))
    assert len(ends.rows) == 0
    assert len(ends_of().rows) == 0


def test_what_is_missing_is_remembered_for_a_while_and_not_for_too_many() -> None:
    missing = Missing()
    keys = np.array([7, 3], np.uint64)
    ten, none = np.array([10, 10]), np.array([0, 0])
    assert missing.add(keys, ten, 0.0).tolist() == [10, 10]
    assert missing.add(keys, none, 30.0).tolist() == [0, 0]
    assert missing.add(keys, ten, 60.0).tolist() == [10, 10]
    missing.forget(keys[:1])
    assert missing.add(keys, -ten, 65.0).tolist() == [-10, -10]
    assert missing.add(keys, ten, 70.0).tolist() == [0, 0]
    assert missing.add(keys, none, 140.0).tolist() == [0, 0]
    many = np.arange(100_001, dtype=np.uint64)
    zeros = np.zeros(len(many), np.int64)
    missing.add(many, zeros, 141.0)
    assert missing.add(keys, ten, 142.0).tolist() == [10, 10]
