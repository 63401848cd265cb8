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
    """One watched interface, or what stands for one in captures.

    Args:
        name: as given by the user.
        index: its number in its namespace; None for captures.
        attach: `tcx`, `clsact`, or `file`.
        namespace: as named with `--netns`; None for the host's own.
        mtu: in bytes; None where there is none.
        present: false once it is gone.
    """

    name: str
    index: int | None
    attach: str
    namespace: str | None
    mtu: int | None
    present: bool


@dataclass(frozen=True, slots=True)
class CaptureFacts:
    """Captures that are shown instead of interfaces.

    Args:
        files: their paths, as given by the user.
        first_ns: the earliest stamp, since 1970; None where there is none.
        last_ns: the latest.
        packets: in all of them.
        unstamped: packets without a stamp; they are in the slice in which they were met.
        late: packets that are in a later slice than their stamps say.
    """

    files: tuple[str, ...]
    first_ns: int | None
    last_ns: int | None
    packets: int
    unstamped: int
    late: int


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
        started_ns: when the programs were attached, by the wall clock, since 1970; of captures,
            when the first slice begins.
        interval_s: as set, between two drains; of captures, how long a slice is.
        interfaces: those watched.
        ports: UDP destination ports that are read, and why.
        sinks: what takes batches.
        lab: None outside a demo.
        encaps: which encapsulations are read.
        boundary: which makes the record of a tunnel in a tunnel.
        capture: None where interfaces are watched.
    """

    version: str
    host: str
    started_ns: int
    interval_s: float
    interfaces: tuple[InterfaceFacts, ...]
    ports: Ports = field(default_factory=lambda: Ports(()))
    sinks: tuple[SinkState, ...] = ()
    lab: LabFacts | None = None
    encaps: frozenset[Encap] = DEFAULT_ENCAPS
    boundary: Boundary = Boundary.INNERMOST
    capture: CaptureFacts | None = None


# Asked once for each drain and each reply, from the server's threads: must be quick, must not
# wait, and must need no right that is given up.
FactsSource: TypeAlias = Callable[[], Facts]
