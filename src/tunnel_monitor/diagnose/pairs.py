"""Tunnels by their two ends, so that each direction finds the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.diagnose.members import Hashes, Mask, hashes_among
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.addresses import are_hosts
from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.flows.group import mix


def network_words(rows: Rows) -> NDArray[np.uint64]:
    """(n,) one number for each encapsulation and VNI."""
    encap = columns.encap(rows).astype(np.uint64) << np.uint64(33)
    known = columns.has_vni(rows).astype(np.uint64) << np.uint64(32)
    return np.asarray(encap | known | rows["vni"].astype(np.uint64))


def keys(rows: Rows, *, turned: bool = False) -> Hashes:
    """(n,) hashes of network, sender and receiver; turned, of the opposite direction."""
    names = ("outer_dst", "outer_src") if turned else ("outer_src", "outer_dst")
    sides = [columns.address(rows, name) for name in names]
    return mix(np.column_stack([network_words(rows), *sides]))


def are_unicast(rows: Rows) -> Mask:
    """(n,) which tunnels lead from one host to another."""
    return np.asarray(
        are_hosts(columns.address(rows, "outer_src"))
        & are_hosts(columns.address(rows, "outer_dst"))
    )


@dataclass(frozen=True, slots=True)
class Directions:
    """Rows of tunnels, and which of them have an opposite among them.

    Args:
        rows: (n,) FLOW.
        keys: (n,) as `keys` has them.
        opposite: (n,) the place of the opposite direction, -1 where there is none.
    """

    rows: Rows
    keys: Hashes
    opposite: NDArray[np.intp]

    def places_of(self, some: Hashes) -> NDArray[np.intp]:
        """(k,) the place of each of some keys, -1 for those that are not here."""
        order = np.argsort(self.keys)
        ascending = self.keys[order]
        places = np.searchsorted(ascending, some)
        found = hashes_among(some, ascending)
        at = np.full(len(some), -1)
        at[found] = order[places[found]]
        return at

    @classmethod
    def of(cls, rows: Rows) -> Directions:
        """Find the opposites; where a direction has several rows, any of them."""
        alone = cls(rows, keys(rows), np.zeros(0, np.intp))
        return cls(rows, alone.keys, alone.places_of(keys(rows, turned=True)))
