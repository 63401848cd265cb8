"""Take all counters out of the kernel, losing none (ADR 0004)."""

from __future__ import annotations

import ctypes
import errno
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import DIRECTIONS, META_EGRESS, OUTCOMES, Direction, Outcome
from tunnel_monitor.errors import DrainFailed, NoSuchInterface
from tunnel_monitor.kernel import libbpf
from tunnel_monitor.kernel.attach import Attachment, attach
from tunnel_monitor.kernel.device import Device, Reading
from tunnel_monitor.kernel.drained import DeviceCounts, Drained, InterfaceDrain, Notices, Records
from tunnel_monitor.kernel.load import FLOW_TABLES, GENERATIONS, NOTICE_TABLES, LoadedObject
from tunnel_monitor.kernel.memory import entries_of
from tunnel_monitor.kernel.namespace import inside
from tunnel_monitor.kernel.own_cost import ProgramTime, clock_ns, program_time
from tunnel_monitor.kernel.prepare import Prepared, prepare
from tunnel_monitor.kernel.reconcile import Reconciler
from tunnel_monitor.kernel.tables import ALL_RECORDS, check_records, read_ledger
from tunnel_monitor.layout import COUNTERS, TALLY
from tunnel_monitor.settings import MonitorSettings

# A packet is counted by a veth, then waits in the backlog of a CPU for the hook. Between the
# first reading of the interface and the flip it gets this long to arrive.
SETTLING_S = 0.02


class TableReader:
    """Empties tables of one kind into arrays, reusing its buffers.

    Args:
        key: dtype of the keys.
        entries: the size of a table: with less room, a bucket might not fit into the last batch.
        value: dtype of the values.
    """

    def __init__(
        self, key: np.dtype[np.void], entries: int, value: np.dtype[np.void] = COUNTERS
    ) -> None:
        self._entries = entries
        self._keys = np.zeros(entries, key)
        self._counters = np.zeros(entries, value)
        self._position = ctypes.create_string_buffer(8)
        self._options = libbpf.options(libbpf.BatchOptions)

    def take(self, tables: list[int]) -> Records:
        """Remove and return all rows of some tables, which nobody writes to any more.

        Args:
            tables: their descriptors.
        Raises:
            OSError: the kernel refused.
        """
        parts = [self._take_one(table) for table in tables]
        filled = [part for part in parts if len(part[0])]
        if len(filled) == 1:  # which is a copy already
            return Records(*filled[0])
        return Records(join([keys for keys, _ in parts]), join([counters for _, counters in parts]))

    def _take_one(self, table: int) -> tuple[NDArray[np.void], NDArray[np.void]]:
        count = ctypes.c_uint32(self._entries)
        result = libbpf.library().bpf_map_lookup_and_delete_batch(
            table,
            None,
            ctypes.addressof(self._position),
            self._keys.ctypes.data,
            self._counters.ctypes.data,
            ctypes.addressof(count),
            ctypes.byref(self._options),
        )
        # ENOENT means the end was reached, and what was taken until there is valid.
        if result != -errno.ENOENT:
            libbpf.checked(result)
        return join([self._keys[: count.value]]), join([self._counters[: count.value]])


class WatchedInterface:
    """One interface with programs attached, and what was counted on it so far.

    Args:
        device: the interface.
        loaded: its programs and tables.
        attachment: what holds the programs on its hooks.
        before: its own counters before they were attached.
        after: and after.
    """

    def __init__(
        self,
        device: Device,
        loaded: LoadedObject,
        attachment: Attachment,
        before: tuple[Reading, Reading],
        after: tuple[Reading, Reading],
    ) -> None:
        self.device = device
        self.loaded = loaded
        self.attachment = attachment
        # As the user knows it: it names flows, so it stays if the interface is renamed.
        self.name = device.find_name() or ""
        sizes = loaded.table_sizes
        self._readers = {
            name: TableReader(key, entries_of(name, sizes), value)
            for name, (key, value) in ALL_RECORDS.items()
        }
        self._ledger_before = [np.zeros((DIRECTIONS, OUTCOMES), TALLY) for _ in range(GENERATIONS)]
        self._seen = np.zeros((DIRECTIONS, OUTCOMES), TALLY)
        self._reconcilers = [Reconciler(*pair) for pair in zip(before, after, strict=True)]

    def close(self) -> None:
        """Take the programs off, give back maps and descriptors."""
        self.attachment.close()
        self.loaded.close()
        self.device.close()

    def take(self, generation: int, before: tuple[Reading, Reading] | None) -> InterfaceDrain:
        """Empty one generation, which no program writes to any more.

        Args:
            generation: 0 or 1.
            before: the interface's counters from before the flip.
        Raises:
            OSError: the kernel refused.
        """
        after = self.device.read()
        narrow, wide, tunnels = (self._take(name, generation) for name in FLOW_TABLES)
        ledger = self._ledger_since(generation)
        complete_flows(ledger, (narrow, wide))
        add_tallies(self._seen, ledger)
        device = self._compare(before, after) if before and after else None
        notices = Notices(*(self._take(name, generation) for name in NOTICE_TABLES))
        return InterfaceDrain(self.name, narrow, wide, tunnels, ledger, device, notices)

    def _take(self, name: str, generation: int) -> Records:
        return self._readers[name].take(self.loaded.tables[name][generation])

    def _ledger_since(self, generation: int) -> NDArray[np.void]:
        now, before = read_ledger(self.loaded, generation), self._ledger_before[generation]
        self._ledger_before[generation] = now
        since: NDArray[np.void] = (now.view("<u8") - before.view("<u8")).view(TALLY)
        return since

    def _compare(
        self, before: tuple[Reading, Reading], after: tuple[Reading, Reading]
    ) -> tuple[DeviceCounts, DeviceCounts]:
        seen = total(self._seen)
        ingress, egress = (
            self._reconcilers[way].compare(seen[way], before[way], after[way]) for way in Direction
        )
        return ingress, egress


