"""Behind which peer each endpoint is, remembered in sixteen bytes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.diagnose.members import Hashes, hashes_among
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.flows.group import mask_of, mix

MOST = 200_000
ENDPOINT = frozenset({"encap", "vni", "inner_src"})
WORDS = np.flatnonzero(mask_of(ENDPOINT).words)
OURS = mask_of(ENDPOINT).words[WORDS]


@dataclass(frozen=True, slots=True)
class Places:
    """A value: following a drain makes the next one.

    Args:
        endpoints: (n,) hashes, ascending.
        peers: (n,) hashes of the peer that each was behind when it was last seen.
    """

    endpoints: Hashes
    peers: Hashes

    @classmethod
    def nothing(cls) -> Places:
        """Before the first drain."""
        none = np.zeros(0, np.uint64)
        return cls(none, none)

    def followed(self, rows: Rows) -> tuple[Places, list[NDArray[np.intp]]]:
        """Take in one drain.

        Args:
            rows: (k,) FLOW by network, endpoint and peer, unique.
        Returns:
            The next value; and for each endpoint that is elsewhere than before, or in two places
            at once, its rows.
        """
        endpoints = endpoints_of(rows)
        peers = mix(columns.address(rows, "outer_src"))
        order = np.argsort(endpoints)
        ascending = endpoints[order]
        starts = np.flatnonzero(np.diff(ascending, prepend=~ascending[:1]))
        counts = np.diff(starts, append=len(order))
        unique = ascending[starts]
        before, known = self._peers_of(unique)
        one, other = (
            how.reduceat(peers[order], starts) if len(starts) else unique
            for how in (np.minimum, np.maximum)
        )
        # In two places at once: where it was not before is where it went.
        now = np.where(one != before, one, other)
        moved = (one != other) | (known & (now != before))
        places = [
            order[starts[number] : starts[number] + counts[number]]
            for number in np.flatnonzero(moved).tolist()
        ]
        return self._with(unique, now), places

    def without(self, endpoints: Hashes) -> Places:
        """Where some were is not known any more."""
        others = ~hashes_among(self.endpoints, np.sort(endpoints))
        return Places(self.endpoints[others], self.peers[others])

    def _peers_of(self, endpoints: Hashes) -> tuple[Hashes, NDArray[np.bool_]]:
        """Where each was last, and whether that is known."""
        places = np.searchsorted(self.endpoints, endpoints)
        known = places < len(self.endpoints)
        known[known] = self.endpoints[places[known]] == endpoints[known]
        peers = np.zeros(len(endpoints), np.uint64)
        peers[known] = self.peers[places[known]]
        return peers, known

    def _with(self, endpoints: Hashes, peers: Hashes) -> Places:
        """These, and all others that were known; when there is no room, only these."""
        _, again = Places(endpoints, peers)._peers_of(self.endpoints)
        if len(endpoints) + len(self.endpoints) - np.count_nonzero(again) > MOST:
            return Places(endpoints[:MOST], peers[:MOST])
        every = np.concatenate([endpoints, self.endpoints[~again]])
        order = np.argsort(every)
        return Places(every[order], np.concatenate([peers, self.peers[~again]])[order])


def endpoints_of(rows: Rows) -> Hashes:
    """(k,) hashes of the network and inner source of (k,) FLOW, grouped by both and maybe more."""
    return mix(columns.words(rows)[:, WORDS] & OURS)
