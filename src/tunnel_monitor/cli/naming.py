"""The options that put names beside addresses."""

from __future__ import annotations

import argparse
from pathlib import Path

from tunnel_monitor.flows import names
from tunnel_monitor.flows.names import Naming


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


def names_of(options: argparse.Namespace) -> Naming:
    """What the file says.

    Raises:
        BadSetting: it cannot be read, or a line of it means nothing.
    """
    return names.read(Path(options.names)) if options.names else names.NO_NAMES


def naming_of(options: argparse.Namespace) -> Naming:
    """What the file says and, if asked for, the resolver; raises what `names_of` does."""
    known = names_of(options)
    if not options.resolve:
        return known
    # With a server it is imported anyway, and without one never.
    from tunnel_monitor.serve.reverse import Resolver  # noqa: PLC0415

    return Resolver(known)
