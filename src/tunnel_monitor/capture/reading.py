"""One capture file on its way through the native build, as far as is wanted at a time."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType

from tunnel_monitor.capture.faults import Fault, damaged, error_of, not_a_capture
from tunnel_monitor.capture.files import CaptureFile
from tunnel_monitor.capture.native import with_defaults

CHUNK = 1 << 20
MAGIC_SIZE = 4
UNTOLD = 0  # enum format of native/capture.h: not even the file's own header was read
# native/stamps.h
NO_TIME = -(1 << 63)
FOREVER = (1 << 63) - 1


class State(ctypes.Structure):
    """The first members of `struct capture` of native/capture.h."""

    needed: int
    found: int
    allowed: int
    from_ns: int
    until_ns: int
    late: int
    first_ns: int
    last_ns: int
    packets: int
    unstamped: int
    fault: int
    format: int
    reached: int
    _fields_ = (
        ("needed", ctypes.c_uint64),
        ("found", ctypes.c_uint64),
        ("allowed", ctypes.c_uint64),
        ("from_ns", ctypes.c_int64),
        ("until_ns", ctypes.c_int64),
        ("late", ctypes.c_uint64),
        ("first_ns", ctypes.c_int64),
        ("last_ns", ctypes.c_int64),
        ("packets", ctypes.c_uint64),
        ("unstamped", ctypes.c_uint64),
        ("fault", ctypes.c_uint32),
        ("format", ctypes.c_uint32),
        ("reached", ctypes.c_uint32),
    )


@dataclass(frozen=True, slots=True)
class Span:
    """What stretch of time packets cover.

    Args:
        first_ns: the earliest stamp, since 1970; None where no packet has any.
        last_ns: the latest.
        packets: how many there are.
        unstamped: how many of them have no stamp, or one that is no time.
    """

    first_ns: int | None
    last_ns: int | None
    packets: int
    unstamped: int


class Reading(AbstractContextManager["Reading"]):
    """Reads one file, from its beginning on.

    Args:
        file: at its beginning.
        counts: what its packets are counted in; None where only their times are wanted.
        chunk: bytes read at a time.
    """

    def __init__(self, file: CaptureFile, counts: int | None = None, chunk: int = CHUNK) -> None:
        self._lib = with_defaults()
        self._file = file
        self._chunk = chunk
        self._handle = self._lib.capture_new(counts)
        if not self._handle:
            raise MemoryError
        self._state = State.from_address(self._handle)
        self._waiting = b""
        self._offset = 0  # in the file, of what waits

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lib.capture_free(self._handle)

    @property
    def is_capture(self) -> bool:
        """Whether what was read so far begins as a capture does."""
        return self._state.format != UNTOLD

    @property
    def packets(self) -> int:
        """Read so far."""
        return self._state.packets

    @property
    def late(self) -> int:
        """Packets that were stamped earlier than where their call began, and read all the same."""
        return self._state.late

    def span(self) -> Span:
        """What the packets read so far cover."""
        state = self._state
        stamped = state.packets > state.unstamped
        first, last = (state.first_ns, state.last_ns) if stamped else (None, None)
        return Span(first, last, state.packets, state.unstamped)

    def go_on(
        self,
        from_ns: int = NO_TIME,
        until_ns: int = FOREVER,
        tell: Callable[[], None] = lambda: None,
    ) -> bool:
        """Read on, to the end or to a time.

        Packets without a stamp belong to wherever they are met.

        Args:
            from_ns: packets of before are `late`.
            until_ns: stop in front of the first packet of this time or later.
            tell: called after each chunk.
        Returns:
            Whether there is more, from `until_ns` on.
        Raises:
            CaptureUnreadable: it is no capture.
            CaptureDamaged: all before the place it names was read.
        """
        self._state.from_ns, self._state.until_ns = from_ns, until_ns
        # What waits may be enough; at the beginning there is nothing that could be.
        while self._use() or self._fetch():
            tell()
            if self._state.reached:
                return True
        self._expect_end()
        return False

    def _use(self) -> bool:
        """Use what waits; whether that stopped at the wanted time."""
        if len(self._waiting) < max(1, self._state.needed):
            return False
        consumed = self._lib.capture_feed(self._handle, self._waiting, len(self._waiting))
        self._offset += consumed
        if self._state.fault:
            raise self._error()
        self._waiting = self._waiting[consumed:]
        return bool(self._state.reached)

    def _fetch(self) -> bool:
        """Let more of the file wait; whether there was any."""
        try:
            data = self._file.read(max(self._chunk, self._state.needed))
        except ValueError as error:
            place = self._file.place(self._offset + len(self._waiting))
            raise damaged(self._file.name, place, str(error)) from error
        self._waiting = self._waiting + data if self._waiting else data
        return bool(data)

    def _error(self) -> Exception:
        state, file = self._state, self._file
        place = file.place(self._offset)
        return error_of(Fault(state.fault), file.name, place, state.found, state.allowed)

    def _expect_end(self) -> None:
        """Raise if the file ends, but not where it may."""
        file = self._file
        if file.stopped or (self.is_capture and file.is_whole and not self._waiting):
            return
        if not self.is_capture and self._state.needed <= MAGIC_SIZE:
            raise not_a_capture(file.name, f"it has less than {MAGIC_SIZE} bytes")
        why = "the file ends before what begins here does"
        raise damaged(file.name, file.place(self._offset), why)
