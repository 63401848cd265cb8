"""What headers say: each check that reads them, what it finds, and what it lets pass."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.judging import (
    FAR,
    GROUP,
    HERE,
    THERE,
    THERE_AND_BACK,
    Host,
    Noticing,
    Watch,
    ends,
    overlay,
    received,
    seen,
    sent,
)
from tests.unit.synthetic import Flow

from tunnel_monitor.contract import Encap, Example, Mark, Quirk
from tunnel_monitor.diagnose import path_change
from tunnel_monitor.diagnose.base import Detector
from tunnel_monitor.diagnose.decap_failure import DecapFailure
from tunnel_monitor.diagnose.dscp import Dscp
from tunnel_monitor.diagnose.finding import State
from tunnel_monitor.diagnose.fragments import Fragments
from tunnel_monitor.diagnose.header import Header
from tunnel_monitor.diagnose.mtu import Mtu
from tunnel_monitor.diagnose.path_change import PathChange
from tunnel_monitor.diagnose.thresholds import Thresholds

THIS, THAT = ("192.168.0.2", "192.168.0.1"), ("192.168.0.9", "192.168.0.1")


def marked(flow: Flow, marks: Mark) -> Noticing:
    outer = 46 if marks is Mark.COPIED else 0
    whose = ends({Example.MARK: THAT if marks is Mark.COPIED else THIS})
    return seen(flow, marks=marks, inner_mark=46, outer_mark=outer, ends=whose)


def test_a_mark_that_is_copied_one_way_and_lost_the_other() -> None:
    watch = Watch([Dscp()])
    one, other = marked(sent(), Mark.COPIED), marked(received(), Mark.WIPED)
    (finding,) = watch.drain(times=3, noticed=[one, other])
    assert finding.seen.subject.peers == (THERE, HERE)
    assert finding.seen.evidence == {"rule": "dscp", "inner_dscp": 46, "outer_dscp": 0}
    assert finding.seen.example == THIS


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
    wrong = seen(sent(), ecn=1 | 1 << bit, ends=ends({Example.ECN: THIS, Example.MARK: THAT}))
    (finding,) = Watch([Dscp()]).drain(times=3, noticed=[wrong])
    assert finding.seen.evidence["rule"] == "ecn"
    assert finding.seen.example == THIS


def test_df_that_is_lost() -> None:
    flow = sent(path=(Encap.IPIP,), vni=None)
    lost = seen(flow, df=1 << 2, ends=ends({Example.DF: THIS, Example.ECN: THAT}))
    (finding,) = Watch([Dscp()]).drain(times=3, noticed=[lost])
    assert finding.seen.evidence["rule"] == "df"
    assert finding.seen.example == THIS


@pytest.mark.parametrize("quirk", Quirk)
def test_odd_headers(quirk: Quirk) -> None:
    header = int.from_bytes(bytes.fromhex("0c00000000000700"), "little")
    odd = seen(received(), quirks=1 << quirk, header=header, ends=ends({Example.HEADER: THIS}))
    (finding,) = Watch([Header()]).drain(times=3, noticed=[odd])
    assert finding.seen.evidence["quirks"] == [quirk.label]
    assert finding.seen.evidence["header"] == "0c 00 00 00 00 00 07 00"
    assert finding.seen.example == THIS
    assert f", for example from {THIS[0]} to {THIS[1]}. " in finding.seen.explanation
    assert Watch([Header()]).drain(times=3, noticed=[seen(received())]) == []


BROKEN: dict[str, Any] = {"quirks": 1, "ecn": 1 << 2, "fragments": 3}


@pytest.mark.parametrize("detector", [Header, Dscp, Fragments])
def test_the_command_looks_where_it_is_seen(detector: type[Detector]) -> None:
    flows = received(), received(outer_src=FAR, interface="eth1")
    broken = [seen(flow, **BROKEN) for flow in flows]
    found = Watch([detector()]).drain(times=3, noticed=broken)
    assert {one.seen.subject.peers[0]: one.seen.next.split(" -i ")[1][:4] for one in found} == {
        THERE: "eth0",
        FAR: "eth1",
    }


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


def test_who_sends_most_where_packets_do_not_arrive_is_named() -> None:
    watch = Watch([DecapFailure()], Host(overlay()))
    flows = (
        received("192.168.0.9", packets=50, bytes=50 * 604, inner_bytes=50 * 554),
        received(packets=5),
        received("192.168.0.7", vni=10001, packets=99, bytes=99 * 604),
        sent("192.168.0.6", packets=99, bytes=99 * 604),
    )
    (finding,) = watch.drain(*flows, times=15)
    assert finding.record()["endpoints"] == list(THAT)
    assert ", for example from 192.168.0.9 to 192.168.0.1, vxlan" in finding.seen.explanation


def ttl(least: int, most: int | None = None, **more: Any) -> Noticing:
    return seen(received(**more), least_ttl=least, most_ttl=most or least)


def test_a_longer_way() -> None:
    watch = Watch([PathChange()])
    assert watch.drain(times=5, noticed=[ttl(64)]) == []
    flows = received("192.168.0.9", bytes=7000), received(), received(outer_src=FAR, bytes=9000)
    (finding,) = watch.drain(*flows, times=3, noticed=[ttl(60)])
    assert finding.seen.subject.peers == (THERE, HERE)
    assert finding.seen.example == THAT
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


def test_more_peers_than_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(path_change, "MOST_PAIRS", 2)
    peers = [f"172.16.9.{number}" for number in range(4)]

    def ttls(value: int, *numbers: int) -> list[Noticing]:
        flows = [received(outer_src=peers[number]) for number in numbers]
        return [seen(flow, least_ttl=value, most_ttl=value) for flow in flows]

    watch = Watch([PathChange()], thresholds=Thresholds(path_change_s=20))
    watch.drain(noticed=ttls(64, 0, 1))
    watch.drain(times=6, noticed=ttls(64, 0, 1, 2))
    (finding,) = watch.drain(times=3, noticed=ttls(60, 0, 2))
    assert finding.seen.subject.peers[0] == peers[0]
    watch.drain(times=25, noticed=ttls(64, 3))  # the others are silent by now
    told = watch.drain(times=3, noticed=ttls(60, 3))
    assert {one.seen.subject.peers[0] for one in told} == {peers[3]}


def test_too_little_is_known_to_call_it_a_change() -> None:
    watch = Watch([PathChange()])
    watch.drain(times=2, noticed=[ttl(64)])
    assert watch.drain(times=5, noticed=[ttl(60)]) == []
