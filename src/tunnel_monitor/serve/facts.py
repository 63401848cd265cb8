"""What the server cannot know by itself: whoever runs it tells, as values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from tunnel_monitor.contract import Encap
from tunnel_monitor.flows.sinks import SinkState
from tunnel_monitor.kernel.ports import Ports
from tunnel_monitor.settings import DEFAULT_ENCAPS, Boundary


@dataclass(frozen=True, slots=True)
class InterfaceFacts:
    """One watched interface.

    Args:
        name: as given by the user.
        index: its number in its namespace.
        attach: `tcx` or `clsact`.
        namespace: as named with `--netns`; None for the host's own.
        mtu: in bytes.
        present: false once it is gone.
    """

    name: str
    index: int
    attach: str
    namespace: str | None
    mtu: int
    present: bool


@dataclass(frozen=True, slots=True)
class LabFacts:
    """The demo's sizes; `clients` is per segment and host."""

    hosts: int
    segments: int
    clients: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything of `status` that is not counted from packets.

    Args:
        version: of this program.
        host: its name.
        started_ns: when the programs were attached, by the wall clock, since 1970.
        interval_s: as set, between two drains.
        interfaces: those watched.
        encaps: which encapsulations are read.
        boundary: which makes the record of a tunnel in a tunnel.
        ports: UDP destination ports that are read, and why.
        sinks: what takes batches.
        lab: None outside a demo.
    """

    version: str
    host: str
    started_ns: int
    interval_s: float
    interfaces: tuple[InterfaceFacts, ...]
    encaps: frozenset[Encap] = DEFAULT_ENCAPS
    boundary: Boundary = Boundary.INNERMOST
    ports: Ports = field(default_factory=lambda: Ports(()))
    sinks: tuple[SinkState, ...] = ()
    lab: LabFacts | None = None


# Asked once for each drain and each reply, from the server's threads: must be quick, must not
# wait, and must need no right that is given up.
FactsSource: TypeAlias = Callable[[], Facts]
