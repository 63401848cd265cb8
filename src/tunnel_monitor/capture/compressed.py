"""Compressed bytes, made plain again as far as they go."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
WITH_GZIP_HEADER = 16 + zlib.MAX_WBITS

# Of the input, given to a stream at a time. What is lost with a damaged piece is what zstd would
# have made of it, so pieces are small; gzip's losses are made good.
PIECE = 4096


class Stream(Protocol):
    """One gzip member or zstd frame."""

    @property
    def eof(self) -> bool:
        """Whether it is complete."""

    @property
    def unused_data(self) -> bytes:
        """What of the input lies behind it."""

    @property
    def needs_input(self) -> bool:
        """Whether `decompress` can do nothing without more input."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """At most `max_length` bytes; ZstdError or zlib.error for what is damaged."""


class GzipStream:
    """A gzip member as a Stream, which gives all that comes before a damaged byte."""

    def __init__(self) -> None:
        self._object = zlib.decompressobj(WITH_GZIP_HEADER)
        self._waiting = b""
        self._error: zlib.error | None = None

    @property
    def eof(self) -> bool:
        """Whether it is complete, its checksum right."""
        return self._object.eof

    @property
    def unused_data(self) -> bytes:
        """What of the input lies behind it."""
        return self._object.unused_data

    @property
    def needs_input(self) -> bool:
        """Whether `decompress` can do nothing without more input."""
        return not self._waiting and not self._error

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """At most `max_length` bytes, but all of the last ones before a damaged byte."""
        if self._error:
            raise self._error
        data = self._waiting + data
        before = self._object.copy()
        try:
            plain = self._object.decompress(data, max_length)
        except zlib.error as error:
            self._error = error
            return _until_damaged(before, data)
        self._waiting = self._object.unconsumed_tail
        return plain


def _until_damaged(stream: zlib._Decompress, data: bytes) -> bytes:
    """What single bytes yield until one of them fails: a longer call would keep that back."""
    plain = b""
    with suppress(zlib.error):
        for place in range(len(data)):
            plain += stream.decompress(data[place : place + 1])
    return plain


def begins_stream(head: bytes) -> Callable[[], Stream] | None:
    """What decompresses a file that begins like this; None where it is not compressed."""
    if head.startswith(GZIP_MAGIC):
        return GzipStream
    if head.startswith(ZSTD_MAGIC):
        return zstd.ZstdDecompressor
    return None


class Decompressed:
    """The bytes of all gzip members or zstd frames of an input, one behind the other.

    Args:
        read: gives the next compressed bytes, empty at the end.
        begin: makes the stream for one member or frame.
    """

    def __init__(self, read: Callable[[int], bytes], begin: Callable[[], Stream]) -> None:
        self._read = read
        self._begin = begin
        self._stream = begin()
        self.is_whole = False  # whether the input ended where a member or frame does

    def read(self, most: int) -> bytes:
        """The next bytes, at most so many; empty at the end, whole or not.

        Raises:
            ValueError: they are damaged; its text says how.
        """
        data = b""
        while not self.is_whole:
            if self._stream.eof:
                data = self._stream.unused_data.lstrip(b"\0") or self._read(PIECE).lstrip(b"\0")
                self.is_whole = not data
                self._stream = self._begin() if data else self._stream
            elif self._stream.needs_input and not data:
                data = self._read(PIECE)
                if not data:
                    return b""
            else:
                plain = self._plain(data, most)
                data = b""
                if plain:
                    return plain
        return b""

    def _plain(self, data: bytes, most: int) -> bytes:
        try:
            return self._stream.decompress(data, most)
        except (zlib.error, zstd.ZstdError) as error:
            raise ValueError(f"its compressed content is damaged ({error})") from error
