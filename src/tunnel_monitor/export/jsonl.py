"""One line of JSON for each flow and drain, and one for each drain's own cost if measured."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

import orjson

from tunnel_monitor.flows import columns, labels
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.filter.match import Setting, chosen
from tunnel_monitor.flows.filter.tree import EVERYTHING, Node
from tunnel_monitor.flows.own_cost import OwnCost
from tunnel_monitor.flows.question import Place


class JsonLines:
    """Writes batches to a stream; flows first, then what is known by tunnel only.

    A drain's lines are written and flushed together.

    Args:
        stream: binary, for one `sys.stdout.buffer`; the caller's to close.
        on_broken: called once, on the thread that writes, when whoever reads the stream has gone;
            later batches are ignored.
        only: which flows to write, judged by what they did in the drain.
        host: the name of this host, for that.
    """

    name = "jsonl"

    def __init__(
        self,
        stream: BinaryIO,
        on_broken: Callable[[], None],
        *,
        only: Node = EVERYTHING,
        host: str = "",
    ) -> None:
        self._stream = stream
        self._on_broken = on_broken
        self._broken = False
        self._only = only
        self._host = host
        self._writing = threading.Lock()

    def take(self, batch: FlowBatch) -> None:
        """Write one batch."""
        self._write(lines(batch, self._only, self._host) + cost_line(batch))

    def add(self, record: Mapping[str, Any]) -> None:
        """Write one line between two batches, from any thread."""
        self._write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))

    def _write(self, text: bytes) -> None:
        with self._writing:
            if self._broken:
                return
            try:
                self._stream.write(text)
                self._stream.flush()
            except BrokenPipeError:
                self._broken = True
                self._on_broken()

    def close(self) -> None:
        """All is written already."""


def cost_line(batch: FlowBatch) -> bytes:
    """What counting cost in the interval; no line where that is not measured."""
    cost = OwnCost.of(batch)
    if cost is None:
        return b""
    line = {"time": batch.time_ns / 10**9, "own_cost": cost.members()}
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def lines(batch: FlowBatch, only: Node = EVERYTHING, host: str = "") -> bytes:
    """The lines of one batch, in no particular order within flows and within tunnels.

    Counts are JSON numbers, exact in any reader that keeps 64-bit integers.

    Args:
        batch: one drain.
        only: which flows, as in JsonLines.
        host: likewise.
    """
    places = tuple(Place(host, interface) for interface in batch.interfaces)
    setting = Setting(batch.interval_ns, places)
    rows = chosen(columns.join(batch.flows, batch.tunnels), only, setting)
    time = batch.time_ns / 10**9
    members = {
        "time": [time] * len(rows),
        "interface": [batch.interfaces[place] for place in rows["interface"].tolist()],
        "direction": labels.directions(rows),
        "encap": labels.encaps(rows),
        "vni": labels.vnis(rows),
        **{name: labels.texts(rows, name) for name in columns.ADDRESSES},
        "packets": rows["packets"].tolist(),
        "bytes": rows["bytes"].tolist(),
    }
    return b"".join(
        orjson.dumps(dict(zip(members, values, strict=True)), option=orjson.OPT_APPEND_NEWLINE)
        for values in zip(*members.values(), strict=True)
    )
