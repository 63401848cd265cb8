"""The classic overlay's pings, each stream a prime number of them, counted to the byte."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

import pytest
from tests.lab.counting import SETTINGS, Counted, Counts, Flow, watching

from tunnel_monitor.contract import Direction
from tunnel_monitor.lab import build, profiles, traffic
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.lab.profiles import Stream
from tunnel_monitor.lab.topology import FIRST_VNI

pytestmark = pytest.mark.root

PRIMES: Final = (101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163)
OUTER_HEADERS: Final = 14 + 20 + 8 + 8  # Ethernet, IPv4, UDP, VXLAN
INTERVAL_S: Final = 0.003


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """The nine hosts, and everybody knows whom they will ping."""
    with build.running() as lab:
        for stream in streams(lab):
            if stream.src != stream.dst:
                traffic.acquaint(lab, stream.src, stream.dst)
        yield lab


Pings = list[tuple[Stream, int]]  # two streams between the same clients are two, and one flow


def streams(lab: Lab) -> tuple[Stream, ...]:
    return profiles.plan("classic", lab.topology, None, profiles.chance(1)).streams


def send(lab: Lab, pings: Pings) -> None:
    """All streams at once; every request is answered."""

    def one(stream: Stream, count: int) -> int:
        size = stream.payload
        return traffic.ping(lab, stream.src, stream.dst, count, size=size, interval_s=INTERVAL_S)

    with ThreadPoolExecutor(len(pings)) as threads:
        replies = list(threads.map(one, *zip(*pings, strict=True)))
    assert replies == [count for _, count in pings]


def expected(lab: Lab, pings: Pings) -> dict[Flow, Counts]:
    """The rows that must come of it: requests leave host0, answers of the same size come back."""
    rows: dict[Flow, Counts] = {}
    hosts = [host.address for host in lab.topology.all_hosts]
    for stream, count in pings:
        if stream.src.host == stream.dst.host:
            continue  # never reaches the wire
        inner = stream.ping_bytes * count
        more = Counts(count, inner + OUTER_HEADERS * count, inner)
        vni = FIRST_VNI + stream.src.segment
        ends = [(hosts[end.host], end.address) for end in (stream.src, stream.dst)]
        for way, (src, dst) in zip(reversed(Direction), (ends, ends[::-1]), strict=True):
            key = Flow(way, src[0], dst[0], vni, src[1], dst[1])
            before = rows.get(key, Counts(0, 0, 0))
            rows[key] = Counts(*(a + b for a, b in zip(before, more, strict=True)))
    return rows


def drain(counted: Counted, rows: dict[Flow, Counts]) -> None:
    answers = sum(row.packets for key, row in rows.items() if key.direction == Direction.INGRESS)
    counted.drain_all(answers, Direction.INGRESS)


@pytest.mark.parametrize("how", ["tcx", "clsact"])
def test_each_stream_counts_exactly(lab: Lab, how: str) -> None:
    pings = list(zip(streams(lab), PRIMES, strict=True))
    rows = expected(lab, pings)
    with watching(lab, "host0", settings=replace(SETTINGS, attach=how)) as counted:
        assert counted.interface.attachment.kind == how
        send(lab, pings)
        drain(counted, rows)
        assert counted.flows == rows
        assert not counted.tunnels
        assert counted.residuals() == [(0, 0), (0, 0)]


def test_a_host_s_traffic_to_itself_never_appears(lab: Lab) -> None:
    own, elsewhere = streams(lab)[:2]
    assert own.src == own.dst
    with watching(lab, "host0") as counted:
        pings = [(own, PRIMES[0]), (elsewhere, PRIMES[1])]
        send(lab, pings)
        drain(counted, expected(lab, pings))
        assert counted.flows == expected(lab, [(elsewhere, PRIMES[1])])


def test_one_ping_too_many_is_noticed(lab: Lab) -> None:
    stream = streams(lab)[1]
    with watching(lab, "host0") as counted:
        send(lab, [(stream, PRIMES[0] + 1)])
        rows = expected(lab, [(stream, PRIMES[0])])
        drain(counted, rows)
        assert counted.flows.keys() == rows.keys()
        assert counted.flows != rows
