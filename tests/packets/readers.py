"""The two builds of the parser as functions from frames to what they became."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
from tests.packets.expected import Expected

from tunnel_monitor.capture import native
from tunnel_monitor.contract import (
    MAX_DEPTH,
    META_HAS_INNER,
    META_HAS_VNI,
    META_PATH_SHIFT,
    PATH_BITS,
    Direction,
    Encap,
    Outcome,
)
from tunnel_monitor.flows.addresses import text
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.kernel.drain import TableReader, complete_flows
from tunnel_monitor.kernel.drained import Drained, InterfaceDrain
from tunnel_monitor.kernel.load import FLOW_TABLES, PROGRAMS, LoadedObject
from tunnel_monitor.kernel.memory import entries_of
from tunnel_monitor.kernel.tables import FLOW_KEYS, read_ledger
from tunnel_monitor.kernel.testrun import TestRunner
from tunnel_monitor.layout import TALLY
from tunnel_monitor.settings import (
    ALL_ENCAPS,
    USUAL_PORTS,
    Boundary,
    MonitorSettings,
    TableSizes,
)

ADDRESSES = ("outer_src", "outer_dst", "inner_src", "inner_dst")
# A flow or a reason -> its packets, bytes and inner bytes.
Totals = dict[Expected | Outcome, tuple[int, int, int]]
NEXT_PROGRAM = 0xFFFFFFFF  # TC_ACT_UNSPEC


def ports_of(encaps: frozenset[Encap]) -> dict[Encap, tuple[int, ...]]:
    """Their usual ports."""
    return {encap: ports for encap, ports in USUAL_PORTS.items() if encap in encaps}


def path_of(meta: int) -> tuple[Encap, ...]:
    """The path in a key's last word, outermost first."""
    mask = (1 << PATH_BITS) - 1
    steps = [(meta >> META_PATH_SHIFT + PATH_BITS * i) & mask for i in range(MAX_DEPTH)]
    return tuple(Encap(step) for step in steps if step)


def parsed_natively(
    frames: Sequence[bytes],
    *,
    link_header: bool,
    encaps: frozenset[Encap] = ALL_ENCAPS,
    boundary: Boundary = Boundary.INNERMOST,
) -> list[Expected]:
    """What the native build makes of each frame, as long as only these are tunnels."""
    native.set_boundary(boundary)
    native.set_encaps(encaps)
    native.set_ports(ports_of(encaps))
    parsed = native.parse(frames, has_link_header=link_header)
    return [_natively(frame, row) for frame, row in zip(frames, parsed, strict=True)]


def _natively(frame: bytes, row: np.void) -> Expected:
    outcome = Outcome(int(row["outcome"]))
    if outcome is not Outcome.FLOW:
        return Expected(outcome, len(frame))
    return Expected(
        outcome,
        len(frame),
        inner_bytes=len(frame) - int(row["inner_offset"]),
        **_key(row["key"]),
    )


def _key(key: np.void) -> dict[str, Any]:
    meta = int(key["meta"])
    found: dict[str, Any] = {name: text(key[name].tobytes()) for name in ADDRESSES}
    if not meta & META_HAS_INNER:
        found |= {"inner_src": "", "inner_dst": ""}
    vni = int(key["vni"]) if meta & META_HAS_VNI else None
    return {"encap": path_of(meta), "vni": vni, **found}


def added_up(expected: Iterable[Expected]) -> Totals:
    """Many packets as the kernel part keeps them: a row for each flow and for each reason."""
    totals: Totals = {}
    for one in expected:
        is_flow = one.outcome is Outcome.FLOW
        key = replace(one, bytes=0, packets=0, inner_bytes=0) if is_flow else one.outcome
        packets, size, inner = totals.get(key, (0, 0, 0))
        more = one.inner_bytes if is_flow else 0
        totals[key] = (packets + one.packets, size + one.bytes, inner + more)
    return totals


class KernelReader:
    """The real object in the kernel, run over frames by BPF_PROG_TEST_RUN.

    Args:
        link_header: whether frames have one.
        direction: which of the two programs runs.
        encaps: what is a tunnel to it.
        boundary: which makes the record.
    """

    def __init__(
        self,
        *,
        link_header: bool = True,
        direction: Direction = Direction.INGRESS,
        encaps: frozenset[Encap] = ALL_ENCAPS,
        boundary: Boundary = Boundary.INNERMOST,
    ) -> None:
        sizes = TableSizes(narrow=4096, wide=4096, tunnels=16)
        settings = MonitorSettings(
            tables=sizes, encaps=encaps, ports=ports_of(encaps), boundary=boundary
        )
        self.loaded = LoadedObject(settings, has_link_header=link_header)
        self._program = TestRunner(self.loaded.programs[PROGRAMS[direction]])
        self._direction = direction
        self._readers = {
            name: TableReader(key, entries_of(name, sizes)) for name, key in FLOW_KEYS.items()
        }
        self._ledger = read_ledger(self.loaded, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.loaded.close()

    def run(self, frames: Iterable[bytes], repeat: int = 1) -> None:
        """Let the program see each frame; its verdict must always be "next program"."""
        for frame in frames:
            assert self._program.run(frame, repeat) == NEXT_PROGRAM

    def run_whole(self, frame: bytes, segment: int, segments: int) -> int:
        """Let the program see a super-packet, as TestRunner has it; its verdict."""
        return self._program.run(frame, segment=segment, segments=segments)

    def take(self) -> Totals:
        """What was counted since the call before."""
        batch = self.take_batch()
        totals: Totals = {}
        for row in batch.flows:
            key = Expected(Outcome.FLOW, 0, packets=0, **_key(row))
            totals[key] = (int(row["packets"]), int(row["bytes"]), int(row["inner_bytes"]))
        for outcome in Outcome:
            row = batch.ledger[0, self._direction, outcome]
            if row["packets"] and outcome is not Outcome.FLOW:
                totals[outcome] = (int(row["packets"]), int(row["bytes"]), 0)
        return totals

    def take_batch(self) -> FlowBatch:
        """The same, as everything behind the drain gets it."""
        narrow, wide, tunnels = (
            self._readers[name].take(self.loaded.tables[name][0]) for name in FLOW_TABLES
        )
        now = read_ledger(self.loaded, 0)
        ledger = (now.view("<u8") - self._ledger.view("<u8")).view(TALLY)
        self._ledger = now
        complete_flows(ledger, (narrow, wide))
        interface = InterfaceDrain("test", narrow, wide, tunnels, ledger, None)
        return FlowBatch.of(Drained(0, 1, 1, (interface,)))
