"""The options that say what is judged."""

from __future__ import annotations

import argparse

from tunnel_monitor.contract import Notice

NOTHING = "none"


def add_judging_options(parser: argparse.ArgumentParser) -> None:
    """Declare what findings take on a host."""
    add_general_options(parser, "judge nothing, and look at nothing beside sizes")
    parser.add_argument(
        "--known-peers",
        action="append",
        default=[],
        metavar="NETWORK",
        help="whose tunnel packets are expected, as 172.16.0.0/16; all others are rogue; "
        "repeatable",
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="NAME",
        help="leave that check out, and look at nothing for it alone; repeatable",
    )
    parser.add_argument(
        "--notices",
        default=",".join(one.label for one in Notice),
        metavar="LIST",
        help=f"what is looked at beside sizes, by commas, or {NOTHING}",
    )


def add_general_options(parser: argparse.ArgumentParser, off: str) -> None:
    """Declare what findings take anywhere; `off` says what it means to have none."""
    parser.add_argument(
        "--threshold",
        action="append",
        default=[],
        metavar="NAME=NUMBER",
        help="from where on something is a finding, instead of the usual; repeatable",
    )
    parser.add_argument(
        "--mute",
        action="append",
        default=[],
        metavar="NAME[=WHAT]",
        help="do not announce findings of that name, or only those about one peer, endpoint or "
        "VNI; repeatable",
    )
    parser.add_argument("--no-findings", action="store_true", help=off)
