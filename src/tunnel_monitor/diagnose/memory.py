"""Numbers by hash, and whose they were, as of lately, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.diagnose.members import Hashes
from tunnel_monitor.flows.columns import Words

MOST = 4096


@dataclass(slots=True)
class Remembered:
    """A number, when it was seen, and of whom: as `Memory.add` has it."""

    number: int
    at_s: float
    ends: bytes


class Memory:
    """A number for each of some things, until it was not seen for a while.

    Args:
        seconds: for which one is remembered.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._kept: dict[int, Remembered] = {}

    def add(
        self,
        hashes: Hashes,
        numbers: NDArray[Any],
        now_s: float,
        *,
        how: Callable[[int, int], int],
        ends: Words | None = None,
    ) -> None:
        """Take in a drain's numbers; 0 is none.

        Args:
            hashes: (n,) of what they belong to.
            numbers: (n,) unsigned.
            now_s: seconds of observation.
            how: which of the remembered and the new one is kept, `max` or `min`; the moment is
                renewed when it is the new one.
            ends: (n, 4) inner addresses of the packets with these numbers; absent, of nobody.
        """
        for key, kept in list(self._kept.items()):
            if now_s - kept.at_s > self._seconds:
                del self._kept[key]
        given = np.flatnonzero(numbers)
        for place, key, number in zip(
            given.tolist(), hashes[given].tolist(), numbers[given].tolist(), strict=True
        ):
            before = self._kept.get(key)
            if before is None and len(self._kept) >= MOST:
                continue
            if before is None or how(before.number, number) == number:
                whose = b"" if ends is None else ends[place].tobytes()
                self._kept[key] = Remembered(number, now_s, whose)

    def keys(self) -> Hashes:
        """(n,) whose number is known."""
        return np.fromiter(self._kept, np.uint64, len(self._kept))

    def of(self, key: int) -> int:
        """The number; 0 where none is known."""
        kept = self._kept.get(key)
        return kept.number if kept else 0

    def ends_of(self, key: int) -> bytes:
        """The two inner addresses of the packet that had it; empty where none is known."""
        kept = self._kept.get(key)
        return kept.ends if kept else b""
