"""Keep the process small: give memory back that has been used."""

from __future__ import annotations

import ctypes
from typing import Final

LARGE_BYTES: Final = 128 * 1024
# mallopt(3)
M_TRIM_THRESHOLD: Final = -1
M_MMAP_THRESHOLD: Final = -3


def give_back() -> None:
    """Let glibc give large arrays back to the system when they are freed.

    It would keep them for the next ones, ever larger pieces from the heap, which ends in
    pieces: with 10,000 live flows 95 MB are resident instead of 75, for a tenth less work.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:  # another C library, with its own ways
        return
    mallopt(M_TRIM_THRESHOLD, LARGE_BYTES)
    mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
