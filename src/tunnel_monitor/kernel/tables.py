"""What the tables of a loaded object hold, as arrays."""

from __future__ import annotations

import ctypes

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import DIRECTIONS, OUTCOMES
from tunnel_monitor.kernel import libbpf
from tunnel_monitor.kernel.btf import Types, check_contract
from tunnel_monitor.kernel.load import LoadedObject
from tunnel_monitor.layout import (
    COUNTERS,
    NARROW_KEY,
    NOTICES,
    SEGMENT,
    SEGMENT_KEY,
    STATION,
    STATION_KEY,
    TALLY,
    WIDE_KEY,
)

# name of the array of maps -> dtype of its tables' keys, whose values are COUNTERS
FLOW_KEYS = {"narrow_flows": NARROW_KEY, "wide_flows": WIDE_KEY, "tunnels": WIDE_KEY}
# the same of what is noticed beside sizes -> dtypes of keys and values
NOTICE_RECORDS = {
    "noticed": (WIDE_KEY, NOTICES),
    "segments": (SEGMENT_KEY, SEGMENT),
    "stations": (STATION_KEY, STATION),
}
ALL_RECORDS = {**{name: (key, COUNTERS) for name, key in FLOW_KEYS.items()}, **NOTICE_RECORDS}
SHAPES = {name: (key.itemsize, value.itemsize) for name, (key, value) in ALL_RECORDS.items()}


def check_records(loaded: LoadedObject) -> None:
    """Compare what an object says of its records with what we believe; before any is read.

    Raises:
        LoadFailed: they differ.
    """
    check_contract(Types(loaded.btf))


def read_ledger(loaded: LoadedObject, generation: int) -> NDArray[np.void]:
    """What the ledger's half of one generation counted since loading.

    Returns:
        (DIRECTIONS, OUTCOMES) TALLY, added up over CPUs.
    Raises:
        OSError: the kernel refused.
    """
    rows = DIRECTIONS * OUTCOMES
    values = np.zeros((rows, loaded.cpus), TALLY)
    for row in range(rows):
        key = ctypes.c_uint32(generation * rows + row)
        libbpf.checked(
            libbpf.library().bpf_map_lookup_elem(
                loaded.ledger, ctypes.addressof(key), values[row].ctypes.data
            )
        )
    total: NDArray[np.void] = values.view("<u8").reshape(rows, loaded.cpus, -1).sum(1).view(TALLY)
    return total.reshape(DIRECTIONS, OUTCOMES)
