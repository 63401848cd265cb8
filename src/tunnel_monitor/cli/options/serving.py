"""The options of commands that serve the page, without what serving itself needs to import."""

from __future__ import annotations

import argparse


def add_serving_options(parser: argparse.ArgumentParser) -> None:
    """Declare where, by which names and how the page is served."""
    parser.add_argument(
        "--listen", default="127.0.0.1:8080", metavar="HOST:PORT", help="where to serve the page"
    )
    parser.add_argument(
        "--allowed-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name, beside its address, by which browsers may reach the page; repeatable",
    )
    parser.add_argument(
        "--certificate",
        metavar="FILE",
        help="serve by https, with this certificate (PEM; the chain behind it)",
    )
    parser.add_argument(
        "--key", metavar="FILE", help="its private key, if that is not in the same file"
    )
