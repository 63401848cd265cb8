"""Ctrl-C as a request to come to an end, for commands that have something to say then."""

from __future__ import annotations

import os
import select
import signal
import stat
import time
from contextlib import AbstractContextManager
from types import FrameType, TracebackType

# Ctrl-C reaches all of a pipeline. Whoever writes into it flushes and ends; that takes a moment.
PATIENCE_S = 1.0


class Interrupt(AbstractContextManager["Interrupt"]):
    """Notes the first SIGINT instead of raising; the second raises KeyboardInterrupt.

    For the main thread, and not twice at once.
    """

    def __init__(self) -> None:
        self.asked = False
        self.broke_off = False  # whether something of known length was left unread
        self._deadline = 0.0
        self._woken, self._wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._before = signal.signal(signal.SIGINT, self._note)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        signal.signal(signal.SIGINT, self._before)
        os.close(self._woken)
        os.close(self._wake)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        self._deadline = time.monotonic() + PATIENCE_S
        os.write(self._wake, b"\0")

    def wait(self, descriptor: int) -> bool:
        """Wait until a descriptor can be read.

        Returns:
            False if the end was asked for: at once for a file, and for a stream when its writer
            has nothing more to say or the patience is over.
        """
        if not self.asked:
            select.select([descriptor, self._woken], [], [])
        if not self.asked:
            return True
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            self.broke_off = True
            return False
        left = max(0.0, self._deadline - time.monotonic())
        return left > 0 and bool(select.select([descriptor], [], [], left)[0])
