"""A batch as columns: what goes into the tables of a history, one array for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import Direction
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.columns import ADDRESSES, Rows
from tunnel_monitor.kernel.drained import DeviceCounts
from tunnel_monitor.layout import COUNTERS, TALLY

Relation: TypeAlias = dict[str, NDArray[np.generic]]

HALVES = tuple(f"{name}_{half}" for name in ADDRESSES for half in ("high", "low"))
FLOW_KEYS = ("interface", "meta", "encap", "overflow", "vni", *HALVES)
COUNTED = COUNTERS.names or ()
TALLIED = TALLY.names or ()
KEYS: Mapping[str, tuple[str, ...]] = {
    "flows": FLOW_KEYS,
    "ledger": ("interface", "direction", "outcome"),
    "devices": ("interface", "direction"),
    "drains": (),
}
SUMS: Mapping[str, tuple[str, ...]] = {
    "flows": COUNTED,
    "ledger": TALLIED,
    "devices": ("packets", "bytes", "residual_packets", "residual_bytes"),
    "drains": ("drains", "covered_ns"),
}


def flows(batch: FlowBatch, numbers: Sequence[int]) -> Relation:
    """Flows and what was counted by tunnel only.

    Args:
        batch: of a drain.
        numbers: of the batch's interfaces, as the history knows them.
    """
    rows = columns.join(batch.flows, batch.tunnels)
    relation: Relation = {
        "interface": np.array(numbers, np.uint16)[rows["interface"]],
        "meta": np.ascontiguousarray(rows["meta"]),
        "encap": columns.encap(rows).astype(np.uint8),
        "overflow": np.arange(len(rows)) >= len(batch.flows),
        "vni": np.ascontiguousarray(rows["vni"]),
    }
    relation |= halves(rows)
    return relation | {name: np.ascontiguousarray(rows[name]) for name in COUNTED}


def halves(rows: Rows) -> Relation:
    """Upper and lower half of each address as numbers that are ordered as the addresses are."""
    words = (columns.address(rows, name).byteswap() for name in ADDRESSES)
    both = [np.ascontiguousarray(half) for pair in words for half in pair.T]
    return dict(zip(HALVES, both, strict=True))


def ledger(batch: FlowBatch, numbers: Sequence[int]) -> Relation:
    """The outcomes that have any packets."""
    interface, direction, outcome = np.nonzero(batch.ledger["packets"])
    tallies = batch.ledger[interface, direction, outcome]
    return {
        "interface": np.array(numbers, np.uint16)[interface],
        "direction": direction.astype(np.uint8),
        "outcome": outcome.astype(np.uint8),
        **{name: np.ascontiguousarray(tallies[name]) for name in TALLIED},
    }


class DeviceChanges:
    """What devices counted since the batch before: their own counters only ever grow.

    Batches tell them since the programs were attached; a window of history needs sums.
    """

    def __init__(self) -> None:
        self._before: dict[tuple[str, Direction], NDArray[np.int64]] = {}

    def of(self, batch: FlowBatch, numbers: Sequence[int]) -> Relation:
        """A row for each direction of each interface that is there."""
        keys: list[tuple[int, int]] = []
        changes: list[NDArray[np.int64]] = []
        for name, number, device in zip(batch.interfaces, numbers, batch.devices, strict=True):
            for direction, counts in zip(Direction, device or (), strict=False):
                now = _numbers(counts)
                changes.append(now - self._before.get((name, direction), np.zeros_like(now)))
                self._before[name, direction] = now
                keys.append((number, direction))
        interface, direction_ = np.array(keys, np.uint16).reshape(-1, 2).T
        rows = np.array(changes, np.int64).reshape(-1, len(SUMS["devices"])).T
        return {
            "interface": np.ascontiguousarray(interface),
            "direction": direction_.astype(np.uint8),
            **{
                name: np.ascontiguousarray(row)
                for name, row in zip(SUMS["devices"], rows, strict=True)
            },
        }


def _numbers(counts: DeviceCounts) -> NDArray[np.int64]:
    return np.array(
        [counts.packets, counts.bytes, counts.residual_packets, counts.residual_bytes], np.int64
    )


def drains(batch: FlowBatch) -> Relation:
    """One row: this drain."""
    return {
        "drains": np.array([1], np.uint32),
        "covered_ns": np.array([batch.interval_ns], np.int64),
    }
