"""Which virtual networks there are, and how many peers, endpoints and tunnels each has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.ma  # np.unique wants it since numpy 2.5, when we may not read it any more
from numpy.typing import NDArray

from tunnel_monitor.flows import columns
from tunnel_monitor.flows.addresses import are_hosts
from tunnel_monitor.flows.columns import KEY_WORDS, Rows, Words
from tunnel_monitor.flows.group import Groups, group, mix
from tunnel_monitor.flows.groupings import SEGMENT


def numbers(rows: Rows) -> NDArray[np.uint64]:
    """(n,) one number for each segment, ascending by `encap`, without VNI first, then `vni`."""
    encaps = columns.encap(rows).astype(np.uint64) << np.uint64(33)
    has_vni = columns.has_vni(rows).astype(np.uint64) << np.uint64(32)
    return np.asarray(encaps | has_vni | rows["vni"].astype(np.uint64))


def in_order(segments: Rows) -> Rows:
    """Sorted by their numbers."""
    return columns.take(segments, np.argsort(numbers(segments)))


def ends(rows: Rows, source: str, destination: str) -> Words:
    """The hosts of both address columns: (k, 3), segment number and address, each once."""
    keys = np.empty((2, len(rows), 3), np.uint64)
    keys[:, :, 0] = numbers(rows)
    keys[0, :, 1:] = columns.address(rows, source)
    keys[1, :, 1:] = columns.address(rows, destination)
    flat = keys.reshape(-1, 3)
    hosts = flat[are_hosts(flat[:, 1:])]
    return hosts[Groups.of(hosts).any_row()]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """A set of endpoints that can only count them.

    Of each, only a hash of 64 bits is kept: 8 bytes instead of 24. Among a million endpoints, two
    have the same and count as one with a probability of one in thirty million.

    Args:
        hashes: (n,) ascending.
        by_segment: segment number -> how many.
    """

    hashes: NDArray[np.uint64]
    by_segment: dict[int, int]

    @classmethod
    def nothing(cls) -> Endpoints:
        """The empty set."""
        return cls(np.zeros(0, np.uint64), {})

    def __len__(self) -> int:
        return len(self.hashes)

    def added(self, flows: Rows) -> Endpoints:
        """The set with the inner addresses of (n,) FLOW; itself, if all are in it."""
        if not len(flows):
            return self
        keys = ends(columns.where(flows, columns.has_inner(flows)), "inner_src", "inner_dst")
        hashes = mix(keys)
        fresh = ~_are_in(self.hashes, hashes)
        if not fresh.any():
            return self
        by_segment = dict(self.by_segment)
        segments, counts = np.unique(keys[fresh, 0], return_counts=True)
        for number, count in zip(segments.tolist(), counts.tolist(), strict=True):
            by_segment[number] = by_segment.get(number, 0) + count
        return Endpoints(np.sort(np.concatenate([self.hashes, hashes[fresh]])), by_segment)


@dataclass(frozen=True, slots=True)
class Seen:
    """The networks of a set of tunnels, in order of `encap`, then `vni`.

    A segment's peers are the hosts among its outer addresses, its endpoints those among its
    inner ones: multicast groups and broadcast are none.

    Args:
        segments: (s,) FLOW with `encap` and `vni` alone, counters zero.
        counts: (s, 3) peers, endpoints and tunnels of each.
        peers: in all segments together, each counted once.
        endpoints: in all segments; an inner address in two of them is two endpoints.
        tunnels: in all segments.
    """

    segments: Rows
    counts: NDArray[np.int64]
    peers: int
    endpoints: int
    tunnels: int

    @classmethod
    def of(cls, tunnels: Rows, endpoints: Endpoints) -> Seen:
        """Count what (t,) tunnels have, and how many of the endpoints each segment has."""
        known = columns.where(tunnels, (columns.address(tunnels, "outer_src") != 0).any(axis=1))
        distinct = group(known, SEGMENT | {"outer_src", "outer_dst"})
        peers = ends(distinct, "outer_src", "outer_dst")
        segments = in_order(group(tunnels, SEGMENT))
        columns.words(segments)[:, KEY_WORDS:] = 0
        ours = numbers(segments)
        inside = [endpoints.by_segment.get(number, 0) for number in ours.tolist()]
        counts = [_count(ours, peers[:, 0]), inside, _count(ours, numbers(distinct))]
        return cls(
            segments=segments,
            counts=np.array(counts, np.int64).T,
            peers=len(Groups.of(peers[:, 1:])),
            endpoints=len(endpoints),
            tunnels=len(distinct),
        )

    def counts_of(self, segments: Rows) -> NDArray[np.int64]:
        """(n, 3) counts for (n,) segments; zeros for one that is not among these."""
        ours, theirs = numbers(self.segments), numbers(segments)
        found = np.flatnonzero(_are_in(ours, theirs))
        counts = np.zeros((len(segments), 3), np.int64)
        counts[found] = self.counts[np.searchsorted(ours, theirs[found])]
        return counts


def _are_in(ours: NDArray[np.uint64], theirs: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """(n,) which of theirs are among ours, which ascend."""
    places = np.searchsorted(ours, theirs)
    inside = places < len(ours)
    inside[inside] = ours[places[inside]] == theirs[inside]
    return inside


def _count(segments: NDArray[np.uint64], members: NDArray[np.uint64]) -> NDArray[np.int64]:
    """(s,) how often each of the ascending segment numbers is among the members' ones."""
    return np.bincount(np.searchsorted(segments, members), minlength=len(segments))


NOTHING = Seen.of(columns.empty(), Endpoints.nothing())
