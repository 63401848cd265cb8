"""What several CPUs and interfaces noticed, put together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.judging import (
    FAR,
    Noticing,
    Segment,
    Station,
    ends,
    notices,
    received,
    seen,
    sent,
)
from tests.unit.synthetic import interface_drain

from tunnel_monitor.contract import Example
from tunnel_monitor.flows import labels
from tunnel_monitor.flows.noticed import Noticed

ONE = seen(
    sent(),
    ports=[1, 0],
    flows=[0, 1],
    asks=2,
    arps=1,
    asker=bytes([10, 0, 0, 1]),
    largest_syn=1450,
    ecn=1,
    df=4,
    marks=1,
    least_ttl=60,
    most_ttl=64,
    ends=ends({Example.SYN: ("10.0.0.1", "10.0.0.2"), Example.ASK: ("10.0.0.1", "10.0.0.3")}),
)
OTHER = seen(
    sent("192.168.0.9"),
    ports=[2, 0],
    flows=[4, 1],
    asks=3,
    quirks=1,
    header=7,
    largest_syn=1500,
    ecn=2,
    df=4,
    marks=2,
    inner_mark=46,
    outer_mark=8,
    too_big=1,
    too_big_mtu=1400,
    fragments=2,
    fragment_size=1396,
    ends=ends(
        {
            Example.SYN: ("10.0.0.5", "10.0.0.6"),
            Example.FRAGMENT: ("10.0.0.6", "10.0.0.5"),
            Example.HEADER: ("10.0.0.7", "10.0.0.5"),
            Example.MARK: ("10.0.0.8", "10.0.0.5"),
            Example.TOO_BIG: ("10.0.0.9", "10.0.0.5"),
        }
    ),
)
TOGETHER: dict[str, object] = {
    "ports": [3, 0],
    "flows": [4, 1],
    "header": 7,
    "sampled": 2,
    "quirks": 1,
    "asks": 5,
    "answers": 0,
    "arps": 1,
    "asker": bytes([10, 0, 0, 1]),
    "fragments": 2,
    "too_big": 1,
    "too_big_mtu": 1400,
    "largest_syn": 1500,
    "ecn": 3,
    "df": 4,
    "marks": 3,
    "inner_mark": 46,
    "outer_mark": 8,
    "least_ttl": 60,
    "most_ttl": 64,
    "fragment_size": 1396,
    "ends": ends(
        {
            Example.SYN: ("10.0.0.5", "10.0.0.6"),
            Example.FRAGMENT: ("10.0.0.6", "10.0.0.5"),
            Example.HEADER: ("10.0.0.7", "10.0.0.5"),
            Example.MARK: ("10.0.0.8", "10.0.0.5"),
            Example.ASK: ("10.0.0.1", "10.0.0.3"),
            Example.TOO_BIG: ("10.0.0.9", "10.0.0.5"),
        }
    ).tolist(),
}
MAC = "02:00:00:00:07:01"
SOME: list[Noticing] = [Segment(sent(), 77), Station(received(outer_src=FAR), MAC)]


@pytest.mark.parametrize("both", [[ONE, OTHER], [OTHER, ONE]], ids=["as they are", "turned"])
def test_two_cpus_are_one(both: list[Noticing]) -> None:
    drain = replace(interface_drain("eth0", []), notices=notices(both))
    noticed = Noticed.of([drain])
    (row,) = noticed.notices
    assert labels.texts(noticed.tunnels, "outer_src") == ["172.16.1.100"]
    names = set(row.dtype.names or ()) - {"padding"}
    assert {name: row[name].tolist() for name in names} == TOGETHER


def test_two_drains_are_one() -> None:
    drains = [
        Noticed.of([replace(interface_drain("eth0", []), notices=notices([one, *SOME]))])
        for one in (ONE, OTHER)
    ]
    noticed = Noticed.together(drains)
    (row,) = noticed.notices
    assert {name: row[name].tolist() for name in TOGETHER} == TOGETHER
    assert len(noticed.tunnels) == 1
    assert noticed.segments["sequence"].tolist() == [77, 77]
    assert len(noticed.flows) == len(noticed.peers) == len(noticed.macs) == 2


def test_interfaces_stay_apart() -> None:
    drains = [
        replace(interface_drain(name, []), notices=notices([seen(sent()), Station(sent(), MAC)]))
        for name in ("eth0", "eth1")
    ]
    noticed = Noticed.of(drains)
    assert sorted(noticed.tunnels["interface"].tolist()) == [0, 1]
    assert noticed.peers["interface"].tolist() == [0, 1]


def test_segments_and_stations_know_whose_they_are() -> None:
    noticed = Noticed.of(
        [replace(interface_drain("eth0", []), notices=notices([*SOME, seen(sent())]))]
    )
    assert labels.texts(noticed.flows, "inner_dst") == ["192.168.0.2"]
    assert noticed.segments["sequence"].tolist() == [77]
    assert labels.texts(noticed.peers, "outer_src") == [FAR]
    assert bytes(noticed.macs[0]).hex(":") == MAC


def test_nothing_is_nothing() -> None:
    noticed = Noticed.of([interface_drain("eth0", [])])
    assert len(noticed.tunnels) == len(noticed.flows) == len(noticed.peers) == 0
    assert noticed.notices.dtype == Noticed().notices.dtype
    assert np.array_equal(noticed.segments, Noticed().segments)
