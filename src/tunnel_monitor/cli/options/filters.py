"""The `--filter` option."""

from __future__ import annotations

import argparse


def add_filter_option(parser: argparse.ArgumentParser) -> None:
    """Declare the option."""
    parser.add_argument(
        "--filter",
        default="",
        metavar="TEXT",
        help="only flows that it means, like 'vni:10001 !peer:172.16.1.108'",
    )
