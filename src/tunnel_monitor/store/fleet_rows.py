"""A batch as rows of `schema/fleet.sql`, byte by byte as RowBinary has them."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import META_EGRESS
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.columns import ADDRESSES
from tunnel_monitor.flows.question import begin_ns
from tunnel_monitor.layout import COUNTERS, TALLY
from tunnel_monitor.store import relations
from tunnel_monitor.store.clickhouse_dialect import (
    DEVICE,
    DRAIN,
    FLOW,
    NAME_BYTES,
    OUTCOME,
    OVERFLOW,
    RECEIPT,
)
from tunnel_monitor.store.levels import DAY_NS
from tunnel_monitor.store.relations import DeviceChanges

FleetRows: TypeAlias = NDArray[np.void]

LONGEST_HOST: Final = 64  # bytes, as Linux has it: its length is one byte in RowBinary
BLOCKS_A_RECEIPT: Final = 64  # one bit each
SUMS: Final = ("packets", "bytes", "inner_bytes", "buffers", "buffer_bytes")
COLUMNS: Final = (
    *("kind", "time_ns", "day", "host", "run", "block", "interface", "meta", "encap", "vni"),
    *(*ADDRESSES, "outcome", *SUMS),
)


class Rows:
    """Makes rows of one start of one monitor.

    Args:
        host: its name.
        run: the number of this start.
        interval_ns: between two drains, as set.
    """

    def __init__(self, host: str, run: int, interval_ns: int) -> None:
        self._host = host.encode()[:LONGEST_HOST]
        self._run = run
        self._interval_ns = interval_ns
        self._changes = DeviceChanges()
        self.dtype = row_dtype(len(self._host))

    def begin_ns(self, batch: FlowBatch) -> int:
        """When a batch's interval began, as it was meant."""
        return begin_ns(batch.time_ns, batch.interval_ns, self._interval_ns)

    def of(self, batch: FlowBatch, block: int) -> FleetRows:
        """Everything of a batch, as a part of a block."""
        parts = [self._flows(batch), self._ledger(batch), self._devices(batch), self._drain(batch)]
        rows = np.concatenate(parts)
        self._stamp(rows, self.begin_ns(batch), block)
        return rows

    def receipt(self, begin_ns: int, block: int) -> FleetRows:
        """What a block begins with: one row that shows, in each level, that it has arrived."""
        row = self._empty(1, RECEIPT)
        row["vni"] = block // BLOCKS_A_RECEIPT
        row["bytes"] = 1 << block % BLOCKS_A_RECEIPT
        self._stamp(row, begin_ns, block)
        return row

    def _empty(self, count: int, kind: int) -> FleetRows:
        rows = np.zeros(count, self.dtype)
        rows["kind"] = kind
        return rows

    def _stamp(self, rows: FleetRows, begin_ns: int, block: int) -> None:
        rows["time_ns"] = begin_ns
        rows["day"] = begin_ns // DAY_NS
        rows["host_length"] = len(self._host)
        rows["host"] = self._host
        rows["run"] = self._run
        rows["block"] = block

    def _flows(self, batch: FlowBatch) -> FleetRows:
        found = columns.join(batch.flows, batch.tunnels)
        rows = self._empty(len(found), FLOW)
        rows["kind"][found["overflow"] != 0] = OVERFLOW
        rows["interface"] = _names(batch)[found["interface"]]
        rows["encap"] = columns.encap(found)
        for name in ("meta", "vni", *ADDRESSES, *(COUNTERS.names or ())):
            rows[name] = found[name]
        return rows

    def _ledger(self, batch: FlowBatch) -> FleetRows:
        interface, direction, outcome = np.nonzero(batch.ledger["packets"])
        rows = self._empty(len(interface), OUTCOME)
        rows["interface"] = _names(batch)[interface]
        rows["meta"] = direction * META_EGRESS
        rows["outcome"] = outcome
        for name in TALLY.names or ():
            rows[name] = batch.ledger[name][interface, direction, outcome]
        return rows

    def _devices(self, batch: FlowBatch) -> FleetRows:
        found = self._changes.of(batch, range(len(batch.interfaces)))
        rows = self._empty(len(found["interface"]), DEVICE)
        rows["interface"] = _names(batch)[found["interface"].astype(np.intp)]
        rows["meta"] = found["direction"].astype(np.uint32) * META_EGRESS
        into = ("packets", "bytes", "buffers", "buffer_bytes")
        for name, source in zip(into, relations.SUMS["devices"], strict=True):
            rows[name] = found[source].view(np.uint64)
        return rows

    def _drain(self, batch: FlowBatch) -> FleetRows:
        row = self._empty(1, DRAIN)
        row["packets"] = 1
        row["bytes"] = batch.interval_ns
        row["inner_bytes"] = self._interval_ns
        return row


def row_dtype(host_bytes: int) -> np.dtype[np.void]:
    """RowBinary of COLUMNS: packed, little-endian, texts behind their length."""
    return np.dtype(
        [
            ("kind", "u1"),
            ("time_ns", "<i8"),
            ("day", "<u2"),
            ("host_length", "u1"),
            ("host", f"S{host_bytes}"),
            ("run", "<u8"),
            ("block", "<u4"),
            ("interface", f"S{NAME_BYTES}"),
            ("meta", "<u4"),
            ("encap", "u1"),
            ("vni", "<u4"),
            *[(name, "V16") for name in ADDRESSES],
            ("outcome", "u1"),
            *[(name, "<u8") for name in SUMS],
        ]
    )


def read(data: bytes) -> FleetRows:
    """Rows of one host, as they were written; what is left of a row at the end is not read."""
    host_length_at = 1 + 8 + 2
    if len(data) <= host_length_at:
        return np.zeros(0, row_dtype(1))
    dtype = row_dtype(data[host_length_at])
    return np.frombuffer(data, dtype, len(data) // dtype.itemsize)


def _names(batch: FlowBatch) -> NDArray[Any]:
    return np.array([name.encode() for name in batch.interfaces], f"S{NAME_BYTES}")
