"""What the options say of the past that is kept."""

from __future__ import annotations

import argparse
import os
import pwd
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tunnel_monitor.errors import BadSetting, StoreFailed
from tunnel_monitor.store import opening, place
from tunnel_monitor.store.levels import Keep

SIZE: Final = re.compile(r"([0-9]{1,6})([MG])")
UNITS: Final = {"M": 1 << 20, "G": 1 << 30}
IN_MEMORY: Final = "memory"


def parse_size(written: str) -> int:
    """Bytes of `200M` or `4G`.

    Raises:
        BadSetting: it is something else, or too small.
    """
    found = SIZE.fullmatch(written)
    size = int(found[1]) * UNITS[found[2]] if found else 0
    if size < place.SMALLEST_BYTES:
        raise BadSetting(
            f"cannot keep {written!r} on disk",
            f"give a size like 200M or 4G, {place.SMALLEST_BYTES >> 20}M at least",
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
        """What takes root.

        Args:
            user: whom the monitor becomes.
            report: gets a sentence where history will not be kept.
        """
        if self.path is None:
            return
        os.umask(place.UMASK)
        if self.ours:
            try:
                place.prepare(place.state_folder(), user)
            except StoreFailed as error:
                report(str(error))
