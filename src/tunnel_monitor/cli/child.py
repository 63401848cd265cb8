"""How `demo` runs other commands as its children: what it says to them, and what it is told."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping

from tunnel_monitor.serve.facts import LabFacts


def add_child_options(parser: argparse.ArgumentParser) -> None:
    """Declare by what `demo` ends its child, and is told that it is ready; of no use to people."""
    parser.add_argument("--lifeline", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--ready", type=int, help=argparse.SUPPRESS)


def add_lab_options(parser: argparse.ArgumentParser) -> None:
    """Declare what `demo` says of its lab."""
    parser.add_argument("--netns-name", help=argparse.SUPPRESS)
    parser.add_argument("--lab", type=lab_facts, help=argparse.SUPPRESS)


def lab_facts(written: str) -> LabFacts:
    """`HOSTS,SEGMENTS,CLIENTS`."""
    hosts, segments, clients = map(int, written.split(","))
    return LabFacts(hosts, segments, clients)


def tell(descriptor: int, said: Mapping[str, str]) -> None:
    """One line of JSON, and no more."""
    with os.fdopen(descriptor, "w", encoding="utf-8") as ready:
        ready.write(json.dumps(said) + "\n")
