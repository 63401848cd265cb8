"""How much memory hash tables take: what the kernel counts as locked.

Source: kernel/bpf/hashtab.c, htab_map_mem_usage; the same since Linux 5.
"""

from __future__ import annotations

BUCKET = 16
ROW = 48  # beside key and value: links of lists, hash, pointers


def table_bytes(key: int, value: int, entries: int, *, preallocated: bool) -> int:
    """The size of one empty table.

    Args:
        key: bytes of a key.
        value: and of a value.
        entries: the most that fit in.
        preallocated: whether memory for all of them is taken at once; else each comes with its
            first packet, and goes with the drain.
    """
    buckets = 1 << (entries - 1).bit_length()
    return buckets * BUCKET + preallocated * entries * row_bytes(key, value)


def row_bytes(key: int, value: int) -> int:
    """What one entry takes."""
    return ROW + aligned(key) + aligned(value)


def aligned(size: int) -> int:
    """Rounded up to words."""
    return (size + 7) & ~7
