"""What each profile sends, as data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunnel_monitor.errors import BadSetting
from tunnel_monitor.lab import profiles
from tunnel_monitor.lab.profiles import (
    CULPRIT_FACTOR,
    MOST_PROCESSES,
    PROFILES,
    Kind,
    Plan,
    Stream,
    chance,
)
from tunnel_monitor.lab.readings import PINGS
from tunnel_monitor.lab.topology import Topology

NINE = Topology()


def plan(profile: str, topology: Topology = NINE, rate: float | None = None, seed: int = 1) -> Plan:
    return profiles.plan(profile, topology, rate, chance(seed))


def through_host0(stream: Stream) -> bool:
    return (stream.src.host == 0) != (stream.dst.host == 0)


def test_classic_is_the_example_people_know() -> None:
    sent = [
        (stream.src.address, stream.dst.address, stream.payload)
        for stream in plan("classic").streams
    ]
    assert sent == [
        ("192.168.0.1", "192.168.0.1", 512),
        ("192.168.0.1", "192.168.0.2", 128),
        ("192.168.0.1", "192.168.0.3", 1024),
        ("192.168.0.1", "192.168.0.4", 128),
        ("192.168.0.1", "192.168.0.5", 128),
        ("192.168.0.1", "192.168.0.6", 128),
        ("192.168.1.1", "192.168.1.2", 128),
        ("192.168.1.1", "192.168.1.4", 768),
        ("192.168.2.1", "192.168.2.2", 128),
        ("192.168.2.1", "192.168.2.7", 1024),
        ("192.168.2.1", "192.168.2.2", 128),
        ("192.168.3.1", "192.168.3.8", 768),
        ("192.168.3.1", "192.168.3.9", 768),
    ]


def test_classic_says_what_never_reaches_the_wire() -> None:
    remarks = [stream.remark for stream in plan("classic").streams]
    assert remarks == ["stays on host0, never reaches the wire", *[""] * 12]


def test_classic_leaves_out_and_names_who_is_not_there() -> None:
    small = plan("classic", Topology(hosts=3, segments=2))
    assert [stream.dst.address for stream in small.streams] == [
        "192.168.0.1",
        "192.168.0.2",
        "192.168.0.3",
        "192.168.1.2",
    ]
    _, note = small.notes
    assert "192.168.0.4, 192.168.0.5, 192.168.0.6, 192.168.1.4, 192.168.2.2" in note


def test_tcp_passes_host0_both_ways_but_for_one_stream() -> None:
    streams = plan("tcp").streams
    assert {stream.kind for stream in streams} == {Kind.TCP}
    seen = [stream for stream in streams if through_host0(stream)]
    assert len(seen) == len(streams) - 1
    assert {stream.src.host == 0 for stream in seen} == {True, False}
    # each other host has a part in it, so that the diagram is worth looking at
    assert {end.host for stream in seen for end in (stream.src, stream.dst)} == set(range(9))


def test_all_to_all_is_every_pair_of_a_segment_both_ways() -> None:
    streams = plan("all-to-all").streams
    pairs = {(stream.src, stream.dst) for stream in streams}
    assert len(pairs) == len(streams) == 4 * 9 * 8
    assert {(dst, src) for src, dst in pairs} == pairs


def test_all_to_all_of_a_large_lab_keeps_what_host0_sees() -> None:
    large = plan("all-to-all", Topology(hosts=60))
    assert len(large.streams) == MOST_PROCESSES
    assert all(through_host0(stream) for stream in large.streams)
    (note,) = large.notes
    assert f"Left out {4 * 60 * 59 - MOST_PROCESSES} of {4 * 60 * 59} pairs" in note


def test_the_culprit_sends_far_more_through_host0() -> None:
    made = plan("culprit")
    assert made.hidden is not None
    assert through_host0(made.hidden)
    assert made.hidden.kind is Kind.UDP
    others_mbit = sum(stream.rate * stream.ping_bytes * 8 / 1e6 for stream in made.streams)
    assert made.hidden.rate == pytest.approx(CULPRIT_FACTOR * others_mbit)
    # it is shown among the others as if it were one of them
    assert made.hidden.src in {stream.src for stream in made.streams}
    assert len({(stream.rate, stream.payload, stream.kind) for stream in made.streams}) == 1


def test_the_same_seed_chooses_the_same_culprit() -> None:
    assert plan("culprit", seed=7) == plan("culprit", seed=7)
    chosen = {made.hidden.src for seed in range(40) if (made := plan("culprit", seed=seed)).hidden}
    assert len(chosen) > 10


@given(
    st.sampled_from(sorted(PROFILES)),
    st.integers(2, 30),
    st.integers(1, 6),
    st.integers(1, 3),
    st.integers(0, 99),
)
def test_every_profile_sends_within_its_limits_in_every_lab(
    profile: str, hosts: int, segments: int, clients: int, seed: int
) -> None:
    topology = Topology(hosts, segments, clients)
    made = plan(profile, topology, seed=seed)
    assert 1 <= len(made.streams) <= MOST_PROCESSES
    for stream in made.sent:
        assert stream.src.segment == stream.dst.segment
        assert stream.rate > 0
        assert (stream.payload > 0) == (stream.kind in PINGS)
        assert {stream.src.name, stream.dst.name} <= set(made.clients)
        assert topology.client(stream.src.address) == stream.src
    assert any(map(through_host0, made.streams))


@pytest.mark.parametrize(
    ("profile", "rate", "most"),
    [
        ("classic", 0, "1000"),
        ("classic", 1001, "1000"),
        ("tcp", -1, "100000"),
        ("culprit", 101, "100"),
    ],
)
def test_a_rate_out_of_its_limits_names_them(profile: str, rate: float, most: str) -> None:
    with pytest.raises(BadSetting, match=f"at most {most} here"):
        plan(profile, rate=rate)


def test_an_unknown_profile_names_those_there_are() -> None:
    with pytest.raises(BadSetting, match="choose classic, tcp, all-to-all, bursty, culprit"):
        plan("quiet")