def join(parts: Sequence[NDArray[np.void]]) -> NDArray[np.void]:
    """All records of one part or more in a new array.

    They are copied whole, which is seven times as fast as field by field.
    """
    kind = parts[0].dtype
    whole = np.concatenate([part.view(f"V{kind.itemsize}") for part in parts])
    joined: NDArray[np.void] = whole.view(kind)
    return joined


def total(ledger: NDArray[np.void]) -> NDArray[np.void]:
    """(DIRECTIONS,) TALLY: a ledger's outcomes added up."""
    words = ledger.view("<u8").reshape(DIRECTIONS, OUTCOMES, -1)
    added: NDArray[np.void] = words.sum(axis=1).view(TALLY)
    return added.reshape(DIRECTIONS)


def add_tallies(to: NDArray[np.void], more: NDArray[np.void]) -> None:
    """Add one ledger to another, in place."""
    to.view("<u8")[...] += more.view("<u8")


def complete_flows(ledger: NDArray[np.void], flows: tuple[Records, ...]) -> None:
    """Make the row FLOW whole, in place.

    The programs write there only buffers whose size on the wire is not their length, mostly
    super-packets: any other packet of a flow is one buffer, and its flow has counted it.
    """
    for way in Direction:
        row = ledger[way, Outcome.FLOW]
        packets = size = 0
        for records in flows:
            chosen = (records.keys["meta"] & META_EGRESS) == (META_EGRESS if way else 0)
            packets += int(records.counters["packets"][chosen].sum())
            size += int(records.counters["bytes"][chosen].sum())
        row["buffers"] += packets - row["packets"]
        row["buffer_bytes"] += size - row["bytes"]
        row["packets"], row["bytes"] = packets, size


class Drainer:
    """Drains any number of interfaces at one moment.

    Args:
        interfaces: at least one.
    """

    def __init__(self, interfaces: list[WatchedInterface]) -> None:
        self._interfaces = interfaces
        nothing = interfaces[0].loaded.nothing
        self._clock_ns = None if nothing is None else clock_ns(nothing)
        self._time = ProgramTime()
        self._active = 0
        self._number = 0
        self._last_ns = time.monotonic_ns()

    def drain(self) -> Drained:
        """Flip the generation, wait until nobody writes to the old one, and empty it.

        Takes about 30 ms of waiting, and 0.4 us for each flow.

        Raises:
            DrainFailed: the kernel refused.
        """
        try:
            return self._drain()
        except OSError as error:
            raise DrainFailed(
                f"cannot read the counters: {error.strerror}", "start the monitor again"
            ) from error

    def _drain(self) -> Drained:
        before = [interface.device.read() for interface in self._interfaces]
        time.sleep(SETTLING_S)
        old, self._active = self._active, 1 - self._active
        for interface in self._interfaces:
            interface.loaded.flip(self._active)
        time_ns, now_ns = time.time_ns(), time.monotonic_ns()
        # One grace period is everybody's: it waits for all programs on all CPUs.
        self._interfaces[0].loaded.wait_for_programs()
        taken = tuple(
            interface.take(old, reading)
            for interface, reading in zip(self._interfaces, before, strict=True)
        )
        self._number += 1
        interval_ns, self._last_ns = now_ns - self._last_ns, now_ns
        return Drained(time_ns, interval_ns, self._number, taken, self._time_since())

    def _time_since(self) -> ProgramTime | None:
        if self._clock_ns is None:
            return None
        programs = [program for one in self._interfaces for program in one.loaded.programs.values()]
        before, self._time = self._time, program_time(programs, self._clock_ns)
        return self._time.since(before)


def watch(name: str, settings: MonitorSettings, namespace: Path | None = None) -> WatchedInterface:
    """Load the programs and attach them to both hooks of an interface.

    Args:
        name: of the interface.
        settings: sizes, ports, how to attach.
        namespace: the file of its network namespace; None is the process's own.
    Raises:
        NoSuchInterface, UnsupportedHost, MissingPrivilege, LoadFailed, AttachFailed, BadSetting
    """
    return begin(prepare(name, settings, namespace), settings)


def begin(prepared: Prepared, settings: MonitorSettings) -> WatchedInterface:
    """Attach programs that are loaded, which belong to the result from now on.

    Args:
        prepared: the interface, with them; closed if this fails.
        settings: ports, how to attach.
    Raises:
        NoSuchInterface, UnsupportedHost, MissingPrivilege, LoadFailed, AttachFailed
    """
    device, loaded = prepared.device, prepared.loaded
    with ExitStack() as undo:
        undo.callback(prepared.close)
        check_records(loaded)
        loaded.set_ports(settings.ports)  # devices may have been found to use others meanwhile
        attachment = inside(
            prepared.namespace, lambda: attach(device, loaded, settings.attach, settings.user)
        )
        undo.callback(attachment.close)
        after = device.read()
        if prepared.before is None or after is None:
            raise NoSuchInterface(
                f"cannot watch {prepared.name}: it went away", "`ip link` lists them"
            )
        undo.pop_all()
        return WatchedInterface(device, loaded, attachment, prepared.before, after)
