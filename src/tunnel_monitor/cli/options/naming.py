"""The options that put names beside addresses."""

from __future__ import annotations

import argparse


def add_names_option(parser: argparse.ArgumentParser) -> None:
    """Declare `--names`."""
    parser.add_argument(
        "--names",
        metavar="FILE",
        help="names of addresses, a line for each as in /etc/hosts; prefixes can have one, too",
    )


def add_resolve_option(parser: argparse.ArgumentParser) -> None:
    """Declare `--resolve`, of commands that serve."""
    parser.add_argument(
        "--resolve",
        action="store_true",
        help="ask this host's resolver for names of addresses that the file has not",
    )
