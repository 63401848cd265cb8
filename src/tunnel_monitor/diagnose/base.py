"""What a detector is given, and what it has to offer."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import PATH_BITS, Direction, Notice
from tunnel_monitor.diagnose.finding import Severity, Suspicion
from tunnel_monitor.diagnose.members import are_among
from tunnel_monitor.diagnose.pairs import Directions
from tunnel_monitor.diagnose.thresholds import Thresholds
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.flows.group import TUNNEL, group, group_all
from tunnel_monitor.flows.noticed import Noticed
from tunnel_monitor.kernel.overlay import Overlay

DIRECTION = frozenset({"encap", "vni", "outer_src", "outer_dst"})


class Observation:
    """One drain, and what several detectors make of it, made once.

    Args:
        batch: the drain.
        now_s: seconds of observation up to its end; unlike the wall clock, nobody sets it.
        thresholds: those in force.
        overlay: what this host knows of its tunnels; None where that is not the host whose
            packets these are (a capture file).
        overlay_is_new: whether it was read after this drain, and not after an earlier one.
        late_s: how long after this drain that was, if it was.
    """

    def __init__(
        self,
        batch: FlowBatch,
        now_s: float,
        thresholds: Thresholds,
        overlay: Overlay | None = None,
        *,
        overlay_is_new: bool = False,
        late_s: float = 0.0,
    ) -> None:
        self.batch = batch
        self.now_s = now_s
        self.thresholds = thresholds
        self.overlay = overlay
        self.overlay_is_new = overlay_is_new
        self.late_s = late_s
        self.interval_s = max(batch.interval_ns / 10**9, 1e-3)

    @property
    def flows(self) -> Rows:
        """(n,) FLOW, unique keys."""
        return self.batch.flows

    @property
    def interface_mtu(self) -> int:
        """The smallest of the watched interfaces; 0 where it is not known."""
        return min(self.overlay.mtus.values(), default=0) if self.overlay else 0

    @cached_property
    def tunnels(self) -> Rows:
        """(t,) FLOW, all packets by interface, direction, path, VNI and outer addresses."""
        return group_all([self.batch.flows, self.batch.tunnels], TUNNEL)

    @property
    def noticed(self) -> Noticed:
        """What was seen beside sizes."""
        return self.batch.noticed

    @cached_property
    def directions(self) -> Directions:
        """All packets by network, sender and receiver."""
        return Directions.of(group(self.tunnels, DIRECTION))

    @cached_property
    def received(self) -> NDArray[np.bool_]:
        """(n,) which flows came in."""
        return np.asarray(columns.direction(self.flows) == Direction.INGRESS)

    @cached_property
    def for_us(self) -> NDArray[np.bool_]:
        """(n,) which flows came in for an address of this host, in one tunnel and no other."""
        if self.overlay is None:
            return np.zeros(len(self.flows), bool)
        ours = are_among(columns.address(self.flows, "outer_dst"), self.overlay.addresses)
        return np.asarray(self.received & ours & (columns.path(self.flows) >> PATH_BITS == 0))


class Detector(Protocol):
    """Judges drain by drain. Keeps what it has to remember itself, and keeps it bounded.

    Args:
        name: of what it finds, as everywhere users see it.
        title: the same in words.
        severity: what it means.
        patience: the threshold that says for how many seconds it must be suspected.
        explains: names of findings that are not told beside this one, as this is why.
        notices: what of packets it reads beside their sizes.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    severity: ClassVar[Severity]
    patience: ClassVar[str]
    explains: ClassVar[frozenset[str]]
    notices: ClassVar[Notice]

    def judge(self, seen: Observation) -> Iterable[Suspicion]:
        """What is wrong in this drain; the same again in the next if it still is."""
