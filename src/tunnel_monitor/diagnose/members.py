"""Which values of a column are among some."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.flows.addresses import are_hosts, are_mapped
from tunnel_monitor.flows.columns import Words

Mask = NDArray[np.bool_]
Hashes = NDArray[np.uint64]


def are_among(addresses: Words, those: Collection[bytes]) -> Mask:
    """(n,) which of (n, 2) addresses are among some of 16 bytes each."""
    return _among(
        np.ascontiguousarray(addresses).view("S16").reshape(-1),
        np.array(sorted(those), "S16"),
    )


def numbers_among(values: NDArray[np.uint32], those: Collection[int]) -> Mask:
    """(n,) which numbers are among some. Not np.isin, which may import, when nobody may."""
    return _among(values, np.array(sorted(those), np.uint32))


def hashes_among(hashes: Hashes, ascending: Hashes) -> Mask:
    """(n,) which hashes are among some that ascend."""
    return _among(hashes, ascending)


def _among(values: NDArray[Any], ascending: NDArray[Any]) -> Mask:
    places = np.searchsorted(ascending, values)
    inside = places < len(ascending)
    inside[inside] = ascending[places[inside]] == values[inside]
    return np.asarray(inside)


def belong_to_one(addresses: Words) -> Mask:
    """(n,) which of (n, 2) addresses only one endpoint of a network should have.

    Not groups and broadcast, nor 0.0.0.0 and ::, which are nobody's yet; nor link-local ones
    (169.254.0.0/16, fe80::/10): gateways have the same one on every host, on purpose.
    """
    first, second = addresses.T
    ipv4 = second >> 32
    shared4 = (ipv4 & 0xFF == 0) | (ipv4 & 0xFFFF == 169 | 254 << 8)
    shared6 = first & 0xC0FF == 0x80FE
    return np.asarray(are_hosts(addresses) & ~np.where(are_mapped(addresses), shared4, shared6))
