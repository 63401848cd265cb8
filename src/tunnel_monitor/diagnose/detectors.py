"""All detectors, in the order in which documentation and page list them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import reduce
from ipaddress import IPv6Network
from operator import or_
from typing import Final

from tunnel_monitor.contract import Notice
from tunnel_monitor.diagnose.base import Detector
from tunnel_monitor.diagnose.black_hole import BlackHole
from tunnel_monitor.diagnose.decap_failure import DecapFailure
from tunnel_monitor.diagnose.dscp import Dscp
from tunnel_monitor.diagnose.duplicate import Duplicate
from tunnel_monitor.diagnose.fragments import Fragments
from tunnel_monitor.diagnose.header import Header
from tunnel_monitor.diagnose.hog import Hog
from tunnel_monitor.diagnose.loss import Loss
from tunnel_monitor.diagnose.low_entropy import LowEntropy
from tunnel_monitor.diagnose.mtu import Mtu
from tunnel_monitor.diagnose.one_way import OneWay
from tunnel_monitor.diagnose.path_change import PathChange
from tunnel_monitor.diagnose.rogue import Rogue
from tunnel_monitor.diagnose.storm import Storm
from tunnel_monitor.diagnose.vni_mismatch import VniMismatch

ON_A_HOST: Final[tuple[type[Detector], ...]] = (
    Mtu,
    BlackHole,
    Fragments,
    OneWay,
    VniMismatch,
    Duplicate,
    Storm,
    LowEntropy,
    Rogue,
    Hog,
    Dscp,
    Header,
    DecapFailure,
    PathChange,
)
# What takes the counts of several hosts: only who serves a store has them.
OVER_A_FLEET: Final[tuple[type[Detector], ...]] = (Loss,)
DETECTORS: Final = (*ON_A_HOST, *OVER_A_FLEET)
NAMES: Final = tuple(detector.name for detector in DETECTORS)


def make_all(
    known_peers: Iterable[IPv6Network] = (), without: Collection[str] = ()
) -> list[Detector]:
    """One of each that a single host can have, having seen nothing yet.

    Args:
        known_peers: networks whose addresses are peers; none means nobody was named.
        without: names of those that are left out.
    """
    chosen = [one for one in ON_A_HOST if one.name not in without]
    return [Rogue(known_peers) if one is Rogue else one() for one in chosen]


def read_by(some: Iterable[Detector]) -> Notice:
    """What some of them read of packets beside their sizes, all together."""
    return reduce(or_, (one.notices for one in some), Notice(0))
