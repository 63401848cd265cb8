"""`tunnel-monitor watch`: the monitor and its page on real interfaces."""

from __future__ import annotations

import argparse
import socket
from contextlib import closing

from tunnel_monitor.cli import memory
from tunnel_monitor.cli.child import tell
from tunnel_monitor.cli.counting import settings_of
from tunnel_monitor.cli.importing import dying_of_interrupts, sharing_often, without_collecting
from tunnel_monitor.cli.options.child import add_child_options, add_lab_options
from tunnel_monitor.cli.options.counting import add_attaching_options, add_counting_options
from tunnel_monitor.cli.options.filters import add_filter_option
from tunnel_monitor.cli.options.judging import add_judging_options
from tunnel_monitor.cli.options.keeping import add_history_options
from tunnel_monitor.cli.options.naming import add_names_option, add_resolve_option
from tunnel_monitor.cli.options.serving import add_serving_options
from tunnel_monitor.cli.options.storing import add_spool_options, add_store_option
from tunnel_monitor.errors import TunnelMonitorError
from tunnel_monitor.kernel.namespace import namespace_path
from tunnel_monitor.kernel.prepare import Preparing


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
    """Load the programs, and meanwhile import what attaches them, and the rest while it does.

    The kernel verifies for about as long as Python imports. Both at once, on a processor each,
    take a quarter off the time until the first drain (ADR 0029).
    """
    memory.use_one_heap()
    settings = settings_of(options)
    namespace = namespace_path(options.netns) if options.netns else None
    with closing(Preparing(options.interfaces, settings, namespace)) as preparing:
        with dying_of_interrupts(), without_collecting(), sharing_often():
            from tunnel_monitor.cli import attaching  # noqa: PLC0415
        return attaching.watch(options, settings, preparing)
