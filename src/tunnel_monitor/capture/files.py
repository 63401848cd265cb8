"""Capture files, opened: from a path or standard input, compressed or not."""

from __future__ import annotations

import io
import os
import stat
import sys
from types import TracebackType
from typing import Protocol, Self

from tunnel_monitor.capture.compressed import Decompressed, begins_stream
from tunnel_monitor.capture.faults import not_a_capture
from tunnel_monitor.errors import CaptureUnreadable

STANDARD_INPUT = "-"
MAGIC_SIZE = 4


class Patience(Protocol):
    """What decides how long to wait for more."""

    asked: bool  # whether somebody wants an end of it

    def wait(self, descriptor: int) -> bool:
        """Wait until the descriptor can be read. False: no longer."""


class Endless:
    """Waits as long as the read itself does."""

    asked = False

    def wait(self, _descriptor: int) -> bool:
        """Leave it to the read."""
        return True


class CaptureFile:
    """The bytes of one capture, decompressed.

    Args:
        path: a file, a pipe, or `-` for standard input.
        patience: asked before each read.
    Raises:
        CaptureUnreadable: there is nothing to read.
    """

    def __init__(self, path: str, patience: Patience | None = None) -> None:
        self.name = "standard input" if path == STANDARD_INPUT else path
        self._patience = patience or Endless()
        self._raw = _opened(path, self.name)
        self.position = 0  # bytes of the file itself, read so far
        status = os.fstat(self._raw.fileno())
        self.size = status.st_size if stat.S_ISREG(status.st_mode) else None
        self._compressed: Decompressed | None = None
        self._head = b""

    def __enter__(self) -> Self:
        try:
            self._begin()
        except BaseException:
            self._raw.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._raw.close()

    def _begin(self) -> None:
        head = b""
        while len(head) < MAGIC_SIZE and (more := self._read(MAGIC_SIZE - len(head))):
            head += more
        if not head and not self.stopped:
            raise not_a_capture(self.name, "it is empty")
        self._head = head
        begin = begins_stream(head)
        if begin:
            self._compressed = Decompressed(self._take, begin)

    def read(self, most: int) -> bytes:
        """The next bytes, at most so many, as soon as there are any; empty at the end.

        Raises:
            ValueError: the compressed content is damaged.
            CaptureUnreadable: the device failed.
        """
        return self._compressed.read(most) if self._compressed else self._take(most)

    def place(self, offset: int) -> str:
        """A place in what `read` gave, for messages."""
        return f"byte {offset}" + (" of its decompressed content" if self._compressed else "")

    @property
    def stopped(self) -> bool:
        """Whether an end was asked for; then the end that was met need not be the file's."""
        return self._patience.asked

    @property
    def is_whole(self) -> bool:
        """Whether the end that was met is the end of all compressed content."""
        return self._compressed is None or self._compressed.is_whole

    def _take(self, most: int) -> bytes:
        if self._head:
            head, self._head = self._head[:most], self._head[most:]
            return head
        return self._read(most)

    def _read(self, most: int) -> bytes:
        if not self._patience.wait(self._raw.fileno()):
            return b""
        try:
            data = self._raw.read(most) or b""
        except OSError as error:
            raise _refused(self.name, error) from error
        self.position += len(data)
        return data


def _opened(path: str, name: str) -> io.FileIO:
    try:
        if path == STANDARD_INPUT:
            if sys.stdin is None or sys.stdin.isatty():
                raise not_a_capture(name, "it is a terminal")
            return io.FileIO(sys.stdin.fileno(), closefd=False)
        return io.FileIO(path)
    except OSError as error:
        raise _refused(name, error) from error


def _refused(name: str, error: OSError) -> CaptureUnreadable:
    remedy = "run it as a user who may read the file" if isinstance(error, PermissionError) else ""
    return CaptureUnreadable(f"cannot read {name}: {error.strerror or error}", remedy)
