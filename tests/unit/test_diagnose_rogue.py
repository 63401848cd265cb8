"""Strangers: who is one, and who is known."""

from __future__ import annotations

from ipaddress import IPv6Network
from typing import Any

import pytest
from tests.unit.judging import FAR, HERE, THERE, Host, Watch, overlay, received, sent, tunnel

from tunnel_monitor.contract import Encap
from tunnel_monitor.diagnose.finding import Confidence
from tunnel_monitor.diagnose.rogue import Rogue
from tunnel_monitor.kernel.overlay import LocalTunnel

ELSEWHERE = "10.66.0.66"


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


def test_one_of_its_flows_is_named_and_stays() -> None:
    watch = Watch([Rogue()], Host(overlay()))
    one, other = (received(inner_src, ELSEWHERE) for inner_src in ("192.168.0.9", "192.168.0.3"))
    watch.drain(one, times=4)
    (finding,) = watch.drain(other, one)
    assert finding.seen.subject.endpoints == ()
    assert finding.seen.example == ("192.168.0.9", "192.168.0.1")
    assert (
        "to this host, for example from 192.168.0.9 to 192.168.0.1, and" in finding.seen.explanation
    )


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
