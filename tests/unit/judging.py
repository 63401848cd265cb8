"""Drains made by hand, judged one after the other."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tests.unit.synthetic import SECOND_NS, Flow, drained, packed, records

from tunnel_monitor.contract import Direction, Encap, Example, Outcome
from tunnel_monitor.diagnose.base import Detector
from tunnel_monitor.diagnose.diagnosis import Diagnosis
from tunnel_monitor.diagnose.finding import Finding, State
from tunnel_monitor.diagnose.mutes import Mutes
from tunnel_monitor.diagnose.thresholds import Thresholds
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.kernel.drained import Notices, Records
from tunnel_monitor.kernel.overlay import LocalTunnel, Overlay
from tunnel_monitor.layout import (
    NOTICES,
    SEGMENT,
    SEGMENT_KEY,
    STATION,
    STATION_KEY,
    WIDE_KEY,
)

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
        mtus={"eth0": 1500},
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


@dataclass(frozen=True)
class Seen:
    """What was noticed of a flow's tunnel: members of NOTICES."""

    flow: Flow
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Segment:
    """A large TCP segment of a flow."""

    flow: Flow
    sequence: int
    size: int = 1450


@dataclass(frozen=True)
class Station:
    """A link address behind a flow's sender."""

    flow: Flow
    mac: str


Noticing = Seen | Segment | Station


def seen(flow: Flow, **values: Any) -> Seen:
    """What was noticed of a flow's tunnel; one packet was looked at, unless told otherwise."""
    return Seen(flow, {"sampled": 1, **values})


def ends(pairs: Mapping[Example, tuple[str, str]]) -> NDArray[np.uint64]:
    """The inner addresses of packets that are named, as NOTICES has them."""
    words = np.zeros((len(Example), 4), np.uint64)
    for example, pair in pairs.items():
        words[example] = np.frombuffer(b"".join(map(packed, pair)), np.uint64)
    return words


def notices(some: Sequence[Noticing]) -> Notices:
    """As a drain has them."""
    tunnels = [one for one in some if isinstance(one, Seen)]
    segments = [one for one in some if isinstance(one, Segment)]
    stations = [one for one in some if isinstance(one, Station)]
    bare = [replace(one.flow, inner_src=None, inner_dst=None) for one in tunnels]
    values = np.zeros(len(tunnels), NOTICES)
    for place, one in enumerate(tunnels):
        for name, value in one.values.items():
            values[name][place] = value
    return Notices(
        tunnels=Records(records(bare, WIDE_KEY).keys, values),
        segments=_segments(segments),
        stations=_stations(stations),
    )


def noticed_at(interface: str, some: Sequence[Noticing]) -> list[Noticing]:
    """What was noticed on one of the interfaces."""
    return [one for one in some if one.flow.interface == interface]


def _segments(some: Sequence[Segment]) -> Records:
    keys = np.zeros(len(some), SEGMENT_KEY)
    keys["flow"] = records([one.flow for one in some], WIDE_KEY).keys
    values = [(one.sequence, one.size) for one in some]
    return Records(keys, np.array(values, SEGMENT))


def _stations(some: Sequence[Station]) -> Records:
    keys = np.zeros(len(some), STATION_KEY)
    wide = records([replace(one.flow, inner_src=None) for one in some], WIDE_KEY).keys
    for name in ("outer_src", "vni", "meta"):
        keys[name] = wide[name]
    for place, one in enumerate(some):
        keys["mac"][place] = bytes.fromhex(one.mac.replace(":", ""))
    return Records(keys, np.ones(len(some), STATION))


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
        late_s: how long after its drain the host is read.
    """

    detectors: Sequence[Detector]
    host: Host | None = None
    thresholds: Thresholds = field(default_factory=Thresholds)
    mutes: Mutes = field(default_factory=Mutes)
    interval_s: float = 1.0
    news: list[tuple[str, State]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    number: int = 0
    late_s: float = 0.0
    now_ns: int = 0

    def __post_init__(self) -> None:
        self.diagnosis = Diagnosis(
            self.detectors,
            thresholds=self.thresholds,
            mutes=self.mutes,
            overlay=self.host,
            complain=self.complaints.append,
            clock=lambda: self.now_ns,
        )
        self.diagnosis.on_news(lambda finding: self.news.append((finding.name, finding.state)))

    def drain(
        self,
        *flows: Flow,
        times: int = 1,
        tunnels: Sequence[Flow] = (),
        rest: Mapping[Outcome, tuple[int, int]] | None = None,
        noticed: Sequence[Noticing] = (),
        super_packets: bool = False,
    ) -> list[Finding]:
        """The same drain so many times; the findings that are open then.

        With `super_packets`, two packets that came in were one buffer.
        """
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
            if super_packets:
                made.interfaces[0].ledger["buffers"][Direction.INGRESS, Outcome.FLOW] //= 2
            made = replace(
                made,
                interfaces=tuple(
                    replace(one, notices=notices(noticed_at(one.interface, noticed)))
                    for one in made.interfaces
                ),
            )
            self.now_ns = made.time_ns + round(self.late_s * SECOND_NS)
            self.diagnosis.take(FlowBatch.of(made))
        assert not self.complaints
        assert all(runs(one.seen.next) for one in self.diagnosis.report.findings)
        return list(self.diagnosis.report.open)


TOOLS = frozenset(
    {"bridge", "grep", "ip", "mtr", "nft", "ping", "tcpdump", "tracepath", "traceroute"}
)


def runs(command: str) -> bool:
    """Whether a shell takes it as it is; where to run it, and what to look for, is a comment."""
    does, _, _ = command.partition("  # ")
    return all(shlex.split(part)[0] in TOOLS for part in re.split("[;|]", does))


# 14 bytes of Ethernet, 20 of IP, 8 of UDP, 8 of VXLAN around what is inside
SIZES: dict[str, Any] = {"packets": 10, "bytes": 6040, "inner_bytes": 5540}
SMALL_HEADERS = tuple(end(**SIZES | {"inner_bytes": 5800}) for end in (sent, received))
THERE_AND_BACK = (sent(**SIZES), received(**SIZES))
