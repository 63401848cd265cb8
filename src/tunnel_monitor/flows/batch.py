"""One drain, understood: each flow once, IPv4 mapped, all of the ledger placed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import META_EGRESS, META_HAS_INNER, Direction, Outcome, Signal
from tunnel_monitor.flows import columns, signals
from tunnel_monitor.flows.addresses import MAPPED_WORD
from tunnel_monitor.flows.columns import ADDRESSES, KEY_WORDS, ROW_WORDS, Rows, Words
from tunnel_monitor.flows.group import added_up, group_all
from tunnel_monitor.flows.noticed import Noticed
from tunnel_monitor.kernel.drained import DeviceCounts, Drained, InterfaceDrain, Records
from tunnel_monitor.kernel.own_cost import ProgramTime
from tunnel_monitor.layout import NARROW_KEY, TALLY


@dataclass(frozen=True, slots=True)
class FlowBatch:
    """The flows of one drain. The arrays are shared between sinks: nobody writes to them.

    Args:
        time_ns: when it was taken, by the wall clock, since 1970.
        interval_ns: how long it collected.
        number: 1 for the first drain.
        interfaces: names; `flows["interface"]` is a place here.
        flows: (n,) FLOW, no key twice.
        tunnels: (m,) FLOW without inner addresses, `overflow` set: what found no room as flows.
            What found no room even here has a row without outer addresses and without
            encapsulation, so that flows and tunnels add up to the ledger's `flow` and `overflow`.
        signals: (k,) FLOW without inner addresses: what is worth knowing of packets beside their
            flow, as signals.py has it. Those of later fragments add up to the ledger's
            `later_fragment`, in the same way.
        ledger: (interfaces, DIRECTIONS, OUTCOMES) TALLY of this interval.
        devices: the interfaces' own counters by Direction since the programs were attached;
            None for one that is gone.
        noticed: what was seen beside sizes.
        program_time: how long all interfaces' programs ran; None where nobody measures it.
    """

    time_ns: int
    interval_ns: int
    number: int
    interfaces: tuple[str, ...]
    flows: Rows
    tunnels: Rows
    signals: Rows
    ledger: NDArray[np.void]
    devices: tuple[tuple[DeviceCounts, DeviceCounts] | None, ...]
    noticed: Noticed = field(default_factory=Noticed)
    program_time: ProgramTime | None = None

    @classmethod
    def of(cls, drained: Drained) -> FlowBatch:
        """Widen, join and add up what one drain took out of the kernel."""
        interfaces = drained.interfaces
        parts = [_parts(interface, place) for place, interface in enumerate(interfaces)]
        return cls(
            time_ns=drained.time_ns,
            interval_ns=drained.interval_ns,
            number=drained.number,
            interfaces=tuple(interface.interface for interface in interfaces),
            flows=added_up(
                columns.every(columns.empty(), *(rows for part in parts for rows in part.flows))
            ),
            tunnels=group_all([part.overflow for part in parts]),
            signals=signals.by_tunnel(*(part.signals for part in parts)),
            ledger=_ledger(interfaces),
            devices=tuple(interface.device for interface in interfaces),
            noticed=Noticed.of(interfaces),
            program_time=drained.program_time,
        )

    @classmethod
    def together(cls, batches: Sequence[FlowBatch], flows: Rows | None = None) -> FlowBatch:
        """Batches of the same interfaces, one after another, as if they had been one drain.

        Args:
            batches: one at least.
            flows: what all of theirs add up to, where that is known.
        """
        if len(batches) == 1:
            return batches[0]
        newest = batches[-1]
        return cls(
            time_ns=newest.time_ns,
            interval_ns=sum(batch.interval_ns for batch in batches),
            number=newest.number,
            interfaces=newest.interfaces,
            flows=group_all([batch.flows for batch in batches]) if flows is None else flows,
            tunnels=group_all([batch.tunnels for batch in batches]),
            signals=signals.by_tunnel(*(batch.signals for batch in batches)),
            ledger=np.add.reduce([batch.ledger.view(np.uint64) for batch in batches]).view(TALLY),
            devices=newest.devices,
            noticed=Noticed.together([batch.noticed for batch in batches]),
            program_time=_program_time(batches),
        )


@dataclass(frozen=True, slots=True)
class _Parts:
    """One interface's rows, apart; keys may repeat."""

    flows: tuple[Rows, Rows]
    overflow: Rows
    signals: Rows


def _parts(interface: InterfaceDrain, place: int) -> _Parts:
    narrow, of_narrow = signals.split(_rows(interface.narrow, place))
    wide, of_wide = signals.split(_rows(interface.wide, place))
    tunnels, of_tunnels = signals.split(_rows(interface.tunnels, place))
    overflow = columns.join(tunnels, _unplaced(interface, tunnels, place, Outcome.OVERFLOW))
    overflow["overflow"] = 1
    fragments = columns.where(of_tunnels, of_tunnels["meta"] & Signal.LATER_FRAGMENT.bit != 0)
    lost = _unplaced(interface, fragments, place, Outcome.LATER_FRAGMENT)
    lost["meta"] |= Signal.LATER_FRAGMENT.bit
    return _Parts((narrow, wide), overflow, columns.join(of_narrow, of_wide, of_tunnels, lost))


def _rows(records: Records, interface: int) -> Rows:
    rows = columns.empty(len(records.keys))
    if records.keys.dtype == NARROW_KEY:
        _widen(records.keys, rows)
    else:
        for name in ADDRESSES:
            rows[name] = records.keys[name]
    for name in ("vni", "meta"):
        rows[name] = records.keys[name]
    rows["interface"] = interface
    columns.words(rows)[:, KEY_WORDS:] = _words(records.counters)
    return rows


def _widen(keys: NDArray[np.void], rows: Rows) -> None:
    """Map IPv4 addresses; where there is no inner header the inner ones stay zero."""
    has_inner = keys["meta"] & META_HAS_INNER != 0
    for name in ADDRESSES:
        present = has_inner if name.startswith("inner") else True
        mapped = columns.address(rows, name)
        ipv4 = np.ascontiguousarray(keys[name]).view(np.uint32).astype(np.uint64)
        mapped[:, 1] = np.where(present, ipv4 << np.uint64(32) | MAPPED_WORD, 0)


def _words(counters: NDArray[np.void]) -> Words:
    return np.ascontiguousarray(counters).view(np.uint64).reshape(-1, ROW_WORDS - KEY_WORDS)


def _ledger(interfaces: tuple[InterfaceDrain, ...]) -> NDArray[np.void]:
    if not interfaces:
        return np.zeros((0, len(Direction), len(Outcome)), TALLY)
    return np.stack([interface.ledger for interface in interfaces])


def _program_time(batches: Sequence[FlowBatch]) -> ProgramTime | None:
    times = [batch.program_time for batch in batches if batch.program_time is not None]
    return reduce(ProgramTime.and_then, times) if times else None


def _unplaced(interface: InterfaceDrain, placed: Rows, place: int, outcome: Outcome) -> Rows:
    """At most one row a direction: the ledger's outcome less what rows by tunnel have of it."""
    directions = columns.direction(placed)
    rows = []
    for direction in Direction:
        packets, size, _ = columns.counts(columns.where(placed, directions == direction))
        whole = interface.ledger[direction, outcome]
        if int(whole["packets"]) > packets:
            row = columns.empty(1)
            row["meta"] = META_EGRESS * direction
            row["interface"] = place
            row["packets"] = int(whole["packets"]) - packets
            row["bytes"] = int(whole["bytes"]) - size
            rows.append(row)
    return columns.join(columns.empty(), *rows)
