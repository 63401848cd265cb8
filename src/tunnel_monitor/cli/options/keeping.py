"""The options that say what is kept of the past."""

from __future__ import annotations

import argparse
from typing import Final

from tunnel_monitor.store import place
from tunnel_monitor.store.levels import Keep

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
