"""The last drains, a quarter of an hour or a whole capture: who sent how much in each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.flows import columns
from tunnel_monitor.flows.addresses import are_hosts
from tunnel_monitor.flows.columns import KEY_WORDS, Rows, Words

SPAN_S = 900
MOST_DRAINS = 3600
TRACKED = 256  # peers with a history of their own: 4 MB at one drain a second
SHOWN = 12
PACKETS, BYTES = 0, 1


@dataclass(frozen=True, slots=True)
class Series:
    """The history of those who sent most in it.

    Args:
        times_ns: (t,) of each drain, oldest first.
        elapsed_ns: (t,) how long each collected: one that was held up, for longer than others.
        peers: (p, 2) their addresses in order, p at most SHOWN.
        packets: (p + 1, t) what each sent; the last row is all others.
        bytes: (p + 1, t) likewise.
    """

    times_ns: NDArray[np.int64]
    elapsed_ns: NDArray[np.int64]
    peers: Words
    packets: NDArray[np.uint64]
    bytes: NDArray[np.uint64]

    @classmethod
    def nothing(cls) -> Series:
        """Before the first drain."""
        never, none = np.zeros(0, np.int64), np.zeros((1, 0), np.uint64)
        return cls(never, never, np.zeros((0, 2), np.uint64), none, none)


def drains_kept(interval_s: float) -> int:
    """How many drains of an interface have a column: those of SPAN_S, at most MOST_DRAINS."""
    return max(1, min(MOST_DRAINS, round(SPAN_S / interval_s)))


class Timeline:
    """A ring of drains with a row for each tracked peer, and one for the rest.

    A peer has a row from its first drain on. When all are taken, a newcomer gets the row of
    whoever sent least in the ring, if it sends more than that in one drain; the row's past then
    belongs to the rest. So each column always adds up to all that was sent.

    Args:
        length: how many drains the ring has room for.
        tracked: how many peers have a row.
    """

    def __init__(self, length: int, tracked: int = TRACKED) -> None:
        self._length = length
        self._rows: dict[bytes, int] = {}
        self._rest = tracked
        # Memory of rows that no peer has is never touched, so the system never provides it.
        self._ring = np.zeros((2, tracked + 1, self._length), np.uint64)
        self._times, self._elapsed = np.zeros((2, self._length), np.int64)
        self._drains = 0

    def add(self, time_ns: int, elapsed_ns: int, senders: Rows) -> None:
        """Note one drain.

        Args:
            time_ns: when it was.
            elapsed_ns: how long it collected.
            senders: (k,) FLOW, one for each `outer_src`; an empty one belongs to the rest.
        """
        column = self._drains % self._length
        self._drains += 1
        self._times[column], self._elapsed[column] = time_ns, elapsed_ns
        used = [*self._rows.values(), self._rest]
        self._ring[:, used, column] = 0
        sent = columns.words(senders)[:, KEY_WORDS : KEY_WORDS + 2].T
        self._ring[:, self._rest, column] = sent.sum(axis=1)
        for place, row in self._tracked(senders):
            self._ring[:, row, column] = sent[:, place]
            self._ring[:, self._rest, column] -= sent[:, place]

    def _tracked(self, senders: Rows) -> list[tuple[int, int]]:
        """(place in `senders`, row in the ring) of each sender that has or gets a row."""
        totals = np.zeros(self._rest, np.uint64)
        totals[: len(self._rows)] = self._taken()[BYTES].sum(axis=1)
        hosts = np.flatnonzero(are_hosts(columns.address(senders, "outer_src")))
        largest = hosts[columns.largest(columns.take(senders, hosts), self._rest)]
        found = []
        for place in largest.tolist():
            size = senders["bytes"][place]
            row = self._row(senders["outer_src"][place].tobytes(), size, totals)
            if row is not None:
                totals[row] += size
                found.append((place, row))
        return found

    def _row(self, peer: bytes, size: np.uint64, totals: NDArray[np.uint64]) -> int | None:
        """The peer's row, perhaps a new one. Larger senders must have asked before."""
        if peer in self._rows:
            return self._rows[peer]
        if len(self._rows) < self._rest:
            return self._rows.setdefault(peer, len(self._rows))
        least = int(totals.argmin())
        if totals[least] >= size:
            return None
        loser = next(other for other, row in self._rows.items() if row == least)
        del self._rows[loser]
        self._ring[:, self._rest] += self._ring[:, least]
        self._ring[:, least] = 0
        totals[least] = 0
        self._rows[peer] = least
        return least

    def _taken(self) -> NDArray[np.uint64]:
        """Rows that peers have: the first ones. Others are not looked at, and so have no memory."""
        return self._ring[:, : len(self._rows)]

    def series(self) -> Series:
        """The history now."""
        filled = min(self._drains, self._length)
        order = np.arange(self._drains - filled, self._drains) % self._length
        totals = self._taken()[BYTES].sum(axis=1)
        active = [peer for peer, row in self._rows.items() if totals[row]]
        most = sorted(active, key=lambda peer: int(totals[self._rows[peer]]), reverse=True)
        shown = sorted(most[:SHOWN])
        sent = self._ring[:, [self._rows[peer] for peer in shown]][:, :, order]
        everything = self._taken().sum(axis=1) + self._ring[:, self._rest]
        rest = (everything[:, order] - sent.sum(axis=1))[:, None]
        packets, size = np.concatenate([sent, rest], axis=1)
        peers = np.frombuffer(b"".join(shown), np.uint64).reshape(-1, 2)
        return Series(self._times[order], self._elapsed[order], peers, packets, size)
