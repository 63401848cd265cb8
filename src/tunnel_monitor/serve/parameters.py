"""Query parameters -> a checked query -> which rows it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.errors import BadSetting
from tunnel_monitor.flows import addresses, columns
from tunnel_monitor.flows.columns import Rows

LARGEST_VNI = 2**32 - 1
PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "flows": ("window", "vni", "peer", "interface", "limit"),
    "matrix": ("window", "vni", "peer", "interface", "by", "limit"),
    "segments": ("window", "interface"),
    "ledger": (),
    "status": (),
    "timeline": (),
    "live": ("window", "vni", "peer"),
}
# Resource -> default and largest `limit`.
LIMITS: Mapping[str, tuple[int, int]] = {"flows": (1000, 100_000), "matrix": (50, 500)}


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for. Hashable: equal queries share one answer.

    Args:
        window: `last`, the last drain, or `total`, all since the start.
        vnis: only these, None for rows without one; empty means all.
        peer: only rows from or to this outer address of 16 bytes.
        interface: only rows of this one, by its place.
        by: `peer` or `endpoint`: what a place of the matrix is.
        limit: how many rows or places; 0 where the resource has no such parameter.
    """

    window: str = "last"
    vnis: frozenset[int | None] = frozenset()
    peer: bytes | None = None
    interface: int | None = None
    by: str = "peer"
    limit: int = 0

    @classmethod
    def parse(
        cls, resource: str, given: Sequence[tuple[str, str]], interfaces: Sequence[str]
    ) -> Query:
        """Check the parameters of one request.

        Args:
            resource: a key of PARAMETERS.
            given: names and values as they came; `vni` may be repeated.
            interfaces: names of those watched.
        Raises:
            BadSetting: a name or value that means nothing, or a name given twice.
        """
        single = _single(resource, given)
        return cls(
            window=_one_of("window", single.get("window", "last"), ("last", "total")),
            vnis=frozenset(_vni(value) for name, value in given if name == "vni"),
            peer=_peer(single["peer"]) if "peer" in single else None,
            interface=_interface(single["interface"], interfaces)
            if "interface" in single
            else None,
            by=_one_of("by", single.get("by", "peer"), ("peer", "endpoint")),
            limit=_limit(resource, single.get("limit")),
        )

    def chosen(self, rows: Rows) -> Rows:
        """The rows it means, of (n,) FLOW."""
        masks = [
            part
            for part in (self._of_vnis(rows), self._of_peer(rows), self._of_interface(rows))
            if part is not None
        ]
        return columns.where(rows, np.logical_and.reduce(masks)) if masks else rows

    def _of_vnis(self, rows: Rows) -> NDArray[np.bool_] | None:
        if not self.vnis:
            return None
        present = columns.has_vni(rows)
        # Not np.isin: for some lists it imports numpy.ma, which may no longer be readable.
        numbers = [vni for vni in self.vnis if vni is not None]
        listed = np.logical_or.reduce([rows["vni"] == number for number in numbers])
        return np.where(present, listed, None in self.vnis)

    def _of_peer(self, rows: Rows) -> NDArray[np.bool_] | None:
        if self.peer is None:
            return None
        peer = addresses.as_words(self.peer)
        source, destination = (
            (columns.address(rows, name) == peer).all(axis=1) for name in ("outer_src", "outer_dst")
        )
        return np.asarray(source | destination)

    def _of_interface(self, rows: Rows) -> NDArray[np.bool_] | None:
        return None if self.interface is None else np.asarray(rows["interface"] == self.interface)


def _single(resource: str, given: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Name -> value of all but `vni`."""
    single: dict[str, str] = {}
    for name, value in given:
        if name not in PARAMETERS[resource]:
            known = ", ".join(PARAMETERS[resource]) or "no parameters"
            raise BadSetting(f"unknown parameter {name!r}", f"{resource} takes {known}")
        if name in single:
            raise BadSetting(f"{name} is given twice", "give it once")
        if name != "vni":
            single[name] = value
    return single


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise BadSetting(f"{name}={value!r} is unknown", f"choose {' or '.join(known)}")
    return value


def _number(value: str) -> int | None:
    """Plain decimal digits; `int` alone would also take `+1`, `1_0` and other scripts' digits."""
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 10 else None


def _vni(value: str) -> int | None:
    number = _number(value)
    if value != "none" and (number is None or number > LARGEST_VNI):
        raise BadSetting(f"vni={value!r} is no VNI", f"give a number up to {LARGEST_VNI}, or none")
    return number


def _peer(value: str) -> bytes:
    try:
        return addresses.parse(value)
    except BadSetting as error:
        raise BadSetting(f"peer: {error.what}", error.remedy) from error


def _interface(value: str, interfaces: Sequence[str]) -> int:
    if value not in interfaces:
        raise BadSetting(f"interface={value!r} is not watched", f"choose {' or '.join(interfaces)}")
    return interfaces.index(value)


def _limit(resource: str, value: str | None) -> int:
    default, largest = LIMITS.get(resource, (0, 0))
    number = default if value is None else _number(value)
    if number is None or not (0 < number <= largest or value is None):
        raise BadSetting(f"limit={value!r} is out of range", f"give 1 to {largest}")
    return number
