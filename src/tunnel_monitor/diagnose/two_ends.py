"""Tunnels of which both ends are watched, and what each end counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import Direction
from tunnel_monitor.diagnose.base import DIRECTION
from tunnel_monitor.diagnose.members import Hashes, Mask, hashes_among
from tunnel_monitor.diagnose.pairs import Directions, are_unicast, keys
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import Rows, Words
from tunnel_monitor.flows.group import group, mix

NOBODY = -1
SENDER = frozenset({"interface", "outer_src"})


@dataclass(frozen=True, slots=True)
class Homes:
    """Which host has which address: the one that sends from it, and does not receive it first.

    What a host passes on for others, it has received. An address that several hosts send from has
    no home.

    Args:
        addresses: (n,) hashes, ascending.
        hosts: (n,) their places, or NOBODY.
    """

    addresses: Hashes
    hosts: NDArray[np.intp]

    @classmethod
    def of(cls, rows: Rows, are_sent: Mask) -> Self:
        """Of (n,) FLOW by host and direction."""
        sent = group(columns.where(rows, are_sent), SENDER)
        passed = group(columns.where(rows, ~are_sent), SENDER)
        own = columns.where(sent, ~hashes_among(at_hosts(sent), np.sort(at_hosts(passed))))
        hashes = mix(columns.address(own, "outer_src"))
        ascending, first, times = np.unique(hashes, return_index=True, return_counts=True)
        hosts = own["interface"][first].astype(np.intp)
        return cls(ascending, np.where(times == 1, hosts, NOBODY))

    def of_each(self, addresses: Words) -> NDArray[np.intp]:
        """(n,) the host of each of (n, 2) addresses."""
        hashes = mix(addresses)
        known = hashes_among(hashes, self.addresses)
        found = np.full(len(hashes), NOBODY, np.intp)
        found[known] = self.hosts[np.searchsorted(self.addresses, hashes[known])]
        return found


def at_hosts(rows: Rows) -> Hashes:
    """(n,) hashes of host and sender."""
    hosts = rows["interface"].astype(np.uint64)
    return mix(np.column_stack([hosts, columns.address(rows, "outer_src")]))


@dataclass(frozen=True, slots=True)
class TwoEnds:
    """Tunnels, each direction by itself.

    Args:
        rows: (n,) FLOW by network, sender and receiver; their counts mean nothing.
        keys: (n,) hashes of those.
        sent: (n,) packets, as the sender counted.
        received: (n,) packets, as the receiver did.
        senders: (n,) places of hosts.
        receivers: (n,) likewise.
    """

    rows: Rows
    keys: Hashes
    sent: NDArray[np.int64]
    received: NDArray[np.int64]
    senders: NDArray[np.intp]
    receivers: NDArray[np.intp]

    @classmethod
    def of(cls, rows: Rows) -> Self:
        """Of (n,) FLOW, whose `interface` is the place of a host."""
        rows = columns.where(rows, are_unicast(rows))
        are_sent = np.asarray(columns.direction(rows) == Direction.EGRESS)
        homes = Homes.of(rows, are_sent)
        senders = homes.of_each(columns.address(rows, "outer_src"))
        receivers = homes.of_each(columns.address(rows, "outer_dst"))
        known = (senders != NOBODY) & (receivers != NOBODY) & (senders != receivers)
        left = known & are_sent & (rows["interface"] == senders)
        came = known & ~are_sent & (rows["interface"] == receivers)
        tunnels = group(columns.where(rows, left | came), DIRECTION)
        return cls(
            rows=tunnels,
            keys=keys(tunnels),
            sent=packets_of(tunnels, columns.where(rows, left)),
            received=packets_of(tunnels, columns.where(rows, came)),
            senders=homes.of_each(columns.address(tunnels, "outer_src")),
            receivers=homes.of_each(columns.address(tunnels, "outer_dst")),
        )


def packets_of(tunnels: Rows, counted: Rows) -> NDArray[np.int64]:
    """(n,) packets of each tunnel among some rows."""
    there = Directions.of(group(counted, DIRECTION))
    places = there.places_of(keys(tunnels))
    packets = np.zeros(len(tunnels), np.int64)
    found = places >= 0
    packets[found] = there.rows["packets"][places[found]]
    return packets
