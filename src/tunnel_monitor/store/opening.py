"""Opening a history file: DuckDB kept small, and its complaints in words a user can act on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tunnel_monitor.errors import StoreFailed

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY_LIMIT: Final = "96MB"  # what DuckDB gives its buffers; beyond that it goes to disk
IN_MEMORY: Final = ":memory:"
CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    # One thread: the core is somebody else's, and buffers are for each.
    "threads": 1,
    "async_threads": 0,
    "memory_limit": MEMORY_LIMIT,
    "checkpoint_threshold": "1GB",  # the store does it itself
    "preserve_insertion_order": False,
    # Nothing is ever fetched from elsewhere, or installed.
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
HOLDER: Final = re.compile(r"\(PID (\d+)\)")


def connect(path: str, *, read_only: bool = False) -> DuckDBPyConnection:
    """Open a file, or make it.

    Args:
        path: of the file, or IN_MEMORY.
        read_only: must exist, and is not written to.
    Raises:
        StoreFailed: no right to, no such folder, damaged, newer, or in use.
    """
    import duckdb  # noqa: PLC0415  # 0.1 s and 25 MB, only where there is history

    try:
        return duckdb.connect(path, read_only=read_only, config=CONFIG)
    except duckdb.Error as error:
        raise _reason(path, str(error)) from error


def warm_up() -> None:
    """Load all that will be needed while the right to read it is there, and end its threads."""
    import numpy as np  # noqa: PLC0415
    import numpy.ma  # noqa: PLC0415  # `fetchnumpy` makes masked arrays of columns with NULL

    connection = connect(IN_MEMORY)
    connection.register("batch", {"number": np.arange(3, dtype=np.uint64)})
    connection.execute("SELECT sum(number)::UBIGINT AS total FROM batch").fetchnumpy()
    connection.close()


def _reason(path: str, said: str) -> StoreFailed:
    """What DuckDB's complaint means."""
    what = f"cannot open the history {path}"
    if "lock on file" in said:
        holder = HOLDER.search(said)
        who = f"process {holder[1]}" if holder else "another process"
        return StoreFailed(f"{what}: {who} uses it", "give another file with --history")
    if "not a valid DuckDB" in said or "Could not read enough bytes" in said:
        return StoreFailed(f"{what}: it is no history, or damaged", _aside(path))
    if "Corrupt" in said or "checksum" in said:
        return StoreFailed(f"{what}: it is damaged ({first_line(said)})", _aside(path))
    if "newer version" in said or "version number" in said:
        return StoreFailed(
            f"{what}: a newer DuckDB wrote it", "update tunnel-monitor, or move the file away"
        )
    return StoreFailed(f"{what}: {first_line(said)}", "give another place with --history")


def write_failed(attempt: str, path: str, said: str) -> StoreFailed:
    """What it means that DuckDB could not write."""
    what = f"cannot {attempt} the history {path}"
    if "No space left" in said:
        return StoreFailed(f"{what}: the disk is full", "make room, or set --history-size lower")
    return StoreFailed(f"{what}: {first_line(said)}")


def _aside(path: str) -> str:
    return f"move it away (mv {path} {Path(path).name}.bad), and a new one is begun"


def first_line(said: str) -> str:
    """The gist of a complaint, which may go on with the text of the statement."""
    gist = said.strip().partition("\n")[0]
    return gist.rpartition(": ")[2] if gist.startswith("IO Error: ") else gist
