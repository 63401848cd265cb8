"""The object in the kernel over the packets of captures, by its test-run (native/kernel_run.h)."""

from __future__ import annotations

import ctypes
import os
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from types import TracebackType

import numpy as np

from tunnel_monitor.capture.reader import CaptureReader
from tunnel_monitor.capture.totals import as_drain
from tunnel_monitor.contract import Notice
from tunnel_monitor.errors import UnsupportedHost
from tunnel_monitor.kernel.drain import TableReader, complete_flows
from tunnel_monitor.kernel.drained import Drained, InterfaceDrain
from tunnel_monitor.kernel.load import FLOW_TABLES, LoadedObject
from tunnel_monitor.kernel.memory import entries_of
from tunnel_monitor.kernel.privileges import require_root
from tunnel_monitor.kernel.tables import FLOW_KEYS, check_records, read_ledger
from tunnel_monitor.layout import TALLY
from tunnel_monitor.settings import MonitorSettings, TableSizes

# Bytes between two drains: not more packets than a table has rows, however small they are. A
# record of the least packet that the kernel takes has 30 bytes.
CHUNK = 1 << 18
TABLE_SIZES = TableSizes(narrow=1 << 14, wide=1 << 14, tunnels=1 << 4)
PROGRAM = "count_ingress"
NAME = "capture"


class Run(ctypes.Structure):
    """`struct kernel_run` of native/kernel_run.h."""

    program: int
    error: int
    refused: int
    verdicts: int
    shown: int
    _fields_ = (
        ("program", ctypes.c_int32),
        ("error", ctypes.c_uint32),
        ("refused", ctypes.c_uint64),
        ("verdicts", ctypes.c_uint64),
        ("shown", ctypes.c_void_p),
    )


class KernelRun(AbstractContextManager["KernelRun"]):
    """Runs the kernel's program over each packet that a reader counts.

    The calling thread stays on one CPU meanwhile, so that only that one's tables fill.

    Args:
        settings: what is a tunnel.
        reader: what counts natively; nobody else sets what its packets are shown to.
    Raises:
        MissingPrivilege, UnsupportedHost, LoadFailed
    """

    def __init__(self, settings: MonitorSettings, reader: CaptureReader) -> None:
        require_root("run the programs in the kernel")
        with ExitStack() as closing:
            loaded = LoadedObject(replace(settings, tables=TABLE_SIZES, notices=Notice(0)))
            self._loaded = closing.enter_context(loaded)
            check_records(loaded)
            self._shown = closing.enter_context(CaptureReader())
            self._run = Run(program=loaded.programs[PROGRAM], shown=self._shown.counts)
            closing.callback(os.sched_setaffinity, 0, os.sched_getaffinity(0))
            self._cpu = min(os.sched_getaffinity(0))
            os.sched_setaffinity(0, {self._cpu})
            reader.run_in_kernel(ctypes.addressof(self._run))
            self._closing = closing.pop_all()
        self._readers = {
            name: TableReader(key, entries_of(name, TABLE_SIZES)) for name, key in FLOW_KEYS.items()
        }
        self._ledger = read_ledger(loaded, 0)
        self._drains = 0

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.close()

    @property
    def refused(self) -> int:
        """Packets so far that the test-run does not take: only the native build has them."""
        return self._run.refused

    @property
    def verdicts(self) -> int:
        """How often the program so far said anything but "next program"; always 0."""
        return self._run.verdicts

    def drain(self) -> tuple[Drained, Drained]:
        """What both builds have counted of the same bytes since the call before.

        To be called after at most CHUNK bytes of a capture.

        Returns:
            The kernel's counts, then the native ones.
        Raises:
            UnsupportedHost: the kernel would run nothing.
        """
        if self._run.error:
            raise UnsupportedHost(
                f"cannot run the programs in the kernel: {os.strerror(self._run.error)}",
                "leave out --kernel",
            )
        self._drains += 1
        native = as_drain(self._shown.take(), NAME)
        return self._drained(self._take()), self._drained(native)

    def _drained(self, interface: InterfaceDrain) -> Drained:
        return Drained(0, 1, self._drains, (interface,))

    def _take(self) -> InterfaceDrain:
        narrow, wide, tunnels = (
            self._readers[name].take([self._loaded.tables[name][0][self._cpu]])
            for name in FLOW_TABLES
        )
        now = read_ledger(self._loaded, 0)
        ledger = (now.view(np.uint64) - self._ledger.view(np.uint64)).view(TALLY)
        self._ledger = now
        complete_flows(ledger, (narrow, wide))
        return InterfaceDrain(NAME, narrow, wide, tunnels, ledger, None)
