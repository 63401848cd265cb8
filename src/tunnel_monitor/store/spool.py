"""Blocks on disk until a database has them: a bounded queue that outlives its process.

A block is a file: the rows of a few drains, written as they come, closed once it is old or large
enough, sent as it is, and removed when the database has it. What is removed before the disk is
written to, after half a minute, never costs it anything.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from tunnel_monitor.errors import StoreFailed
from tunnel_monitor.store import fleet_rows
from tunnel_monitor.store.clickhouse_dialect import DRAIN

OPEN, CLOSED = ".open", ".rows"
LOCK: Final = "lock"


@dataclass(frozen=True, slots=True)
class Block:
    """A closed block.

    Args:
        file: its rows, the receipt first.
        size: in bytes.
        drains: how many it has.
        doubtful: whether it may have been sent already.
        tried_s: when that was, at the latest, by the monotonic clock.
    """

    file: Path
    size: int
    drains: int
    doubtful: bool
    tried_s: float = 0.0


class Spool:
    """The blocks of one monitor, and those that monitors before it left.

    Not for several threads; its owner locks.

    Args:
        folder: of all monitors on this host; made if need be.
        run: the number of this start; its blocks lie in a folder of their own.
        most_bytes: all blocks together; beyond that the oldest go.
    Raises:
        StoreFailed: the folder cannot be used.
    """

    def __init__(self, folder: Path, run: int, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._folder = folder / f"{run:016x}"
        try:
            self._folder.mkdir(parents=True)
            self._locks = [_locked(self._folder)]
            self._closed = deque(self._left_over(folder))
        except OSError as error:
            raise StoreFailed(
                f"cannot keep what waits for the store in {folder}: {error.strerror}",
                "give a folder that the monitor's user may write to with --store-spool",
            ) from error
        self._number = -1
        self._open_bytes = 0
        self._open_drains = 0
        self.lost_drains = 0

    @property
    def number(self) -> int:
        """Of the block that is open, or that was closed last."""
        return self._number

    @property
    def is_open(self) -> bool:
        """Whether rows can be added."""
        return self._open_drains > 0

    @property
    def open_bytes(self) -> int:
        """How large the open block is."""
        return self._open_bytes

    @property
    def waiting_bytes(self) -> int:
        """All that is here."""
        return sum(block.size for block in self._closed) + self._open_bytes

    def add(self, rows: bytes, *, receipt: bytes) -> None:
        """Add the rows of a drain, to a new block if none is open.

        Args:
            rows: of one drain.
            receipt: what a new block begins with.
        Raises:
            OSError: there is no room; then the drain is not in it.
        """
        new = not self.is_open
        data = receipt + rows if new else rows
        with self._file(OPEN).open("wb" if new else "r+b") as file:
            file.seek(self._open_bytes if not new else 0)
            file.write(data)
        self._open_bytes = (0 if new else self._open_bytes) + len(data)
        self._open_drains += 1

    def next_number(self) -> int:
        """The number of the block that rows go to now."""
        if not self.is_open:
            self._number += 1
        return self._number

    def close_block(self) -> None:
        """End the open block, so that it can be sent; forget the oldest, if there are too many."""
        if not self.is_open:
            return
        closed = self._file(CLOSED)
        os.truncate(self._file(OPEN), self._open_bytes)  # what a full disk cut off
        self._file(OPEN).rename(closed)
        self._closed.append(Block(closed, self._open_bytes, self._open_drains, doubtful=False))
        self._open_bytes = self._open_drains = 0
        while self.waiting_bytes > self._most_bytes and len(self._closed) > 1:
            self.lost_drains += self._closed[1].drains
            self._remove(self._closed[1])  # the first may be on its way

    def first(self) -> Block | None:
        """The oldest closed block."""
        return self._closed[0] if self._closed else None

    def replace_first(self, block: Block) -> None:
        """What became known about the oldest block."""
        self._closed[0] = block

    def done(self, block: Block) -> None:
        """The database has it."""
        self._remove(block)

    def close(self) -> None:
        """Leave what is there to the next monitor."""
        self.close_block()
        for lock in self._locks:
            os.close(lock)
        if not self._closed:
            _remove_folder(self._folder)

    def _file(self, suffix: str) -> Path:
        return self._folder / f"{self._number:010d}{suffix}"

    def _remove(self, block: Block) -> None:
        self._closed.remove(block)
        block.file.unlink(missing_ok=True)
        folder = block.file.parent
        if folder != self._folder and not any(one.file.parent == folder for one in self._closed):
            _remove_folder(folder)

    def _left_over(self, folder: Path) -> Iterator[Block]:
        """What monitors that run no more have left, the oldest first."""
        others = [one for one in folder.iterdir() if one.is_dir() and one != self._folder]
        for other in sorted(others, key=lambda one: one.stat().st_mtime):
            try:
                self._locks.append(_locked(other))
            except OSError:  # it runs
                continue
            for file in sorted(other.glob("*.[or]*")):
                block = _adopted(file)
                if block is not None:
                    yield block
            if not any(other.glob("*.rows")):
                _remove_folder(other)


def _adopted(file: Path) -> Block | None:
    """A block that somebody else began: whole rows only, and nothing without a receipt."""
    rows = fleet_rows.read(file.read_bytes())
    drains = int(np.count_nonzero(rows["kind"] == DRAIN))
    if not drains:
        file.unlink()
        return None
    closed = file.with_suffix(CLOSED)
    os.truncate(file, rows.nbytes)
    file.rename(closed)
    return Block(closed, rows.nbytes, drains, doubtful=True, tried_s=time.monotonic())


def _remove_folder(folder: Path) -> None:
    with suppress(OSError):  # somebody else's file in it is no reason to stop
        (folder / LOCK).unlink(missing_ok=True)
        folder.rmdir()


def _locked(folder: Path) -> int:
    """A descriptor that holds a folder; OSError if somebody else does."""
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise
    return lock
