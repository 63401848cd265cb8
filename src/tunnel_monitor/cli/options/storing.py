"""The options that name a database for many hosts."""

from __future__ import annotations

import argparse
from typing import Final

from tunnel_monitor.store import place
from tunnel_monitor.store.environment import PASSWORD, USER

ADDRESS: Final = "clickhouse://HOST[:PORT][,HOST…]/DATABASE"


def add_secret_options(parser: argparse.ArgumentParser) -> None:
    """Declare what belongs to a database's address: secrets are never in it."""
    parser.add_argument(
        "--store-credentials",
        metavar="FILE",
        help="user on the first line, password on the second; "
        f"without it, {USER} and {PASSWORD} are taken from the environment",
    )
    parser.add_argument(
        "--store-ca",
        metavar="FILE",
        help="certificates to trust for clickhouses:// instead of this system's",
    )


def add_store_option(parser: argparse.ArgumentParser, what: str) -> None:
    """Declare `--store` and its secrets."""
    parser.add_argument("--store", metavar="URL", help=f"{what}: {ADDRESS}; clickhouses:// for TLS")
    add_secret_options(parser)


def add_spool_options(parser: argparse.ArgumentParser) -> None:
    """Declare what a monitor needs that sends to a database."""
    parser.add_argument(
        "--store-spool",
        metavar="FOLDER",
        help="for what waits while the database is away; "
        f"default: {place.state_folder() / place.SPOOL}",
    )
    parser.add_argument(
        "--store-spool-size",
        default="256M",
        metavar="SIZE",
        help="how much may wait; beyond that the oldest is dropped, and counted",
    )
