"""What arrives for a network against what its tunnel device counts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from tests.unit.judging import FAR, HERE, Host, Watch, overlay, received, sent, tunnel
from tests.unit.synthetic import Flow

from tunnel_monitor.diagnose.decap_failure import DecapFailure
from tunnel_monitor.diagnose.finding import Confidence, State

INNER = 554  # bytes of a flow's packet behind the tunnel header
FRAME = INNER - 14


@dataclass
class Receiver:
    """A watched host with one device that takes some of what arrives."""

    watch: Watch = field(init=False)
    taken: int = 0

    def __post_init__(self) -> None:
        self.host = Host(overlay(tunnel()))
        self.watch = Watch([DecapFailure()], self.host)
        self.watch.drain()

    def drain(self, *flows: Flow, takes: int, times: int = 1, super_packets: bool = False) -> bool:
        """So many drains, of which the device takes some bytes each; whether anything is open."""
        for _ in range(times):
            self.taken += takes
            self.host.now = overlay(tunnel(rx_bytes=self.taken, rx_packets=self.taken // FRAME))
            self.watch.drain(*flows, super_packets=super_packets)
        return bool(self.watch.diagnosis.report.open)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


PACKETS = received(packets=10, inner_bytes=10 * INNER)
ALL = 10 * FRAME


def test_nothing_of_it_reaches_the_device(receiver: Receiver) -> None:
    assert not receiver.drain(PACKETS, takes=0, times=5)
    assert receiver.drain(PACKETS, takes=0, times=5)
    (finding,) = receiver.watch.diagnosis.report.open
    assert finding.seen.subject.vni == 10000
    assert finding.seen.subject.peers == (PACKETS.outer_src,)
    assert finding.seen.confidence is Confidence.HIGH
    assert finding.seen.evidence["missing_bytes"] == 4 * ALL
    receiver.drain(PACKETS, takes=ALL, times=20)
    assert receiver.watch.news[-1] == ("decap-failure", State.CLOSED)


def test_who_is_quiet_for_a_moment_is_named_too(receiver: Receiver) -> None:
    other = replace(PACKETS, outer_src=FAR)
    receiver.drain(PACKETS, takes=0, times=8)
    receiver.drain(other, takes=0, times=2)
    (finding,) = receiver.watch.diagnosis.report.open
    assert finding.seen.subject.peers == (FAR, PACKETS.outer_src)
    receiver.drain(other, takes=0, times=12)
    (finding,) = receiver.watch.diagnosis.report.open
    assert finding.seen.subject.peers == (FAR,)


def test_a_fifth_of_it_is_missing(receiver: Receiver) -> None:
    assert receiver.drain(PACKETS, takes=ALL * 4 // 5, times=15)
    (finding,) = receiver.watch.diagnosis.report.open
    assert finding.seen.confidence is Confidence.MEDIUM


def test_few_packets_missing_among_many_bytes_count(receiver: Receiver) -> None:
    large = received("192.168.0.3", packets=100, inner_bytes=100 * 1464)
    taken = 100 * 1450
    lines = {"rx_packets": 0, "rx_bytes": 0}
    for _ in range(15):
        lines = {"rx_packets": lines["rx_packets"] + 100, "rx_bytes": lines["rx_bytes"] + taken}
        receiver.host.now = overlay(tunnel(**lines))
        receiver.watch.drain(large, PACKETS)
    (finding,) = receiver.watch.diagnosis.report.open
    assert finding.seen.evidence["missing_packets"] == 40


def test_bytes_that_a_device_counts_late_are_not_missing_below_zero(receiver: Receiver) -> None:
    large = received("192.168.0.3", packets=100, inner_bytes=100 * 1464)
    packets, size = 0, 0
    for late in (0, -100_000, 100_000, *[0] * 12):
        packets, size = packets + 100, size + 100 * 1450 + late
        receiver.host.now = overlay(tunnel(rx_packets=packets, rx_bytes=size))
        receiver.watch.drain(large, PACKETS)
    (finding,) = receiver.watch.diagnosis.report.open
    assert finding.seen.evidence["missing_packets"] == 40
    assert finding.seen.evidence["missing_bytes"] == 0


def test_all_of_it_is_taken(receiver: Receiver) -> None:
    assert not receiver.drain(PACKETS, takes=ALL, times=30)


def test_a_burst_between_drain_and_reading_is_no_loss(receiver: Receiver) -> None:
    for _ in range(4):
        receiver.drain(takes=0, times=2)
        receiver.drain(takes=ALL)  # counted by the device before the drain that has it
        receiver.drain(PACKETS, takes=0)
    assert not receiver.drain(takes=0, times=5)


@pytest.mark.parametrize("times", [1, 3, 12])
def test_who_was_behind_and_catches_up_has_lost_nothing(times: int, receiver: Receiver) -> None:
    """On a busy machine drains wait; the device counts meanwhile, and is read after each."""
    taken = 45 * 1464 - 45 * 66 + 52
    whole = received(packets=45, inner_bytes=45 * 1464)

    def drain(late_s: float, of_second: float, times: int = 1) -> None:
        receiver.watch.late_s = late_s
        takes = round(of_second * taken)
        receiver.drain(whole, takes=takes, times=times, super_packets=True)

    drain(0.0, 1.0, times=10)
    drain(3.0, 4.0)
    drain(3.0, 1.0, times=times)
    for late_s in (2.1, 1.2, 0.3):
        drain(late_s, 0.1)
    drain(0.0, 0.7)
    drain(0.0, 1.0, times=15)
    assert not receiver.watch.news


def test_super_packets_repeat_headers_on_the_wire_alone(receiver: Receiver) -> None:
    whole = received(packets=45, inner_bytes=45 * 1464)
    taken = 45 * 1464 - 45 * 66 + 52
    assert not receiver.drain(whole, takes=taken, times=30, super_packets=True)


def test_most_of_the_super_packets_are_missing(receiver: Receiver) -> None:
    whole = received(packets=45, inner_bytes=45 * 1464)
    assert receiver.drain(whole, takes=45 * 500, times=15, super_packets=True)


@pytest.mark.parametrize(
    "flow",
    [
        replace(PACKETS, packets=1, inner_bytes=INNER, bytes=600),
        replace(PACKETS, outer_dst="172.16.1.102"),
        replace(PACKETS, vni=10001),
        sent(packets=10, inner_bytes=10 * INNER),
    ],
    ids=["few", "for somebody else", "of a network without a device", "sent"],
)
def test_not_for_the_device(flow: Flow, receiver: Receiver) -> None:
    assert not receiver.drain(flow, takes=0, times=20)


def test_groups_count(receiver: Receiver) -> None:
    assert receiver.drain(replace(PACKETS, outer_dst="239.1.1.1"), takes=0, times=15)


def test_a_device_made_anew_counts_from_zero(receiver: Receiver) -> None:
    receiver.drain(PACKETS, takes=ALL, times=10)
    receiver.taken = -ALL
    assert not receiver.drain(PACKETS, takes=ALL, times=10)


def test_who_knows_nothing_of_tunnels_judges_nothing() -> None:
    watch = Watch([DecapFailure()])
    assert watch.drain(received(packets=100), times=10) == []


def test_the_host_itself_is_meant() -> None:
    assert PACKETS.outer_dst == HERE
