"""What ends a command that watches until told otherwise."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
from contextlib import suppress


class Ending:
    """What ends the command: a signal, the other end of the lifeline, or the monitor itself.

    Args:
        lifeline: a descriptor that reports end of file when `demo` has ended.
    """

    def __init__(self, lifeline: int | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._code: asyncio.Future[int] = self._loop.create_future()
        for number in endings():
            self._loop.add_signal_handler(number, self._end, 0)
        if lifeline is not None:
            self._loop.add_reader(lifeline, self._end, 0)

    def with_reader(self, descriptor: int) -> None:
        """End when nobody reads a pipe any more, as after `| head`, though nothing is written."""
        if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            # The writing end is never readable, but epoll tells of its error (poll(2), POLLERR).
            self._loop.add_reader(descriptor, self._end, 0)

    def soon(self, code: int) -> None:
        """End with this exit code; from any thread, even after the end."""
        with suppress(RuntimeError):  # the loop has closed meanwhile
            self._loop.call_soon_threadsafe(self._end, code)

    def _end(self, code: int) -> None:
        if not self._code.done():
            self._code.set_result(code)

    async def wait(self) -> int:
        """Wait for the first of them; its exit code."""
        return await self._code


def endings() -> list[signal.Signals]:
    """The signals that end a command; under nohup, a closed terminal does not."""
    ends = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        ends.append(signal.SIGHUP)
    return ends
