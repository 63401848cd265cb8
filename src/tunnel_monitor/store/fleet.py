"""The sink that sends what was counted to a database for many hosts."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from tunnel_monitor.errors import StoreFailed
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.store.clickhouse_http import Unsent
from tunnel_monitor.store.clickhouse_target import Target
from tunnel_monitor.store.delivery import Delivery
from tunnel_monitor.store.fleet_rows import Rows
from tunnel_monitor.store.levels import DAY_NS, SECOND_NS
from tunnel_monitor.store.spool import Block, Spool

BLOCK_S: Final = 5.0  # a block is closed at whole multiples of this
MOST_BLOCK_BYTES: Final = 64 << 20
SETTLING_S: Final = 15.0  # after which nothing of an attempt is under way any more
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
LAST_WORDS_S: Final = 1.5  # at the end, for the block that is on its way

Report = Callable[[str], None]


class Fleet:
    """Writes batches into blocks on disk, and sends those from a thread of its own.

    Args:
        target: the database.
        host: this machine's name.
        interval_ns: between two drains, as set.
        folder: for what waits.
        most_bytes: of what waits.
        report: gets one sentence when the database goes away, and one when it is back.
        block_s: how long a block is, at most; it ends at whole multiples of that.
        settling_s: how long to wait after an attempt that nobody knows the end of.
    """

    name = "store"

    def __init__(
        self,
        target: Target,
        *,
        host: str,
        interval_ns: int,
        folder: Path,
        most_bytes: int,
        report: Report,
        block_s: float = BLOCK_S,
        settling_s: float = SETTLING_S,
    ) -> None:
        self._run = secrets.randbits(64)
        self._rows = Rows(host, self._run, interval_ns)
        self._delivery = Delivery(target.home(host), target)
        self._folder = folder
        self._most_bytes = most_bytes
        self._report = report
        self._interval_ns = interval_ns
        self._block_ns = round(block_s * SECOND_NS)
        self._settling_s = settling_s
        self._spool: Spool | None = None
        self._first_ns = 0
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._send_all, name="store", daemon=True)

    def take(self, batch: FlowBatch) -> None:
        """Put a batch into the block that is open.

        Raises:
            StoreFailed: there is no room on disk.
        """
        with self._changed:
            spool = self._opened()
            begin_ns = self._rows.begin_ns(batch)
            if spool.is_open and begin_ns // DAY_NS != self._first_ns // DAY_NS:
                spool.close_block()  # an insert is whole within a day only
            self._add(spool, batch, begin_ns)
            # Blocks of all hosts end at the same whole seconds, so that all are there together.
            end_ns = begin_ns + self._interval_ns
            over = end_ns // self._block_ns != self._first_ns // self._block_ns
            if over or spool.open_bytes > MOST_BLOCK_BYTES:
                spool.close_block()
                self._changed.notify_all()

    def _add(self, spool: Spool, batch: FlowBatch, begin_ns: int) -> None:
        if not spool.is_open:
            self._first_ns = begin_ns
        number = spool.next_number()
        receipt = self._rows.receipt(begin_ns, number).tobytes()
        try:
            spool.add(self._rows.of(batch, number).tobytes(), receipt=receipt)
        except OSError as error:
            raise StoreFailed(
                f"cannot keep what waits for the store in {self._folder}: {error.strerror}",
                "make room there, or give another folder with --store-spool",
            ) from error

    def _opened(self) -> Spool:
        if self._spool is None:
            self._spool = Spool(self._folder, self._run, self._most_bytes)
            self._thread.start()
        return self._spool

    def finish_block(self) -> None:
        """Send what there is, however young it is."""
        with self._changed:
            if self._spool is not None:
                self._spool.close_block()
                self._changed.notify_all()

    def close(self) -> None:
        """No batch will follow; what cannot be sent at once waits for the next start."""
        with self._changed:
            if self._spool is None:
                return
            self._spool.close_block()
            self._closing = True
            self._changed.notify_all()
        self._thread.join(LAST_WORDS_S)
        if not self._thread.is_alive():
            self._spool.close()

    def waiting_bytes(self) -> int:
        """What is on disk, and not yet in the database."""
        with self._changed:
            return self._spool.waiting_bytes if self._spool else 0

    def lost(self) -> int:
        """Batches that had to be dropped because too much waited."""
        with self._changed:
            return self._spool.lost_drains if self._spool else 0

    def _send_all(self) -> None:
        pause_s = 0.0
        failed: str | None = None
        while (block := self._next(pause_s)) is not None:
            try:
                self._deliver(block)
            except StoreFailed as error:
                pause_s = min(LONGEST_PAUSE_S, max(FIRST_PAUSE_S, 2 * pause_s))
                if failed is None:
                    self._report(f"{error}; what is counted waits on disk until then")
                failed = str(error)
                if self._closing:
                    return
            else:
                if failed is not None:
                    self._report(f"the store takes what is counted again; {self._lost()}")
                pause_s, failed = 0.0, None

    def _lost(self) -> str:
        return f"{self.lost()} intervals were lost" if self.lost() else "nothing was lost"

    def _next(self, pause_s: float) -> Block | None:
        """The oldest block, once there is one and the pause is over; None at the end."""
        ready_s = time.monotonic() + pause_s
        with self._changed:
            while not self._closing and time.monotonic() < ready_s:
                self._changed.wait(ready_s - time.monotonic())
            self._changed.wait_for(lambda: self._closing or self._first() is not None)
            return self._first()

    def _first(self) -> Block | None:
        return self._spool.first() if self._spool else None

    def _deliver(self, block: Block) -> None:
        """Send a block, or find out that it is there already."""
        if block.doubtful:
            self._wait_out(block)
            if self._delivery.settle(block):
                return self._done(block)
        try:
            self._delivery.send(block)
        except Unsent:
            self._doubt(block, doubtful=False)
            raise
        except StoreFailed:
            self._doubt(block, doubtful=True)
            raise
        return self._done(block)

    def _wait_out(self, block: Block) -> None:
        """Let pass what may still be under way since the last attempt."""
        until_s = block.tried_s + self._settling_s
        with self._changed:
            self._changed.wait_for(lambda: self._closing, max(0.0, until_s - time.monotonic()))
            if self._closing:
                raise StoreFailed("the end came first")

    def _doubt(self, block: Block, *, doubtful: bool) -> None:
        with self._changed:
            if self._spool:
                self._spool.replace_first(
                    replace(block, doubtful=doubtful, tried_s=time.monotonic())
                )

    def _done(self, block: Block) -> None:
        with self._changed:
            if self._spool:
                self._spool.done(block)
