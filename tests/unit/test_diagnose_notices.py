"""Each check that looks at packets, too: what it finds, and what it lets pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from tests.unit.judging import (
    FAR,
    GROUP,
    HERE,
    THERE,
    Host,
    Noticing,
    Segment,
    Station,
    Watch,
    overlay,
    received,
    seen,
    sent,
)
from tests.unit.synthetic import Flow

from tunnel_monitor.contract import Encap, Mark, Quirk
from tunnel_monitor.diagnose.black_hole import BlackHole
from tunnel_monitor.diagnose.decap_failure import DecapFailure
from tunnel_monitor.diagnose.dscp import Dscp
from tunnel_monitor.diagnose.duplicate import Duplicate
from tunnel_monitor.diagnose.finding import Confidence, State
from tunnel_monitor.diagnose.fragments import Fragments
from tunnel_monitor.diagnose.header import Header
from tunnel_monitor.diagnose.low_entropy import LowEntropy, counted
from tunnel_monitor.diagnose.mtu import Mtu
from tunnel_monitor.diagnose.one_way import OneWay
from tunnel_monitor.diagnose.path_change import PathChange
from tunnel_monitor.diagnose.storm import Storm
from tunnel_monitor.diagnose.thresholds import Thresholds

# 14 bytes of Ethernet, 20 of IP, 8 of UDP, 8 of VXLAN around what is inside
SIZES: dict[str, Any] = {"packets": 10, "bytes": 6040, "inner_bytes": 5540}
SMALL_HEADERS = tuple(end(**SIZES | {"inner_bytes": 5800}) for end in (sent, received))
THERE_AND_BACK = (sent(**SIZES), received(**SIZES))


def syns(there: int, back: int) -> list[Noticing]:
    return [
        seen(THERE_AND_BACK[0], largest_syn=there, asks=1),
        seen(THERE_AND_BACK[1], largest_syn=back, answers=1),
    ]


def test_what_both_sides_allow_will_not_fit() -> None:
    watch = Watch([Mtu()], Host(overlay()))
    (finding,) = watch.drain(*THERE_AND_BACK, times=2, noticed=syns(1500, 1480))
    assert finding.seen.evidence == {
        "inner_packet_bytes": 1480,
        "overhead_bytes": 50,
        "outer_packet_bytes": 1530,
        "room_bytes": 1500,
        "room_is": "the interface's MTU",
        "fitting_inner_bytes": 1450,
    }
    assert set(finding.seen.subject.peers) == {HERE, THERE}
    assert len(watch.drain(*THERE_AND_BACK, times=10)) == 1  # connections are rare
    assert watch.drain(*THERE_AND_BACK, times=25) == []


@pytest.mark.parametrize(
    ("flows", "noticed"),
    [
        (THERE_AND_BACK, syns(1450, 1450)),
        (THERE_AND_BACK, syns(9000, 1450)),
        (THERE_AND_BACK, syns(1500, 0)),
        (THERE_AND_BACK[:1], syns(1500, 1500)[:1]),
        ((), syns(1500, 1500)),
        (SMALL_HEADERS, syns(1476, 1476)),
    ],
    ids=["it fits", "one side says less", "no answer", "one way", "no flows", "small headers"],
)
def test_it_will_fit(flows: Sequence[Flow], noticed: list[Noticing]) -> None:
    assert Watch([Mtu()], Host(overlay())).drain(*flows, times=5, noticed=noticed) == []


def test_a_router_may_have_told_of_less() -> None:
    watch = Watch([Mtu()], Host(overlay()))
    told = seen(THERE_AND_BACK[0], largest_syn=1450, too_big=1, too_big_mtu=1400)
    (finding,) = watch.drain(*THERE_AND_BACK, times=2, noticed=[told, *syns(1450, 1450)])
    assert (finding.seen.evidence["room_bytes"], finding.seen.evidence["room_is"]) == (
        1400,
        "told by a router",
    )


BIG = sent(packets=1, bytes=1514, inner_bytes=1464)
STUCK = Segment(BIG, sequence=77)


def test_one_and_the_same_segment_again_and_again() -> None:
    watch = Watch([BlackHole()])
    watch.drain(BIG, received())
    assert watch.drain(BIG, noticed=[STUCK]) == []
    watch.drain()
    watch.drain(BIG, noticed=[STUCK])
    (finding,) = watch.drain(BIG, noticed=[STUCK])
    assert finding.seen.subject.endpoints == ("192.168.0.1", "192.168.0.2")
    assert finding.seen.evidence["times"] == 3
    assert finding.seen.evidence["segment_bytes"] == 1450
    watch.drain(BIG, received(), noticed=[Segment(BIG, sequence=90_000)])
    assert watch.drain(times=12) == []


def test_a_sender_that_gets_on() -> None:
    watch = Watch([BlackHole()])
    for number in range(12):
        watch.drain(BIG, received(), noticed=[Segment(BIG, sequence=number * 1000)])
    assert watch.news == []


def test_where_nothing_comes_back_size_makes_no_difference() -> None:
    assert Watch([BlackHole()]).drain(BIG, times=12, noticed=[STUCK]) == []


def test_a_router_says_that_it_is_too_big() -> None:
    told = seen(BIG, sampled=0, too_big=4, too_big_mtu=1400)
    (finding,) = Watch([BlackHole()]).drain(times=3, noticed=[told])
    assert finding.seen.evidence["path_mtu_bytes"] == 1400
    assert finding.seen.subject.peers == (HERE, THERE)
    assert finding.seen.confidence is Confidence.HIGH


def test_fragments_by_tunnel() -> None:
    cut = seen(received(), fragments=5, fragment_size=1396)
    (finding,) = Watch([Fragments()]).drain(times=3, noticed=[cut])
    assert finding.seen.subject.peers == (THERE, HERE)
    assert finding.seen.evidence["largest_fragment_bytes"] == 1396
    assert Watch([Fragments()]).drain(times=9, noticed=[seen(received())]) == []


ASKING = sent(packets=2)
VAIN = [seen(ASKING, asks=1)]
FLOOD = sent(None, outer_dst=GROUP)


def test_asked_through_a_tunnel_and_not_answered() -> None:
    watch = Watch([OneWay()], Host(overlay()))
    assert watch.drain(ASKING, received("192.168.0.7", FAR), times=5, noticed=VAIN) == []
    (finding,) = watch.drain(ASKING, received("192.168.0.7", FAR), times=4, noticed=VAIN)
    assert finding.seen.subject.peers == (HERE, THERE)
    assert finding.seen.evidence["sent_packets"] == 18
    assert finding.seen.evidence["unanswered_asks"] == 9
    assert finding.seen.confidence is Confidence.MEDIUM
    assert watch.drain(ASKING, received(), times=12, noticed=VAIN) == []


def test_asked_by_everybody_and_not_answered() -> None:
    watch = Watch([OneWay()], Host(overlay()))
    flooded = [seen(FLOOD, asks=1, arps=1)]
    (finding,) = watch.drain(sent(), FLOOD, times=9, noticed=flooded)
    assert finding.seen.evidence["of_these_to_everybody"] == 9
    assert finding.seen.confidence is Confidence.HIGH


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
    (finding,) = Watch([LowEntropy()]).drain(times=3, noticed=spread(20, 1))
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


def marked(flow: Flow, marks: Mark) -> Noticing:
    outer = 46 if marks is Mark.COPIED else 0
    return seen(flow, marks=marks, inner_mark=46, outer_mark=outer)


def test_a_mark_that_is_copied_one_way_and_lost_the_other() -> None:
    watch = Watch([Dscp()])
    one, other = marked(sent(), Mark.COPIED), marked(received(), Mark.WIPED)
    (finding,) = watch.drain(times=3, noticed=[one, other])
    assert finding.seen.subject.peers == (THERE, HERE)
    assert finding.seen.evidence == {"rule": "dscp", "inner_dscp": 46, "outer_dscp": 0}


@pytest.mark.parametrize(
    "noticed",
    [
        [marked(sent(), Mark.COPIED), marked(received(), Mark.COPIED)],
        [marked(sent(), Mark.WIPED), marked(received(), Mark.WIPED)],
        [marked(sent(), Mark.COPIED), seen(received())],
        [marked(received(), Mark.WIPED)],
        [seen(sent(), ecn=1 | 1 << 10 | 1 << 11 | 1 << 5 | 1 << 8 | 1 << 14, df=1 << 2)],
    ],
    ids=["both copy", "neither does", "not marked", "not seen", "as RFC 6040 has it"],
)
def test_marks_as_they_may_be(noticed: list[Noticing]) -> None:
    assert Watch([Dscp()]).drain(times=12, noticed=noticed) == []


@pytest.mark.parametrize("bit", [1, 2, 3, 6, 9, 13])
def test_ecn_that_cannot_be(bit: int) -> None:
    (finding,) = Watch([Dscp()]).drain(times=3, noticed=[seen(sent(), ecn=1 | 1 << bit)])
    assert finding.seen.evidence["rule"] == "ecn"


def test_df_that_is_lost() -> None:
    flow = sent(path=(Encap.IPIP,), vni=None)
    (finding,) = Watch([Dscp()]).drain(times=3, noticed=[seen(flow, df=1 << 2)])
    assert finding.seen.evidence["rule"] == "df"


@pytest.mark.parametrize("quirk", Quirk)
def test_odd_headers(quirk: Quirk) -> None:
    header = int.from_bytes(bytes.fromhex("0c00000000000700"), "little")
    odd = seen(received(), quirks=1 << quirk, header=header)
    (finding,) = Watch([Header()]).drain(times=3, noticed=[odd])
    assert finding.seen.evidence["quirks"] == [quirk.label]
    assert finding.seen.evidence["header"] == "0c 00 00 00 00 00 07 00"
    assert Watch([Header()]).drain(times=3, noticed=[seen(received())]) == []


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, {"mtu", "dscp", "header"}),
        ({"mtu_bytes": 30, "dscp_packets": 4, "header_packets": 4}, {"mtu", "dscp", "header"}),
        ({"mtu_bytes": 31}, {"dscp", "header"}),
        ({"dscp_packets": 5}, {"mtu", "header"}),
        ({"header_packets": 5}, {"mtu", "dscp"}),
    ],
)
def test_what_is_below_its_threshold_is_let_pass(given: dict[str, float], found: set[str]) -> None:
    watch = Watch([Mtu(), Dscp(), Header()], Host(overlay()), Thresholds(**given))
    there, back = THERE_AND_BACK
    told = watch.drain(
        *THERE_AND_BACK,
        times=3,
        noticed=[
            seen(there, largest_syn=1480, asks=1, sampled=4, quirks=1, ecn=1 << 1),
            seen(back, largest_syn=1480, answers=1),
        ],
    )
    assert {finding.name for finding in told} == found


def test_odd_headers_explain_what_is_dropped_whoever_sends_most() -> None:
    host = Host(overlay())
    watch = Watch([Header(), DecapFailure()], host)
    odd = [seen(received(), quirks=1)]
    others = received(outer_src=FAR, packets=50, inner_bytes=50 * 554)
    watch.drain(others, times=5, noticed=odd)
    watch.drain(others, times=8)
    assert watch.news == [("header", State.OPEN)]


def test_odd_headers_explain_what_is_dropped() -> None:
    host = Host(overlay())
    watch = Watch([Header(), DecapFailure()], host)
    odd = [seen(received(), quirks=1)]
    found = watch.drain(received(packets=50, inner_bytes=50 * 554), times=15, noticed=odd)
    assert [finding.name for finding in found] == ["header"]


def ttl(least: int, most: int | None = None, **more: Any) -> Noticing:
    return seen(received(**more), least_ttl=least, most_ttl=most or least)


def test_a_longer_way() -> None:
    watch = Watch([PathChange()])
    assert watch.drain(times=5, noticed=[ttl(64)]) == []
    (finding,) = watch.drain(times=3, noticed=[ttl(60)])
    assert finding.seen.subject.peers == (THERE, HERE)
    assert finding.seen.evidence == {"ttl_before": 64, "ttl_now": 60, "hops": 4}
    assert watch.drain(times=12, noticed=[ttl(64)]) == []
    assert watch.news == [("path-change", State.OPEN), ("path-change", State.CLOSED)]


def test_a_way_that_changes_in_the_middle_of_a_drain() -> None:
    watch = Watch([PathChange()])
    watch.drain(times=5, noticed=[ttl(64)])
    watch.drain(noticed=[ttl(60, 64)])
    (finding,) = watch.drain(times=3, noticed=[ttl(60)])
    assert finding.seen.evidence["ttl_before"] == 64
    watch.drain(noticed=[ttl(60, 64)])
    assert watch.drain(times=20, noticed=[ttl(64)]) == []
    watch.drain(noticed=[ttl(60, 64)])
    assert watch.drain(times=3, noticed=[ttl(60)]), "it changes once more"


def test_in_the_end_the_new_way_is_the_usual_one() -> None:
    watch = Watch([PathChange()], thresholds=Thresholds(path_change_s=20))
    watch.drain(times=5, noticed=[ttl(64)])
    assert watch.drain(times=15, noticed=[ttl(60)])
    assert watch.drain(times=30, noticed=[ttl(60)]) == []
    assert watch.drain(times=3, noticed=[ttl(64)])


@pytest.mark.parametrize(
    "turns",
    [
        [ttl(60, 64), ttl(62), ttl(60)],
        [ttl(64), ttl(62, 64), ttl(62)],
        [ttl(64, 64), *[ttl(62, 64), ttl(64)] * 2, ttl(62)],
        [ttl(64), ttl(64, outer_src=FAR)],
        [ttl(64), ttl(1, outer_dst=GROUP)],
        [ttl(64), seen(sent(), least_ttl=60, most_ttl=60)],
    ],
    ids=[
        "one of several",
        "by and by",
        "now and then",
        "another peer",
        "to a group",
        "what is sent",
    ],
)
def test_the_same_way(turns: list[Noticing]) -> None:
    watch = Watch([PathChange()])
    for one in turns:
        assert watch.drain(times=5, noticed=[one]) == []


def test_too_little_is_known_to_call_it_a_change() -> None:
    watch = Watch([PathChange()])
    watch.drain(times=2, noticed=[ttl(64)])
    assert watch.drain(times=5, noticed=[ttl(60)]) == []


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
