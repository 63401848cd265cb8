"""The options that say what is a tunnel, alike for every command that has them."""

from __future__ import annotations

import argparse

from tunnel_monitor.cli.ports import add_port_option
from tunnel_monitor.contract import Encap
from tunnel_monitor.errors import BadSetting
from tunnel_monitor.settings import ALL_ENCAPS, DEFAULT_ENCAPS, RARE_ENCAPS, Boundary

ALL = "all"


def add_tunnel_options(parser: argparse.ArgumentParser) -> None:
    """Declare `--encaps`, `--port` and `--boundary`."""
    parser.add_argument(
        "--encaps",
        metavar=f"LIST|{ALL}",
        help="which encapsulations are read, by commas; of others nothing is. Without it the "
        f"{len(DEFAULT_ENCAPS)} common ones; {ALL} reads also {', '.join(spell(RARE_ENCAPS))}",
    )
    add_port_option(parser)
    parser.add_argument(
        "--boundary",
        choices=[one.value for one in Boundary],
        default=Boundary.INNERMOST.value,
        help="whose addresses and VNI a tunnel in a tunnel is counted by; the path has all of them",
    )


def spell(encaps: frozenset[Encap]) -> list[str]:
    """Encapsulations as the option takes them, in the order of the contract."""
    return [encap.label for encap in sorted(encaps)]


def parse_encaps(written: str | None) -> frozenset[Encap]:
    """The encapsulations that are read.

    Args:
        written: as on the command line; None if nothing was.
    Raises:
        BadSetting: one of them does not exist.
    """
    if written is None:
        return DEFAULT_ENCAPS
    if written == ALL:
        return ALL_ENCAPS
    by_label = {encap.label: encap for encap in ALL_ENCAPS}
    try:
        return frozenset(by_label[label] for label in written.split(","))
    except KeyError as error:
        raise BadSetting(
            f"cannot read encapsulation {error}",
            f"--encaps takes {ALL}, or some of {', '.join(spell(ALL_ENCAPS))}",
        ) from None
