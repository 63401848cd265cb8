"""Keep the process small: give memory back that has been used.

glibc keeps what large arrays needed, in heaps of each thread that end in pieces: with 10,000 live
flows 92 MB are resident. Every large array in a mapping of its own makes that 73 MB, but doubles
the work, since the kernel clears each page anew for each of them. One heap for all threads, emptied
after each drain, is 73 MB for the work of the first.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from typing import Final

TRIMMED_BYTES: Final = 128 * 1024  # free at the end of the heap, and given back at once
MAPPED_BYTES: Final = 4 * 1024 * 1024  # from here on arrays have mappings of their own
# mallopt(3)
M_TRIM_THRESHOLD: Final = -1
M_MMAP_THRESHOLD: Final = -3
M_ARENA_MAX: Final = -8


def use_one_heap() -> None:
    """Let all threads share one heap; before there are any."""
    _set({M_ARENA_MAX: 1})


def keep_arrays_in_heap() -> None:
    """Let all arrays but very large ones be in the heap.

    After imports: what they need for a moment would be there, too, below what stays.
    """
    _set({M_TRIM_THRESHOLD: TRIMMED_BYTES, M_MMAP_THRESHOLD: MAPPED_BYTES})


def _set(options: Mapping[int, int]) -> None:
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mallopt"):  # another C library, with its own ways
        return
    for option, value in options.items():
        libc.mallopt(option, value)
