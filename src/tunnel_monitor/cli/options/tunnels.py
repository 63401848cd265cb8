"""The options that say what is a tunnel."""

from __future__ import annotations

import argparse

from tunnel_monitor.cli.ports import spell_ports
from tunnel_monitor.cli.tunnels import ALL, spell
from tunnel_monitor.settings import DEFAULT_ENCAPS, RARE_ENCAPS, USUAL_PORTS, Boundary


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


def add_port_option(parser: argparse.ArgumentParser) -> None:
    """Declare `--port`."""
    parser.add_argument(
        "--port",
        action="append",
        default=[],
        metavar="ENCAP=PORTS",
        help="UDP destination ports of an encapsulation, instead of its usual ones: "
        f"{', '.join(spell_ports(USUAL_PORTS))}; repeatable",
    )
