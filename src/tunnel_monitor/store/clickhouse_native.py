"""The Native format: what a statement finds, column by column, as arrays."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.errors import StoreFailed

NUMBERS: Final = {
    **{f"UInt{8 * size}": np.dtype(f"<u{size}") for size in (1, 2, 4, 8)},
    **{f"Int{8 * size}": np.dtype(f"<i{size}") for size in (1, 2, 4, 8)},
    "Date": np.dtype("<u2"),
    "DateTime": np.dtype("<u4"),
}
FIXED: Final = "FixedString("


class Found(dict[str, NDArray[Any]]):
    """Column name -> its values. Where nothing was found, servers do not even tell the names."""

    def __missing__(self, name: str) -> NDArray[Any]:
        return np.zeros(0, np.int64)


def columns(data: bytes) -> Found:
    """The columns of all blocks together.

    Raises:
        StoreFailed: it is something else.
    """
    reader = _Reader(data)
    blocks: dict[str, list[NDArray[Any]]] = {}
    try:
        while reader.left:
            names, rows = reader.number(), reader.number()
            for _ in range(names):
                name, kind = reader.text(), reader.text()
                blocks.setdefault(name, []).append(reader.values(kind, rows))
    except (IndexError, ValueError) as error:
        raise StoreFailed(f"cannot read the store's answer: {error}") from error
    return Found({name: np.concatenate(parts) for name, parts in blocks.items()})


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    @property
    def left(self) -> bool:
        return self._place < len(self._data)

    def number(self) -> int:
        """Seven bits a byte, the lowest first; the highest bit says that more follow."""
        value = shift = 0
        while True:
            byte = self._data[self._place]
            self._place += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def _bytes(self, count: int) -> bytes:
        taken = self._data[self._place : self._place + count]
        if len(taken) < count:
            raise ValueError("it ends early")
        self._place += count
        return taken

    def text(self) -> str:
        return self._bytes(self.number()).decode(errors="replace")

    def values(self, kind: str, rows: int) -> NDArray[Any]:
        if kind in NUMBERS:
            dtype = NUMBERS[kind]
            return np.frombuffer(self._bytes(rows * dtype.itemsize), dtype)
        if kind.startswith(FIXED):
            size = int(kind[len(FIXED) : -1])
            return np.frombuffer(self._bytes(rows * size), f"V{size}")
        if kind == "String":
            return np.array([self.text() for _ in range(rows)], object)
        raise ValueError(f"columns of type {kind} were not expected")
