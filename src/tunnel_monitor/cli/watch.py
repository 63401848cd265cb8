"""`tunnel-monitor watch`: the monitor and its page on real interfaces."""

from __future__ import annotations

import argparse
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from tunnel_monitor.cli.asked import Asked
from tunnel_monitor.cli.child import add_child_options, add_lab_options, tell
from tunnel_monitor.cli.entrance import Entrance
from tunnel_monitor.cli.filters import add_filter_option
from tunnel_monitor.cli.importing import without_collecting
from tunnel_monitor.cli.judging import add_judging_options
from tunnel_monitor.cli.keeping import add_history_options
from tunnel_monitor.cli.listening import add_serving_options
from tunnel_monitor.cli.naming import add_names_option, add_resolve_option
from tunnel_monitor.cli.storing import add_spool_options, add_store_option
from tunnel_monitor.cli.tunnels import add_tunnel_options
from tunnel_monitor.errors import TunnelMonitorError
from tunnel_monitor.kernel.privileges import require_root
from tunnel_monitor.monitor import Monitor
from tunnel_monitor.settings import MonitorSettings, Preallocate
from tunnel_monitor.store import opening

if TYPE_CHECKING:
    from tunnel_monitor.cli.watching import Watching

DEFAULTS = MonitorSettings()


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare options."""
    parser.description = (
        "Watches network interfaces of this host, both directions, and serves the page that\n"
        "shows who sends how much to whom, outside and inside the tunnels. It changes no packet,\n"
        "and gives up root as soon as its programs are attached."
    )
    parser.epilog = (
        "examples:\n"
        "  sudo tunnel-monitor watch eth0\n"
        "  sudo tunnel-monitor watch eth0 eth1 --listen 0.0.0.0:8080   prints a token\n"
        "  sudo tunnel-monitor watch eth0 --jsonl | jq 'select(.vni == 10001)'\n"
        "  sudo tunnel-monitor watch eth0 --netns blue --port vxlan=4789,8472,9999"
    )
    parser.add_argument("interfaces", metavar="IFACE", nargs="+", help="as `ip link` shows it")
    add_serving_options(parser)
    parser.add_argument(
        "--jsonl",
        action="store_true",
        help="print one line for each flow and drain instead of serving a page",
    )
    add_filter_option(parser)
    add_names_option(parser)
    add_resolve_option(parser)
    add_counting_options(parser)
    add_attaching_options(parser)
    add_history_options(parser)
    add_store_option(parser, "send what is counted to a database, too")
    add_spool_options(parser)
    parser.add_argument(
        "--host",
        default=socket.gethostname(),
        metavar="NAME",
        help="the name this host goes by; in a store each has its own",
    )
    parser.add_argument(
        "--no-serve", action="store_true", help="no page: only keep, or send to the store"
    )
    add_judging_options(parser)
    add_child_options(parser)
    add_lab_options(parser)


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


def run(options: argparse.Namespace) -> int:
    """Watch until told to end; tell `demo`, if it is our parent, how it begins."""
    try:
        return watch(options)
    except TunnelMonitorError as error:
        if options.ready is None:
            raise
        tell(options.ready, {"error": str(error)})
        return error.exit_code


def watch(options: argparse.Namespace) -> int:
    """Check what is asked for, and attach; then all the rest.

    The kernel verifies the programs for about as long as Python takes to import what follows.
    Both at once, on a processor each, save a quarter of the time until the first drain.
    """
    asked = Asked.of(options)
    require_root("watch interfaces")
    with ExitStack() as closing_up:
        # Whatever may fail comes before anything is attached, in the order of what it costs.
        entrance = None if options.jsonl or options.no_serve else Entrance.of(options)
        with ThreadPoolExecutor(1, "imports") as beside:
            imports = beside.submit(import_watching, asked)
            monitor = closing_up.enter_context(closing(attached(asked)))
        watching = imports.result()
        return watching(asked, monitor).run(entrance)


def import_watching(asked: Asked) -> type[Watching]:
    """What watches once the programs are attached, with all that it needs."""
    with without_collecting():
        from tunnel_monitor.cli.watching import Watching  # noqa: PLC0415

        if asked.keeping.path is not None:
            opening.warm_up()
    return Watching


def attached(asked: Asked) -> Monitor:
    """The monitor, its programs on their hooks."""
    options = asked.options
    return Monitor(
        options.interfaces,
        asked.settings,
        namespace=asked.namespace,
        label=options.netns_name or options.netns,
        lab=options.lab,
    )
