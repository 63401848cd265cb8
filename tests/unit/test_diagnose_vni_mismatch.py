"""VNIs that do not meet: what is found, and what is let pass."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.judging import FAR, GROUP, HERE, THERE, Host, Watch, overlay, received, sent, tunnel
from tests.unit.synthetic import Flow

from tunnel_monitor.contract import Encap
from tunnel_monitor.diagnose.finding import Confidence
from tunnel_monitor.diagnose.thresholds import Thresholds
from tunnel_monitor.diagnose.vni_mismatch import VniMismatch
from tunnel_monitor.kernel.overlay import LocalTunnel

WRONG = received(vni=10700, packets=5)
TALK = (sent(), received())


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


def test_one_of_its_flows_is_named_and_stays() -> None:
    watch = Watch([VniMismatch()], Host(overlay()))
    watch.drain(sent(), replace(WRONG, inner_src="192.168.0.9"), times=2)
    (finding,) = watch.drain(sent(), replace(WRONG, inner_src="192.168.0.3"))
    assert finding.seen.subject.endpoints == ()
    assert finding.seen.example == ("192.168.0.9", "192.168.0.1")
    assert "host, for example from 192.168.0.9 to 192.168.0.1, and no" in finding.seen.explanation


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
