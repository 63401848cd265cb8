"""What the options say of a database for many hosts."""

from __future__ import annotations

import argparse
import pwd
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tunnel_monitor.cli.keeping import parse_size
from tunnel_monitor.errors import StoreFailed
from tunnel_monitor.flows.sinks import Sink
from tunnel_monitor.store import clickhouse_target, place
from tunnel_monitor.store.clickhouse_target import Target


def target_of(options: argparse.Namespace, written: str) -> Target:
    """The database that is named.

    Raises:
        BadSetting: the address, the secrets or the certificates mean nothing.
    """
    return clickhouse_target.parse(
        written, credentials=options.store_credentials, authority=options.store_ca
    )


@dataclass(frozen=True, slots=True)
class Storing:
    """Where a monitor sends what it counts.

    Args:
        target: the database; None: nowhere.
        folder: for what waits.
        ours: whether that is where it lies by default, so that it is ours to make.
        most_bytes: of what waits.
        interval_ns: between two drains.
        host: the name this host goes by.
    """

    target: Target | None
    folder: Path
    ours: bool
    most_bytes: int
    interval_ns: int
    host: str

    @classmethod
    def of(cls, options: argparse.Namespace) -> Storing:
        """Check the options.

        Raises:
            BadSetting: one of them means nothing.
        """
        given = options.store_spool
        return cls(
            target=target_of(options, options.store) if options.store else None,
            folder=Path(given).absolute() if given else place.state_folder() / place.SPOOL,
            ours=given is None,
            most_bytes=parse_size(options.store_spool_size),
            interval_ns=round(options.interval * 1e9),
            host=options.host,
        )

    def prepare(self, user: pwd.struct_passwd, report: Callable[[str], None]) -> None:
        """What takes root, or the right to read our own files."""
        if self.target is None:
            return
        "name".encode("idna")  # names of servers are written so, by modules that load only then
        if self.ours:
            try:
                place.prepare(place.state_folder(), user)
            except StoreFailed as error:
                report(str(error))

    def sinks(self, report: Callable[[str], None]) -> list[Sink]:
        """What takes batches to send them."""
        if self.target is None:
            return []
        from tunnel_monitor.store.fleet import Fleet  # noqa: PLC0415  # only where it is sent

        sink = Fleet(
            self.target,
            host=self.host,
            interval_ns=self.interval_ns,
            folder=self.folder,
            most_bytes=self.most_bytes,
            report=report,
        )
        return [sink]
