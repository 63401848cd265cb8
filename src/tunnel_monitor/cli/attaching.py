"""Attaching, once all is checked and the programs are loaded; the rest is imported meanwhile."""

from __future__ import annotations

import argparse
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from tunnel_monitor.cli.asked import Asked
from tunnel_monitor.cli.entrance import Entrance
from tunnel_monitor.cli.importing import sharing_often, without_collecting
from tunnel_monitor.kernel.prepare import Preparing
from tunnel_monitor.kernel.privileges import require_root
from tunnel_monitor.monitor import Monitor
from tunnel_monitor.settings import MonitorSettings
from tunnel_monitor.store import opening

if TYPE_CHECKING:
    from tunnel_monitor.cli.watching import Watching


def watch(options: argparse.Namespace, settings: MonitorSettings, preparing: Preparing) -> int:
    """Check what is asked for, then attach, and go on until told to end; the exit code.

    Whatever may fail comes before anything is attached, in the order of what it costs. Meanwhile,
    and while the kernel waits for grace periods, the rest is imported by a thread: an interrupt
    surfaces in the main one, and what is attached is taken off again.

    Args:
        options: as given.
        settings: what they say of counting.
        preparing: the interfaces, for which the programs are being loaded.
    """
    asked = Asked.of(options, settings)
    require_root("watch interfaces")
    with ExitStack() as closing_up:
        with without_collecting(), sharing_often(), ThreadPoolExecutor(1, "import") as beside:
            rest = beside.submit(import_rest, asked)
            entrance = None if options.jsonl or options.no_serve else Entrance.of(options)
            monitor = closing_up.enter_context(closing(attached(asked, preparing)))
        watching = rest.result()
        return watching(asked, monitor).run(entrance)


def import_rest(asked: Asked) -> type[Watching]:
    """What is needed once programs are attached; DuckDB, if it will be."""
    from tunnel_monitor.cli.watching import Watching  # noqa: PLC0415

    if asked.keeping.path is not None:
        opening.warm_up()
    return Watching


def attached(asked: Asked, preparing: Preparing) -> Monitor:
    """The monitor, its programs on their hooks."""
    return Monitor(
        preparing.take(),
        asked.settings,
        namespace=preparing.namespace,
        label=asked.options.netns_name or asked.options.netns,
        lab=asked.lab,
    )
