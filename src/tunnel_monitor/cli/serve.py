"""`tunnel-monitor serve`: the page and the API for all hosts of a store."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
import time
from contextlib import closing
from functools import partial

from tunnel_monitor import __version__
from tunnel_monitor.cli.child import tell
from tunnel_monitor.cli.ending import Ending
from tunnel_monitor.cli.entrance import Entrance
from tunnel_monitor.cli.judging import mutes_of
from tunnel_monitor.cli.naming import naming_of
from tunnel_monitor.cli.options.child import add_child_options
from tunnel_monitor.cli.options.judging import add_general_options
from tunnel_monitor.cli.options.naming import add_names_option, add_resolve_option
from tunnel_monitor.cli.options.serving import add_serving_options
from tunnel_monitor.cli.options.storing import ADDRESS, add_secret_options
from tunnel_monitor.cli.serving import make_server, print_address, serve_until
from tunnel_monitor.cli.storing import target_of
from tunnel_monitor.diagnose.thresholds import Thresholds
from tunnel_monitor.kernel.privileges import find_user, give_up_root
from tunnel_monitor.serve.fleet_findings import FleetFindings
from tunnel_monitor.serve.fleet_view import FleetView
from tunnel_monitor.serve.server import Server
from tunnel_monitor.store.clickhouse_source import ClickHouseSource
from tunnel_monitor.store.once import Once


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare options."""
    parser.description = (
        "Serves page and API for all hosts that send to a store: filter and group by host,\n"
        "look at any time that is kept, and see what one end sent beside what the other received.\n"
        "Needs no root, and runs wherever the store can be reached."
    )
    parser.epilog = (
        "examples:\n"
        "  tunnel-monitor serve --store clickhouses://db.example/tunnels\n"
        "  tunnel-monitor serve --store clickhouse://db1,db2/tunnels --listen 0.0.0.0:8080"
    )
    parser.add_argument("--store", metavar="URL", required=True, help=ADDRESS)
    add_secret_options(parser)
    add_serving_options(parser)
    add_names_option(parser)
    add_resolve_option(parser)
    add_general_options(parser, "judge nothing")
    parser.add_argument(
        "--user", default="nobody", metavar="NAME", help="whom to become, if started by root"
    )
    add_child_options(parser)


def run(options: argparse.Namespace) -> int:
    """Serve until told to end."""
    thresholds, mutes = Thresholds.of(options.threshold), mutes_of(options)
    source = Once(ClickHouseSource(target_of(options, options.store)))
    source.span()  # a store that cannot be asked at all is told before anything is served
    naming = naming_of(options)
    findings = FleetFindings(
        source,
        thresholds=thresholds,
        mutes=mutes,
        complain=report,
        off=options.no_findings,
    )
    with closing(FleetView(source, naming, report, beside=findings.look)) as view:
        entrance = Entrance.of(options)
        facts = partial(view.facts, __version__, socket.gethostname(), time.time_ns())
        server = make_server(entrance, view, facts, lambda: findings.report)
        if os.geteuid() == 0:
            give_up_root(find_user(options.user))
        return asyncio.run(attend(options, view, server))


async def attend(options: argparse.Namespace, view: FleetView, server: Server) -> int:
    """Follow the store and serve; the exit code."""
    ending = Ending(options.lifeline)
    view.begin()
    return await serve_until(ending, server, partial(announce, options, server))


def announce(options: argparse.Namespace, server: Server) -> None:
    """Say where the page is: to people, or to `demo`."""
    if options.ready is not None:
        tell(options.ready, {"url": server.url, "address": server.address})
    else:
        print_address(server)


def report(sentence: str) -> None:
    """Tell the user."""
    print(f"tunnel-monitor: {sentence}", file=sys.stderr, flush=True)
