"""What the monitor itself costs this host."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Usage:
    """One reading.

    Args:
        memory_bytes: resident memory of this process.
        cpu_share: of one core, by all its threads, since the reading before.
    """

    memory_bytes: int
    cpu_share: float


class Meter:
    """Reads this process's own use; keeps its file open, so that no right is needed later."""

    def __init__(self) -> None:
        self._statm = Path("/proc/self/statm").open("rb", buffering=0)  # noqa: SIM115  # kept
        self._page_bytes = os.sysconf("SC_PAGE_SIZE")
        self._before = time.monotonic(), time.process_time()

    def read(self) -> Usage:
        """Measure now."""
        then, used_then = self._before
        self._before = now, used = time.monotonic(), time.process_time()
        resident_pages = int(os.pread(self._statm.fileno(), 100, 0).split()[1])
        share = (used - used_then) / max(now - then, 1e-3)
        return Usage(resident_pages * self._page_bytes, share)

    def close(self) -> None:
        """No reading will follow."""
        self._statm.close()
