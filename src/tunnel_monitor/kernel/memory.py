"""How much memory hash tables take: what the kernel counts as locked.

Source: kernel/bpf/hashtab.c, htab_map_mem_usage; the same since Linux 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from tunnel_monitor.settings import TableSizes

# name of a kind of tables -> bytes of a key and of a value
Shapes: TypeAlias = Mapping[str, tuple[int, int]]

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


def tables_bytes(shapes: Shapes, sizes: TableSizes, copies: int, *, preallocated: bool) -> int:
    """What all tables of one interface take while they are empty.

    Args:
        shapes: of each kind.
        sizes: how many flows each holds.
        copies: how often each is there: once for each CPU and generation.
        preallocated: as for one of them.
    """
    one = sum(
        table_bytes(*shape, entries_of(name, sizes), preallocated=preallocated)
        for name, shape in shapes.items()
    )
    return copies * one


def entries_of(name: str, sizes: TableSizes) -> int:
    """How many flows one table of a kind holds."""
    entries: int = getattr(sizes, name.removesuffix("_flows"))
    return entries
