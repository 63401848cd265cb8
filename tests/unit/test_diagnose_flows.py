"""Each check that needs flows and the host's own view: what it finds, and what it lets pass."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv6Network
from typing import Any

import pytest
from tests.unit.judging import FAR, GROUP, HERE, THERE, Host, Watch, overlay, received, sent, tunnel
from tests.unit.synthetic import Flow

from tunnel_monitor.contract import Direction, Encap
from tunnel_monitor.diagnose.duplicate import Duplicate
from tunnel_monitor.diagnose.finding import Confidence, State
from tunnel_monitor.diagnose.hog import Hog
from tunnel_monitor.diagnose.rogue import Rogue
from tunnel_monitor.diagnose.storm import Storm
from tunnel_monitor.diagnose.thresholds import Thresholds
from tunnel_monitor.diagnose.vni_mismatch import VniMismatch
from tunnel_monitor.kernel.overlay import LocalTunnel

TALK = (sent(), received())
NOBODY = "0.0.0.0"  # noqa: S104 - an inner address
ELSEWHERE = "10.66.0.66"


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


def test_an_address_that_moves_five_times_is_a_duplicate() -> None:
    watch = Watch([Duplicate()])
    both = (received(), received(outer_src=FAR))
    watch.drain(*both, times=5)
    (finding,) = watch.drain(*both)
    assert finding.seen.subject.endpoints[0] == "192.168.0.2"
    assert set(finding.seen.subject.peers) == {THERE, FAR}
    assert finding.seen.evidence["moves"] == 6
    watch.drain(received(), times=20)
    assert watch.news == [("duplicate", State.OPEN), ("duplicate", State.CLOSED)]


def test_a_duplicate_that_is_over_is_no_migration() -> None:
    watch = Watch([Duplicate()])
    watch.drain(received(), received(outer_src=FAR), times=8)
    watch.drain(received(), times=400)
    assert watch.news == [("duplicate", State.OPEN), ("duplicate", State.CLOSED)]


def test_a_duplicate_may_talk_in_turn() -> None:
    watch = Watch([Duplicate()])
    for _ in range(6):
        watch.drain(received(), times=2)
        watch.drain(received(outer_src=FAR), times=2)
    assert [finding.name for finding in watch.diagnosis.report.open] == ["duplicate"]


def test_a_migration_is_an_event() -> None:
    watch = Watch([Duplicate()])
    watch.drain(received(), times=5)
    watch.drain(received(), received(outer_src=FAR))  # in the drain in which it moves
    watch.drain(received(outer_src=FAR), times=30)
    assert watch.news == [("duplicate", State.EVENT)]
    (event,) = watch.diagnosis.report.findings
    assert event.seen.subject.peers == (THERE, FAR)


@pytest.mark.parametrize(
    "flows",
    [
        (received(), received("192.168.0.3", outer_src=FAR)),
        (received(), received(outer_src=FAR, vni=10001)),
        (received("fe80::1"), received("fe80::1", outer_src=FAR)),
        (received("169.254.1.1"), received("169.254.1.1", outer_src=FAR)),
        (received(NOBODY), received(NOBODY, outer_src=FAR)),
        (received(None), received(None, outer_src=FAR)),
        (received(), received(interface="eth1")),
    ],
    ids=[
        "two addresses",
        "two networks",
        "gateways",
        "link-local",
        "none yet",
        "no IP",
        "two ways",
    ],
)
def test_no_duplicate(flows: tuple[Flow, ...]) -> None:
    watch = Watch([Duplicate()])
    watch.drain(*flows, times=20)
    assert watch.news == []


WRONG = received(vni=10700, packets=5)


def test_a_vni_that_nobody_here_has_is_named_with_the_one_it_should_be() -> None:
    watch = Watch([VniMismatch()], Host(overlay()))
    (finding,) = watch.drain(sent(), WRONG, times=2)
    assert finding.seen.subject.vni == 10700
    assert finding.seen.subject.peers == (THERE, HERE)
    assert finding.seen.evidence == {
        "packets": 5,
        "bytes": 604,
        "interval_s": 1.0,
        "vni_here": 10000,
    }
    assert finding.seen.confidence is Confidence.HIGH


@pytest.mark.parametrize(
    ("flows", "tunnels"),
    [
        (TALK, [tunnel()]),
        ((WRONG,), []),
        ((WRONG,), [tunnel(external=True, vni=None)]),
        ((WRONG,), [tunnel(), tunnel(external=True, vni=None)]),
        ((WRONG,), [tunnel(kind="geneve", encap=Encap.GENEVE)]),
        ((WRONG, sent(vni=10700)), [tunnel()]),
        ((replace(WRONG, outer_dst=GROUP),), [tunnel()]),
        ((replace(WRONG, outer_dst=FAR),), [tunnel()]),
        ((replace(WRONG, path=(Encap.VXLAN, Encap.VXLAN)),), [tunnel()]),
    ],
    ids=[
        *("as it should be", "no tunnels here", "any VNI", "any VNI beside one", "other kind"),
        *("somebody here sends it", "to a group", "to somebody else", "inside another"),
    ],
)
def test_no_mismatch(flows: tuple[Flow, ...], tunnels: list[LocalTunnel]) -> None:
    host = Host(replace(overlay(), tunnels=tuple(tunnels)))
    assert Watch([VniMismatch()], host).drain(*flows, times=3) == []


@pytest.mark.parametrize("host", [Host(overlay()), None], ids=["a host", "a router"])
def test_fewer_packets_of_a_wrong_vni_than_the_threshold(host: Host | None) -> None:
    flows = (sent(packets=5), WRONG)
    assert Watch([VniMismatch()], host, Thresholds(vni_mismatch_packets=5)).drain(*flows, times=2)
    few = Watch([VniMismatch()], host, Thresholds(vni_mismatch_packets=6))
    assert few.drain(*flows, times=3) == []


def test_seen_from_elsewhere_answers_come_in_another_vni() -> None:
    flows = (sent(), received(vni=10700))
    (finding,) = Watch([VniMismatch()]).drain(*flows, times=2)
    assert (finding.seen.subject.vni, finding.seen.evidence["answer_vni"]) == (10700, 10000)
    assert finding.seen.confidence is Confidence.LOW


@pytest.mark.parametrize(
    "flows",
    [
        TALK,
        (sent(),),
        (*TALK, sent(vni=10700), received(vni=10700)),
        (*TALK, received(vni=10700)),
        (sent(), received("192.168.0.3", vni=10700)),
    ],
    ids=["one network", "no answer", "the same addresses twice", "answered, too", "others"],
)
def test_seen_from_elsewhere_no_mismatch(flows: tuple[Flow, ...]) -> None:
    assert Watch([VniMismatch()]).drain(*flows, times=3) == []


@pytest.mark.parametrize(
    ("device", "stranger", "confidence"),
    [
        (tunnel(), ELSEWHERE, Confidence.HIGH),
        (tunnel(peers=(FAR,), learns=False), THERE, Confidence.HIGH),
        (tunnel(peers=(FAR,)), THERE, Confidence.MEDIUM),
    ],
    ids=["off the link", "not made", "not made but learned"],
)
def test_a_stranger_is_rogue(device: LocalTunnel, stranger: str, confidence: Confidence) -> None:
    watch = Watch([Rogue()], Host(overlay(device)))
    flow = received(outer_src=stranger)
    assert watch.drain(flow, times=3) == []
    (finding,) = watch.drain(flow)
    assert finding.seen.subject.peers == (stranger, HERE)
    assert finding.seen.subject.vni == 10000
    assert finding.seen.confidence is confidence


@pytest.mark.parametrize(
    ("device", "sender"),
    [
        (tunnel(), THERE),
        (tunnel(ttl=64), ELSEWHERE),
        (tunnel(peers=(FAR, THERE)), THERE),
        (tunnel(peers=()), ELSEWHERE),
        (tunnel(vni=10001), ELSEWHERE),
        (tunnel(), HERE),
    ],
    ids=["on the link", "routed group", "made", "anybody", "other network", "itself"],
)
def test_no_stranger(device: LocalTunnel, sender: str) -> None:
    watch = Watch([Rogue()], Host(overlay(device)))
    assert watch.drain(received(outer_src=sender), times=6) == []


def test_who_is_made_known_is_no_stranger_any_more() -> None:
    host = Host(overlay(tunnel(peers=(FAR,), learns=False)))
    watch = Watch([Rogue()], host)
    assert watch.drain(received(), times=5)
    host.now = overlay(tunnel(peers=(FAR, THERE), learns=False))
    assert watch.drain(received(), times=12) == []


def test_who_is_known_no_more_becomes_a_stranger() -> None:
    host = Host(overlay(tunnel(peers=(FAR, THERE), learns=False)))
    watch = Watch([Rogue()], host)
    assert watch.drain(received(), times=5) == []
    host.now = overlay(tunnel(peers=(FAR,), learns=False))
    assert watch.drain(received(), times=70)


def test_peers_can_be_named() -> None:
    watch = Watch([Rogue([IPv6Network("::ffff:172.16.1.101/128")])], Host(overlay()))
    (finding,) = watch.drain(received(), received(outer_src=FAR), times=5)
    assert finding.seen.subject.peers[0] == FAR
    assert finding.seen.evidence["rule"] == "named"


INSIDE: dict[str, Any] = {"path": (Encap.VXLAN, Encap.VXLAN), "outer_src": "192.168.0.2", "vni": 77}


def test_an_endpoint_that_makes_tunnels_to_a_peer_is_rogue() -> None:
    nested = received(**{**INSIDE, "outer_dst": FAR})
    (finding,) = Watch([Rogue()]).drain(received(), sent(outer_dst=FAR), nested, times=5)
    assert finding.seen.subject.endpoints == ("192.168.0.2",)
    assert finding.seen.subject.peers == (FAR,)
    assert finding.seen.subject.vni == 77
    # Its packets are inside of others', which a filter by its address does not find.
    assert finding.seen.next == "tcpdump -n -l -i eth0 | grep -B 1 -m 20 -w 192.168.0.2"


def test_guests_may_have_tunnels_of_their_own() -> None:
    nested = received(**{**INSIDE, "outer_dst": "192.168.0.1"})
    assert Watch([Rogue()]).drain(received(), nested, times=5) == []


MEGABIT = 125_000


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
