"""The options that say how packets are counted."""

from __future__ import annotations

import argparse

from tunnel_monitor.cli.options.tunnels import add_tunnel_options
from tunnel_monitor.settings import MonitorSettings, Preallocate

DEFAULTS = MonitorSettings()


def add_counting_options(parser: argparse.ArgumentParser) -> None:
    """What is counted, how often, and with how much memory."""
    parser.add_argument(
        "--interval",
        type=float,
        default=DEFAULTS.interval_s,
        metavar="SECONDS",
        help="from one drain to the next; fractions are allowed",
    )
    add_tunnel_options(parser)
    parser.add_argument(
        "--no-discover",
        action="store_true",
        help="do not read the ports of this host's tunnel devices as well",
    )
    parser.add_argument(
        "--flows",
        type=int,
        default=DEFAULTS.tables.narrow,
        metavar="N",
        help="IPv4 flows a CPU can count in one interval, and half as many others; what finds "
        "no room is counted by tunnel",
    )
    parser.add_argument(
        "--preallocate",
        choices=[one.value for one in Preallocate],
        default=DEFAULTS.preallocate.value,
        help="whether tables take memory for all these flows at once, which makes new flows and "
        "drains cheaper; auto does while that is at most 64 MB",
    )


def add_attaching_options(parser: argparse.ArgumentParser) -> None:
    """How the programs get where they count, and who stays with them."""
    parser.add_argument(
        "--attach",
        choices=("auto", "tcx", "clsact"),
        default=DEFAULTS.attach,
        help="how programs get on the interface; auto takes tcx where the kernel has it",
    )
    parser.add_argument(
        "--own-cost",
        action="store_true",
        help="let the kernel measure how long the programs run, and show it",
    )
    parser.add_argument(
        "--netns", metavar="NAME|PATH", help="the network namespace the interfaces are in"
    )
    parser.add_argument(
        "--user", default=DEFAULTS.user, metavar="NAME", help="whom to become once attached"
    )
