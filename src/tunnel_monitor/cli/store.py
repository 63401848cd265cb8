"""`tunnel-monitor store`: set up a database for what many hosts count."""

from __future__ import annotations

import argparse
import re

from tunnel_monitor.cli.options.keeping import add_keep_option
from tunnel_monitor.cli.options.storing import ADDRESS, add_secret_options
from tunnel_monitor.cli.storing import target_of
from tunnel_monitor.errors import BadSetting
from tunnel_monitor.store import clickhouse_schema
from tunnel_monitor.store.levels import Keep

CLUSTER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare actions and options."""
    parser.description = (
        "Sets up the tables that `watch --store` fills and `serve --store` answers from, in a\n"
        "ClickHouse database. To be run again after an update, and to change how long is kept."
    )
    parser.epilog = (
        "examples:\n"
        "  tunnel-monitor store init clickhouses://db.example/tunnels\n"
        "  tunnel-monitor store init clickhouse://db1,db2/tunnels --cluster fleet --keep raw=6h"
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    init = actions.add_parser(
        "init",
        help="make or update the tables",
        formatter_class=parser.formatter_class,
        description="Makes the database and its tables on each server that is named, or brings\n"
        "them up to date. What is there stays.",
    )
    init.add_argument("url", metavar="URL", help=f"{ADDRESS}; every server of a cluster")
    init.add_argument(
        "--cluster",
        metavar="NAME",
        help="as <remote_servers> of the servers names it; where a shard has several servers, "
        "they replicate",
    )
    add_keep_option(init)
    add_secret_options(init)


def run(options: argparse.Namespace) -> int:
    """Set up."""
    cluster = options.cluster
    if cluster is not None and not CLUSTER.fullmatch(cluster):
        raise BadSetting(
            f"cannot set up cluster {cluster!r}: no name of one",
            "letters, digits, dashes and underscores",
        )
    target = target_of(options, options.url)
    clickhouse_schema.make(target, Keep.parse(options.keep), cluster, print)
    return 0
