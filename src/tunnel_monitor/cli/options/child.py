"""By what `demo` runs other commands as its children; of no use to people."""

from __future__ import annotations

import argparse


def add_child_options(parser: argparse.ArgumentParser) -> None:
    """Declare by what `demo` ends its child, and is told that it is ready."""
    parser.add_argument("--lifeline", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--ready", type=int, help=argparse.SUPPRESS)


def add_lab_options(parser: argparse.ArgumentParser) -> None:
    """Declare what `demo` says of its lab."""
    parser.add_argument("--netns-name", help=argparse.SUPPRESS)
    parser.add_argument("--lab", type=int, nargs=3, help=argparse.SUPPRESS)
