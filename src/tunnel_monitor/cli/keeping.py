"""The options that say what is kept of the past, alike for every command that has them."""

from __future__ import annotations

import argparse
import os
import pwd
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from tunnel_monitor.errors import BadSetting, StoreFailed
from tunnel_monitor.flows.question import Source, Span
from tunnel_monitor.serve import times
from tunnel_monitor.serve.beside import Beside
from tunnel_monitor.store import opening, parquet, place
from tunnel_monitor.store.duckdb import SMALLEST_BYTES, DuckStore
from tunnel_monitor.store.duckdb_source import DuckSource
from tunnel_monitor.store.history import History
from tunnel_monitor.store.levels import Keep

SIZE: Final = re.compile(r"([0-9]{1,6})([MG])")
UNITS: Final = {"M": 1 << 20, "G": 1 << 30}
IN_MEMORY: Final = "memory"
DEFAULT_SIZE: Final = "2G"


def add_history_options(parser: argparse.ArgumentParser) -> None:
    """Declare `--history` and what belongs to it."""
    parser.add_argument(
        "--history",
        metavar="PATH|memory|off",
        help="the file to keep history in; memory: gone at the end; "
        f"default: {place.state_folder() / place.FILE}",
    )
    add_keep_option(parser)
    parser.add_argument(
        "--history-size",
        default=DEFAULT_SIZE,
        metavar="SIZE",
        help="what the file may grow to; beyond that the oldest goes earlier",
    )


def add_keep_option(parser: argparse.ArgumentParser) -> None:
    """Declare `--keep`."""
    parser.add_argument(
        "--keep",
        action="append",
        default=[],
        metavar="LEVEL=TIME",
        help=f"for how long, by drain, by minute and by hour: {Keep().written()}; repeatable",
    )


def parse_size(written: str) -> int:
    """Bytes of `200M` or `4G`.

    Raises:
        BadSetting: it is something else, or too small.
    """
    found = SIZE.fullmatch(written)
    size = int(found[1]) * UNITS[found[2]] if found else 0
    if size < SMALLEST_BYTES:
        raise BadSetting(
            f"cannot keep {written!r} on disk",
            f"give a size like 200M or 4G, {SMALLEST_BYTES >> 20}M at least",
        )
    return size


@dataclass(frozen=True, slots=True)
class Keeping:
    """What was asked for.

    Args:
        path: of the file, or `:memory:`; None: no history.
        ours: whether it is where history lies by default, so that the folder is ours to make.
        keep: for how long.
        most_bytes: what the file may grow to.
        interval_ns: between two drains.
        host: the name this host goes by.
    """

    path: str | None
    ours: bool
    keep: Keep
    most_bytes: int
    interval_ns: int
    host: str

    @classmethod
    def of(cls, options: argparse.Namespace, *, default: str | None = None) -> Keeping:
        """Check the options.

        Args:
            options: of a command.
            default: what an absent `--history` means; None: the usual file.
        Raises:
            BadSetting: one of them means nothing.
        """
        given = options.history or default
        file = None if given == IN_MEMORY else place.history_file(given)
        return cls(
            path=opening.IN_MEMORY if given == IN_MEMORY else str(file) if file else None,
            ours=given is None,
            keep=Keep.parse(options.keep),
            most_bytes=parse_size(options.history_size),
            interval_ns=round(options.interval * 1e9),
            host=options.host,
        )

    def prepare(self, user: pwd.struct_passwd, report: Callable[[str], None]) -> None:
        """What takes root, or the right to read our own files.

        Args:
            user: whom the monitor becomes.
            report: gets a sentence where history will not be kept.
        """
        if self.path is None:
            return
        opening.warm_up()
        os.umask(place.UMASK)
        if self.ours:
            try:
                place.prepare(place.state_folder(), user)
            except StoreFailed as error:
                report(str(error))

    def history(self, report: Callable[[str], None]) -> History | None:
        """The sink that keeps it, if any."""
        if self.path is None:
            return None
        store = partial(
            DuckStore,
            self.path,
            host=self.host,
            interval_ns=self.interval_ns,
            keep=self.keep,
            most_bytes=self.most_bytes,
        )
        history = History(store, report)
        if self.path != opening.IN_MEMORY:
            history.beside = partial(beside, Path(self.path), DuckSource(history.store), report)
        return history


def beside(file: Path, source: DuckSource, report: Callable[[str], None]) -> Beside | None:
    """What `tunnel-monitor history` asks while the file is locked by us."""

    def export(begin: str, end: str) -> Path:
        span = asked_span(source, begin, end)
        written = file.with_name(f"{file.name}.{secrets.token_hex(8)}.parquet")
        parquet.export(source, span, written)
        return written

    def findings(begin: str, end: str) -> list[str]:
        return source.findings(asked_span(source, begin, end))

    try:
        return Beside(file, source, export, findings)
    except OSError as error:
        report(f"cannot answer `tunnel-monitor history` for {file}: {error.strerror or error}")
        return None


def asked_span(source: Source, begin: str, end: str) -> Span:
    """What `from` and `to` of a request mean.

    Raises:
        BadSetting: they mean nothing.
    """
    known = source.span()
    now_ns = known.until_ns if known else time.time_ns()
    found = times.span(("from", begin), ("to", end), now_ns)
    assert found is not None  # noqa: S101  # `from` is given
    return found
