"""What does not fit: each check that looks at sizes, what it finds, and what it lets pass."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.unit.judging import (
    HERE,
    SMALL_HEADERS,
    THERE,
    THERE_AND_BACK,
    Host,
    Noticing,
    Segment,
    Watch,
    ends,
    overlay,
    received,
    seen,
    sent,
)
from tests.unit.synthetic import Flow

from tunnel_monitor.contract import Example
from tunnel_monitor.diagnose.black_hole import BlackHole
from tunnel_monitor.diagnose.finding import Confidence, Finding
from tunnel_monitor.diagnose.fragments import Fragments
from tunnel_monitor.diagnose.mtu import Mtu
from tunnel_monitor.diagnose.thresholds import Thresholds

CLIENT, SERVER = "192.168.0.1", "192.168.0.2"


def syns(there: int, back: int) -> list[Noticing]:
    ask, answer = ({Example.SYN: pair} for pair in ((CLIENT, SERVER), (SERVER, CLIENT)))
    return [
        seen(THERE_AND_BACK[0], largest_syn=there, asks=1, ends=ends(ask)),
        seen(THERE_AND_BACK[1], largest_syn=back, answers=1, ends=ends(answer)),
    ]


def ends_of(finding: Finding) -> tuple[str, ...]:
    record = finding.record()
    return *record["peers"], *record["endpoints"]


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
    assert ends_of(finding) in {(HERE, THERE, CLIENT, SERVER), (THERE, HERE, SERVER, CLIENT)}
    assert "packets of 1480 bytes, for example from 192.168.0." in finding.seen.explanation
    assert len(watch.drain(*THERE_AND_BACK, times=10)) == 1  # connections are rare
    assert watch.drain(*THERE_AND_BACK, times=25) == []


@pytest.mark.parametrize("way", [0, 1])
def test_who_allows_least_is_named(way: int) -> None:
    watch = Watch([Mtu()], Host(overlay()))
    noticed = syns(1500, 1500)
    others = ends({Example.SYN: ("192.168.0.9", "192.168.0.8")})
    noticed[way] = seen(THERE_AND_BACK[way], largest_syn=9000, ends=others)
    (finding,) = watch.drain(*THERE_AND_BACK, times=2, noticed=noticed)
    assert ends_of(finding) in {(HERE, THERE, CLIENT, SERVER), (THERE, HERE, SERVER, CLIENT)}
    watch.drain(*THERE_AND_BACK, times=5)
    assert len(watch.diagnosis.report.open[0].seen.example) == 2  # whoever was, is remembered


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


def test_what_began_in_a_buffer_with_others_is_repeated_alone() -> None:
    """A drain between the two told of a packet of 7042 bytes, which nobody sends."""
    watch = Watch([BlackHole()])
    watch.drain(BIG, received(), noticed=[Segment(BIG, sequence=77, size=7042)])
    for _ in range(3):
        told = watch.drain(BIG, received(), noticed=[STUCK])
    (finding,) = told
    assert finding.seen.evidence["segment_bytes"] == 1450
    assert " packet of 1450 bytes " in finding.seen.explanation


@pytest.mark.parametrize(
    ("inner", "size", "ping"),
    [
        (("192.168.0.1", "192.168.0.2"), 1450, "ping -M do -s 1422 192.168.0.2"),
        # several segments that the card cuts: no more than the interface takes
        (("192.168.0.1", "192.168.0.2"), 14_040, "ping -M do -s 1472 192.168.0.2"),
        (("2001:db8::1", "2001:db8::2"), 1430, "ping -M do -s 1382 2001:db8::2"),
    ],
)
def test_what_to_ping_with(inner: tuple[str, str], size: int, ping: str) -> None:
    src, dst = inner
    big = sent(dst, inner_src=src)
    watch = Watch([BlackHole()], Host(overlay()))
    stuck = Segment(big, sequence=70_000, size=size)
    (finding,) = watch.drain(big, received(), times=4, noticed=[stuck])
    assert finding.seen.next == f"{ping}  # from {src}, with smaller and smaller sizes"


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
    assert finding.seen.example == ()
    (finding,) = Watch([BlackHole()]).drain(BIG, times=3, noticed=[told])
    assert finding.seen.example == ("192.168.0.1", "192.168.0.2")
    assert "1400 bytes, for example from 192.168.0.1 to 192.168.0.2." in finding.seen.explanation


def test_whose_packet_a_router_quotes_is_told_first() -> None:
    """And not who sends most through the tunnel, whose packets may all fit."""
    whose = ends({Example.TOO_BIG: ("192.168.0.7", "192.168.0.8")})
    told = seen(BIG, sampled=0, too_big=4, too_big_mtu=1400, ends=whose)
    (finding,) = Watch([BlackHole()]).drain(BIG, times=3, noticed=[told])
    assert finding.seen.example == ("192.168.0.7", "192.168.0.8")


def test_fragments_by_tunnel() -> None:
    whose = ends({Example.FRAGMENT: (SERVER, CLIENT)})
    cut = seen(received(), fragments=5, fragment_size=1396, ends=whose)
    (finding,) = Watch([Fragments()]).drain(times=3, noticed=[cut])
    assert finding.seen.example == (SERVER, CLIENT)
    assert "for example from 192.168.0.2 to 192.168.0.1. " in finding.seen.explanation
    assert finding.seen.subject.peers == (THERE, HERE)
    assert finding.seen.evidence["largest_fragment_bytes"] == 1396
    assert Watch([Fragments()]).drain(times=9, noticed=[seen(received())]) == []


def test_over_ipv6_the_command_looks_at_ipv6() -> None:
    flow = received(outer_src="2001:db8::2", outer_dst="2001:db8::1")
    fragments = [seen(flow, fragments=3, fragment_size=1480)]
    (finding,) = Watch([Fragments()]).drain(times=3, noticed=fragments)
    assert "ip6[6] == 44" in finding.seen.next


def test_a_tunnel_that_is_seen_coming_and_going_is_suspected_once() -> None:
    ends = (received(outer_src=HERE, outer_dst=THERE), sent())
    twice = [seen(one, fragments=3, fragment_size=1480) for one in ends]
    watch = Watch([Fragments()], thresholds=Thresholds(open_s=2))
    assert watch.drain(noticed=twice) == []
    assert len(watch.drain(times=2, noticed=twice)) == 1
