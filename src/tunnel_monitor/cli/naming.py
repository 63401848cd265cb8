"""What the options say of names beside addresses."""

from __future__ import annotations

import argparse
from pathlib import Path

from tunnel_monitor.flows import names
from tunnel_monitor.flows.names import Naming


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
