"""Asks, ports and stations: each check that looks at packets, and what it lets pass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from tests.unit.judging import (
    FAR,
    GROUP,
    HERE,
    THERE,
    Host,
    Noticing,
    Station,
    Watch,
    ends,
    overlay,
    received,
    seen,
    sent,
)
from tests.unit.synthetic import Flow

from tunnel_monitor.contract import Encap, Example
from tunnel_monitor.diagnose.duplicate import Duplicate
from tunnel_monitor.diagnose.finding import Confidence, State
from tunnel_monitor.diagnose.low_entropy import LowEntropy, counted
from tunnel_monitor.diagnose.one_way import OneWay
from tunnel_monitor.diagnose.storm import Storm

ASKING = sent(packets=2)
INNER = ("192.168.0.1", "192.168.0.2")
VAIN = [seen(ASKING, asks=1, ends=ends({Example.ASK: INNER}))]
FLOOD = sent(None, outer_dst=GROUP)


def test_asked_through_a_tunnel_and_not_answered() -> None:
    watch = Watch([OneWay()], Host(overlay()))
    assert watch.drain(ASKING, received("192.168.0.7", FAR), times=5, noticed=VAIN) == []
    (finding,) = watch.drain(ASKING, received("192.168.0.7", FAR), times=4, noticed=VAIN)
    assert finding.seen.subject.peers == (HERE, THERE)
    assert finding.seen.evidence["sent_packets"] == 18
    assert finding.seen.evidence["unanswered_asks"] == 9
    assert finding.seen.example == INNER
    assert "an answer, for example from 192.168.0.1 to 192.168.0.2, and" in finding.seen.explanation
    assert finding.seen.confidence is Confidence.MEDIUM
    assert watch.drain(ASKING, received(), times=12, noticed=VAIN) == []


def test_asked_by_everybody_and_not_answered() -> None:
    watch = Watch([OneWay()], Host(overlay()))
    flooded = [seen(FLOOD, asks=1, arps=1, ends=ends({Example.ASK: INNER}))]
    (finding,) = watch.drain(sent(), FLOOD, times=9, noticed=flooded)
    assert finding.seen.evidence["of_these_to_everybody"] == 9
    assert finding.seen.confidence is Confidence.HIGH
    assert finding.seen.example == INNER


def test_who_asks_through_the_tunnel_is_named_before_who_asks_everybody() -> None:
    watch = Watch([OneWay()], Host(overlay()))
    other = ends({Example.ASK: ("192.168.0.1", "192.168.0.9")})
    flooded = [seen(FLOOD, asks=1, arps=1, ends=other)]
    watch.drain(ASKING, FLOOD, times=3, noticed=flooded)
    (finding,) = watch.drain(ASKING, FLOOD, times=7, noticed=[*flooded, *VAIN])
    assert finding.seen.example == INNER


@pytest.mark.parametrize("nobody", ["0.0.0.0", "::"])  # noqa: S104  # no socket's
def test_whoever_has_no_address_yet_is_not_named(nobody: str) -> None:
    watch = Watch([OneWay()], Host(overlay()))
    probe = seen(ASKING, asks=1, ends=ends({Example.ASK: (nobody, "192.168.0.2")}))
    (finding,) = watch.drain(ASKING, received("192.168.0.7", FAR), times=9, noticed=[probe])
    assert finding.record()["endpoints"] == []
    assert "for example" not in finding.seen.explanation


@pytest.mark.parametrize(
    ("flows", "noticed"),
    [
        ((sent(), received()), VAIN),
        ((sent(),), []),
        ((FLOOD,), [seen(FLOOD, asks=5)]),
        ((sent(), FLOOD), [seen(FLOOD, asks=5), seen(received("192.168.0.9", FAR), answers=1)]),
        ((ASKING, sent(outer_dst=FAR)), VAIN),
    ],
    ids=["answered", "a stream", "nobody in particular", "answered by another", "one way only"],
)
def test_not_one_way(flows: Sequence[Flow], noticed: list[Noticing]) -> None:
    assert Watch([OneWay()]).drain(*flows, times=12, noticed=noticed) == []


def test_who_sends_no_more_needs_no_answer() -> None:
    watch = Watch([OneWay()], Host(overlay()))
    watch.drain(ASKING, times=9, noticed=VAIN)
    assert watch.drain(times=16) == []
    assert watch.news == [("one-way", State.OPEN), ("one-way", State.CLOSED)]


def bits(count: int) -> list[int]:
    """Two words with so many bits set."""
    number = (1 << count) - 1
    return [number & (1 << 64) - 1, number >> 64]


def spread(flows: int, ports: int, flow: Flow | None = None) -> list[Noticing]:
    return [seen(flow or sent(), flows=bits(flows), ports=bits(ports))]


def test_many_flows_from_one_port() -> None:
    watch = Watch([LowEntropy()])
    flows = sent("192.168.0.9", bytes=9000), sent(), sent("192.168.0.8", FAR, bytes=99_000)
    (finding,) = watch.drain(*flows, times=3, noticed=spread(20, 1))
    assert finding.seen.example == ("192.168.0.1", "192.168.0.9")
    assert finding.seen.evidence["outer_source_ports"] == 1
    assert finding.seen.evidence["inner_flows"] == pytest.approx(21, abs=2)
    assert finding.seen.subject.peers == (HERE, THERE)


def test_few_at_a_time_are_many_together() -> None:
    watch = Watch([LowEntropy()])
    for turn in range(4):
        flows = [bits(20)[0] & 0x1F << 5 * turn, 0]
        watch.drain(times=1, noticed=[seen(sent(), flows=flows, ports=bits(1))])
    assert watch.drain(times=3, noticed=spread(1, 1))


@pytest.mark.parametrize(
    "noticed",
    [
        spread(12, 1),
        spread(40, 12),
        spread(40, 1, sent(path=(Encap.GTPU,))),
        spread(40, 0, sent(path=(Encap.GRE,))),
    ],
    ids=["few flows", "many ports", "gtp-u", "no ports"],
)
def test_enough_entropy(noticed: list[Noticing]) -> None:
    assert Watch([LowEntropy()]).drain(times=12, noticed=noticed) == []


@pytest.mark.parametrize("count", [1, 16, 60, 200])
def test_bits_tell_how_many_there_were(count: int) -> None:
    """Linear counting is right within a fifth, until nearly all bits are set."""
    random = np.random.default_rng(count)
    sets = np.zeros((50, 2), np.uint64)
    for place, bit in enumerate(random.integers(0, 128, (50, count))):
        for one in bit.tolist():
            sets[place, one >> 6] |= np.uint64(1 << (one & 63))
    assert counted(sets).mean() == pytest.approx(count, rel=0.2)


MAC = "02:00:00:00:07:01"
TWO = [Station(received(), MAC), Station(received(outer_src=FAR), MAC)]


def test_a_link_address_behind_two_peers() -> None:
    watch = Watch([Duplicate()])
    watch.drain(times=8, noticed=TWO)
    (finding,) = watch.diagnosis.report.open
    assert finding.seen.subject.endpoints == (MAC,)
    assert set(finding.seen.subject.peers) == {THERE, FAR}


def test_where_the_ip_address_moves_as_well_that_is_told() -> None:
    watch = Watch([Duplicate()])
    watch.drain(received(), received(outer_src=FAR), times=8, noticed=TWO)
    (finding,) = watch.diagnosis.report.open
    assert finding.seen.subject.endpoints == ("192.168.0.2",)


@pytest.mark.parametrize(
    "noticed",
    [
        TWO[:1],
        [*TWO, Station(received(outer_src="172.16.1.103"), MAC)],
        [Station(received(), MAC), Station(received(outer_src=FAR, vni=10001), MAC)],
    ],
    ids=["one", "a gateway's", "two networks"],
)
def test_no_second_station(noticed: list[Noticing]) -> None:
    watch = Watch([Duplicate()])
    watch.drain(times=12, noticed=noticed)
    assert watch.news == []


def test_a_storm_names_who_asks() -> None:
    flow = received(None, inner_dst=None, outer_dst=GROUP, packets=400)
    asking = seen(flow, arps=400, asker=bytes([192, 168, 0, 2]))
    (finding,) = Watch([Storm()]).drain(flow, times=4, noticed=[asking])
    assert finding.seen.subject.endpoints == ("192.168.0.2",)
