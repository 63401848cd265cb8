"""The history that a command keeps, and what others may ask of it meanwhile."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tunnel_monitor.cli.keeping import Keeping
from tunnel_monitor.flows.question import Source, Span
from tunnel_monitor.serve import times
from tunnel_monitor.serve.beside import Beside
from tunnel_monitor.store import opening, parquet
from tunnel_monitor.store.duckdb import DuckStore
from tunnel_monitor.store.duckdb_source import DuckSource
from tunnel_monitor.store.history import History


def history_of(keeping: Keeping, report: Callable[[str], None]) -> History | None:
    """The sink that keeps what was asked for, if any.

    Args:
        keeping: that.
        report: gets a sentence where history cannot be kept.
    """
    if keeping.path is None:
        return None
    store = partial(
        DuckStore,
        keeping.path,
        host=keeping.host,
        interval_ns=keeping.interval_ns,
        keep=keeping.keep,
        most_bytes=keeping.most_bytes,
    )
    history = History(store, report)
    if keeping.path != opening.IN_MEMORY:
        history.beside = partial(beside, Path(keeping.path), DuckSource(history.store), report)
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
