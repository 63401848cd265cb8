"""Captures, read by the native build: bytes in, flows and the ledger out."""

from __future__ import annotations

import ctypes
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType

import numpy as np

from tunnel_monitor.capture.files import CaptureFile
from tunnel_monitor.capture.native import with_defaults
from tunnel_monitor.capture.reading import CHUNK, Reading
from tunnel_monitor.capture.totals import Totals
from tunnel_monitor.contract import OUTCOMES
from tunnel_monitor.layout import FLOW, TALLY

MOST_FLOWS = 1 << 24  # 2 GB of rows and slots; what comes on top is counted by tunnel
LINK_TYPES = 1 << 16


class CaptureReader(AbstractContextManager["CaptureReader"]):
    """Counts the packets of captures together.

    What is a tunnel was said by `native.set_ports` and `native.set_encaps`.

    Args:
        most_flows: how many flows are kept apart.
        chunk: bytes read at a time.
    Attributes:
        counts: the address of its `struct counts`.
        captures: files that were captures, damaged or not.
    Raises:
        UnsupportedHost: the native parser is not built.
    """

    def __init__(self, most_flows: int = MOST_FLOWS, chunk: int = CHUNK) -> None:
        self._lib = with_defaults()
        self._chunk = chunk
        self.counts = self._lib.counts_new(most_flows, secrets.randbits(64))
        if not self.counts:
            raise MemoryError
        self._packets = ctypes.c_uint64.from_address(self.counts)
        self.captures = 0

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lib.counts_free(self.counts)

    @property
    def packets(self) -> int:
        """Counted so far, of all files."""
        return self._packets.value

    def run_in_kernel(self, run: int) -> None:
        """Hand all packets to the kernel as well, by the `struct kernel_run` at this address."""
        self._lib.counts_run_in_kernel(self.counts, run)

    def begin(self, file: CaptureFile) -> Reading:
        """A reading of one file, at its beginning, that is counted here."""
        return Reading(file, self.counts, self._chunk)

    def read(self, file: CaptureFile, tell: Callable[[], None] = lambda: None) -> None:
        """Count all packets of one file.

        Args:
            file: at its beginning.
            tell: called after each chunk.
        Raises:
            CaptureUnreadable: it is no capture.
            CaptureDamaged: all before the place it names was counted.
        """
        with self.begin(file) as reading:
            try:
                reading.go_on(tell=tell)
            finally:
                self.captures += reading.is_capture

    def totals(self) -> Totals:
        """What all files read so far add up to; a copy."""
        flows = np.empty(self._lib.counts_flows(self.counts), FLOW)
        tunnels = np.empty(self._lib.counts_tunnels(self.counts), FLOW)
        ledger = np.empty(OUTCOMES, TALLY)
        unknown = np.empty(LINK_TYPES, TALLY)
        arrays = (flows, tunnels, ledger, unknown)
        self._lib.counts_copy(self.counts, *(array.ctypes.data for array in arrays))
        link_types = np.flatnonzero(unknown["packets"]).tolist()
        return Totals(flows, tunnels, ledger, {one: unknown[one] for one in link_types})

    def take(self) -> Totals:
        """What was counted since the call before; of unknown links, since the beginning."""
        totals = self.totals()
        self._lib.counts_clear(self.counts)
        return totals
