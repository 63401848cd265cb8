"""All faults of the lab, and which of them a running lab has at the moment."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import Any, Final

from tunnel_monitor.errors import BadSetting
from tunnel_monitor.lab import faults_path, faults_tunnel
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.lab.fault import Fault, Place
from tunnel_monitor.lab.topology import Topology

FAULTS: Final[Mapping[str, Fault]] = MappingProxyType(
    {fault.name: fault for fault in (*faults_path.FAULTS, *faults_tunnel.FAULTS)}
)


@dataclass(frozen=True, slots=True)
class Made:
    """A fault that a lab has.

    Attributes:
        fault: which.
        place: where.
        says: a sentence: what was done.
        hidden: whether it is an exercise, whose name is told only to whoever asks for it.
    """

    fault: Fault
    place: Place
    says: str
    hidden: bool
    _undo: AbstractContextManager[str]

    @property
    def record(self) -> dict[str, Any]:
        """As it travels to another process: all there is to know."""
        return {
            "name": self.fault.name,
            "host": self.place.host.name,
            "address": self.place.host.address,
            "vni": self.place.segment.vni,
            "endpoint": self.place.there.address,
            "says": self.says,
            "hidden": self.hidden,
        }


class Faults:
    """The faults of one lab.

    Args:
        lab: it; built.
        fleet: whether all hosts are watched, and compared.
    """

    def __init__(self, lab: Lab, *, fleet: bool = False) -> None:
        self._lab = lab
        self._fleet = fleet
        self._made: list[Made] = []

    def records(self, *, reveal: bool = False) -> list[dict[str, Any]]:
        """Those there are, in the order they were made; of hidden ones nothing but that."""
        return [
            {"hidden": True} if made.hidden and not reveal else made.record for made in self._made
        ]

    def make(self, name: str) -> dict[str, Any]:
        """Make one, at the first of its places that no other has.

        Raises:
            BadSetting: no such fault, it is there already, or the lab is too small.
            LabFailed: it could not be made; what was done for it is undone.
        """
        fault = find(name, self._lab.topology)
        return self._make(fault, list(FAULTS).index(name), hidden=False).record

    def make_any(self, random: Random) -> dict[str, Any]:
        """Make one that is not told, at a place that is not told."""
        there = {made.fault.name for made in self._made}
        hosts = self._lab.topology.hosts
        left = [
            fault
            for fault in FAULTS.values()
            if fault.name not in there
            and fault.hosts <= hosts
            and (self._fleet or not fault.of_fleet)  # an exercise can be solved
        ]
        if not left:
            raise BadSetting("cannot make a fault: all of them are there", "repair some first")
        turn = random.randrange(len(places(self._lab.topology)))
        self._make(random.choice(left), turn, hidden=True)
        return {"hidden": True}

    def repair(self, name: str | None = None) -> list[dict[str, Any]]:
        """Repair one fault, or all.

        Returns:
            What they were, hidden ones too.
        Raises:
            BadSetting: there is no such fault here.
        """
        chosen = [made for made in self._made if name in {None, made.fault.name}]
        if name is not None and not chosen:
            raise BadSetting(
                f"cannot repair {name!r}: the lab has no such fault", "`lab status` shows them"
            )
        for made in reversed(chosen):
            self._made.remove(made)
            made._undo.__exit__(None, None, None)
        return [made.record for made in chosen]

    def close(self) -> None:
        """Repair all: their programs end here; their namespaces may live on."""
        self.repair()

    def _make(self, fault: Fault, turn: int, *, hidden: bool) -> Made:
        if any(made.fault is fault for made in self._made):
            raise BadSetting(f"cannot make {fault.name}: it is there already", "repair it first")
        place = self._free_place(fault, turn)
        undo = fault.make(self._lab, place)
        says = undo.__enter__()
        if fault.of_fleet and not self._fleet:
            says += " It takes both hosts' counts to find that: `demo --fleet` has them."
        made = Made(fault, place, says, hidden, undo)
        self._made.append(made)
        return made

    def _free_place(self, fault: Fault, turn: int) -> Place:
        taken = {(made.place.there.host, made.place.there.segment) for made in self._made}
        every = places(self._lab.topology)
        for step in range(len(every)):
            spot = every[(turn + step) % len(every)]
            if spot not in taken:
                return Place.of(self._lab.topology, *spot)
        raise BadSetting(
            f"cannot make {fault.name}: each tunnel of host0 has a fault already",
            "repair some first",
        )


def find(name: str, topology: Topology) -> Fault:
    """A fault that can be made in such a lab.

    Raises:
        BadSetting: no such fault, or the lab is too small for it.
    """
    if name not in FAULTS:
        raise BadSetting(f"cannot make {name!r}: no such fault", f"choose {', '.join(FAULTS)}")
    fault = FAULTS[name]
    if topology.hosts < fault.hosts:
        raise BadSetting(
            f"cannot make {name}: it takes {fault.hosts} hosts", "start a demo with more --hosts"
        )
    return fault


def places(topology: Topology) -> list[tuple[int, int]]:
    """(host, segment) of all tunnels of host0, neighbours in the list on different hosts."""
    others, segments = topology.hosts - 1, topology.segments
    return [
        (1 + turn % others, (turn % others + turn // others) % segments)
        for turn in range(others * segments)
    ]
