"""Captures, read by the native build: bytes in, flows and the ledger out."""

from __future__ import annotations

import ctypes
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType

import numpy as np

from tunnel_monitor.capture.faults import Fault, damaged, error_of, not_a_capture
from tunnel_monitor.capture.files import CaptureFile
from tunnel_monitor.capture.native import with_default_ports
from tunnel_monitor.capture.totals import Totals
from tunnel_monitor.contract import FLOW, OUTCOMES, TALLY

CHUNK = 1 << 20
MOST_FLOWS = 1 << 24  # 2 GB of rows and slots; what comes on top is counted by tunnel
LINK_TYPES = 1 << 16
UNTOLD = 0  # enum format of native/reader.h: not even the file's own header was read
MAGIC_SIZE = 4


class Progress(ctypes.Structure):
    """The first members of `struct reader` of native/reader.h."""

    packets: int
    needed: int
    found: int
    allowed: int
    fault: int
    format: int
    _fields_ = (
        ("packets", ctypes.c_uint64),
        ("needed", ctypes.c_uint64),
        ("found", ctypes.c_uint64),
        ("allowed", ctypes.c_uint64),
        ("fault", ctypes.c_uint32),
        ("format", ctypes.c_uint32),
    )


class CaptureReader(AbstractContextManager["CaptureReader"]):
    """Counts the packets of captures, one file after the other, with the ports of `set_ports`.

    Args:
        most_flows: how many flows are kept apart.
        chunk: bytes read at a time.
    Raises:
        UnsupportedHost: the native parser is not built.
    """

    def __init__(self, most_flows: int = MOST_FLOWS, chunk: int = CHUNK) -> None:
        self._lib = with_default_ports()
        self._chunk = chunk
        self._handle = self._lib.reader_new(most_flows, secrets.randbits(64))
        if not self._handle:
            raise MemoryError
        self._progress = Progress.from_address(self._handle)
        self.captures = 0  # files that were captures, damaged or not

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lib.reader_free(self._handle)

    @property
    def packets(self) -> int:
        """Counted so far, of all files."""
        return self._progress.packets

    def read(self, file: CaptureFile, tell: Callable[[], None] = lambda: None) -> None:
        """Count all packets of one file.

        Args:
            file: at its beginning.
            tell: called after each chunk.
        Raises:
            CaptureUnreadable: it is no capture.
            CaptureDamaged: all before the place it names was counted.
        """
        self._lib.reader_begin_file(self._handle)
        try:
            self._read(file, tell)
        finally:
            self.captures += self._progress.format != UNTOLD

    def _read(self, file: CaptureFile, tell: Callable[[], None]) -> None:
        waiting, offset = b"", 0
        while data := self._next(file, offset + len(waiting)):
            waiting = waiting + data if waiting else data
            if len(waiting) < self._progress.needed:
                continue
            consumed = self._lib.reader_feed(self._handle, waiting, len(waiting))
            offset += consumed
            if self._progress.fault:
                raise self._error(file, offset)
            waiting = waiting[consumed:]
            tell()
        if file.stopped:
            return
        if waiting or self._progress.format == UNTOLD or not file.is_whole:
            raise self._cut_short(file, offset)

    def _next(self, file: CaptureFile, offset: int) -> bytes:
        try:
            return file.read(max(self._chunk, self._progress.needed))
        except ValueError as error:
            raise damaged(file.name, file.place(offset), str(error)) from error

    def _error(self, file: CaptureFile, offset: int) -> Exception:
        now = self._progress
        return error_of(Fault(now.fault), file.name, file.place(offset), now.found, now.allowed)

    def _cut_short(self, file: CaptureFile, offset: int) -> Exception:
        if self._progress.format == UNTOLD and self._progress.needed <= MAGIC_SIZE:
            return not_a_capture(file.name, f"it has less than {MAGIC_SIZE} bytes")
        why = "the file ends before what begins here does"
        return damaged(file.name, file.place(offset), why)

    def totals(self) -> Totals:
        """What all files read so far add up to; a copy."""
        flows = np.empty(self._lib.reader_flow_count(self._handle), FLOW)
        tunnels = np.empty(self._lib.reader_tunnel_count(self._handle), FLOW)
        ledger = np.empty(OUTCOMES, TALLY)
        unknown = np.empty(LINK_TYPES, TALLY)
        arrays = (flows, tunnels, ledger, unknown)
        self._lib.reader_copy(self._handle, *(array.ctypes.data for array in arrays))
        link_types = np.flatnonzero(unknown["packets"]).tolist()
        return Totals(flows, tunnels, ledger, {one: unknown[one] for one in link_types})
