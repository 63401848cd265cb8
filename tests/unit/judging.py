"""Drains made by hand, judged one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.unit.synthetic import SECOND_NS, Flow, drained, packed

from tunnel_monitor.contract import Direction, Encap, Outcome
from tunnel_monitor.diagnose.base import Detector
from tunnel_monitor.diagnose.diagnosis import Diagnosis
from tunnel_monitor.diagnose.finding import Finding, State
from tunnel_monitor.diagnose.mutes import Mutes
from tunnel_monitor.diagnose.thresholds import Thresholds
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.kernel.overlay import LocalTunnel, Overlay

HERE, THERE, FAR = "172.16.1.100", "172.16.1.101", "172.16.1.102"
GROUP = "239.1.1.1"


def tunnel(vni: int | None = 10000, **facts: Any) -> LocalTunnel:
    """A VXLAN device as the lab's hosts have it, with what is otherwise."""
    usual: dict[str, Any] = {
        "name": f"vxlan{vni}",
        "kind": "vxlan",
        "encap": Encap.VXLAN,
        "vni": vni,
        "external": False,
        "up": True,
        "ttl": 0,
        "learns": True,
        "peers": (GROUP,),
        "rx_packets": 0,
        "rx_bytes": 0,
        "rx_errors": 0,
    }
    usual |= facts
    usual["peers"] = frozenset(map(packed, usual["peers"]))
    return LocalTunnel(**usual)


def overlay(*tunnels: LocalTunnel) -> Overlay:
    """What a host knows that has these devices and is at HERE."""
    return Overlay(
        tunnels=tunnels or (tunnel(),),
        addresses=frozenset([packed(HERE)]),
        networks=((packed(HERE), 96 + 24),),
        link_bps={"eth0": 10**9},
    )


def received(inner_src: str | None = "192.168.0.2", outer_src: str = THERE, **more: Any) -> Flow:
    """A flow that came in for this host."""
    usual: dict[str, Any] = {
        "outer_src": outer_src,
        "outer_dst": HERE,
        "inner_src": inner_src,
        "inner_dst": "192.168.0.1" if inner_src else None,
        "direction": Direction.INGRESS,
    }
    return Flow(**{**usual, **more})


def sent(inner_dst: str | None = "192.168.0.2", outer_dst: str = THERE, **more: Any) -> Flow:
    """A flow that left this host."""
    usual: dict[str, Any] = {
        "outer_src": HERE,
        "outer_dst": outer_dst,
        "inner_src": "192.168.0.1" if inner_dst else None,
        "inner_dst": inner_dst,
        "direction": Direction.EGRESS,
    }
    return Flow(**{**usual, **more})


@dataclass
class Host:
    """The host that is watched: what it knows of its tunnels can be changed between drains."""

    now: Overlay

    def read(self) -> Overlay:
        return self.now

    def close(self) -> None:
        pass


@dataclass
class Watch:
    """Some detectors that are given one drain after the other.

    Attributes:
        news: what they told, as (name, state), in order.
        complaints: sentences about checks that failed.
    """

    detectors: Sequence[Detector]
    host: Host | None = None
    thresholds: Thresholds = field(default_factory=Thresholds)
    mutes: Mutes = field(default_factory=Mutes)
    interval_s: float = 1.0
    news: list[tuple[str, State]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    number: int = 0

    def __post_init__(self) -> None:
        self.diagnosis = Diagnosis(
            self.detectors,
            thresholds=self.thresholds,
            mutes=self.mutes,
            overlay=self.host,
            complain=self.complaints.append,
        )
        self.diagnosis.on_news(lambda finding: self.news.append((finding.name, finding.state)))

    def drain(
        self,
        *flows: Flow,
        times: int = 1,
        tunnels: Sequence[Flow] = (),
        rest: Mapping[Outcome, tuple[int, int]] | None = None,
    ) -> list[Finding]:
        """The same drain so many times; the findings that are open then."""
        for _ in range(times):
            self.number += 1
            self.diagnosis._next_reading = 0.0  # each drain may look at the host
            interval_ns = round(self.interval_s * SECOND_NS)
            made = drained(
                *(flows, tunnels, rest),
                interfaces=("eth0", "eth1"),
                number=self.number,
                interval_ns=interval_ns,
            )
            self.diagnosis.take(FlowBatch.of(made))
        assert not self.complaints
        return list(self.diagnosis.report.open)
