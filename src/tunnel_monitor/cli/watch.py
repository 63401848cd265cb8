"""`tunnel-monitor watch`: the monitor and its page on real interfaces."""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing, suppress
from functools import partial
from pathlib import Path

from tunnel_monitor.cli.ending import Ending
from tunnel_monitor.cli.filters import add_filter_option, parse_filter
from tunnel_monitor.cli.judging import Judging, add_judging_options
from tunnel_monitor.cli.keeping import Keeping, add_history_options
from tunnel_monitor.cli.listening import add_serving_options
from tunnel_monitor.cli.memory import GivingBack
from tunnel_monitor.cli.naming import add_names_option, add_resolve_option, naming_of
from tunnel_monitor.cli.ports import given_ports, with_usual
from tunnel_monitor.cli.serving import Entrance, print_address, serve_until, tell
from tunnel_monitor.cli.storing import Storing, add_spool_options, add_store_option
from tunnel_monitor.cli.tunnels import add_tunnel_options, parse_encaps
from tunnel_monitor.diagnose.diagnosis import Diagnosis
from tunnel_monitor.diagnose.finding import Finding
from tunnel_monitor.errors import BadSetting, TunnelMonitorError
from tunnel_monitor.export.jsonl import JsonLines
from tunnel_monitor.flows.filter.tree import Node
from tunnel_monitor.flows.gathering import Gathering
from tunnel_monitor.flows.sinks import Sink
from tunnel_monitor.kernel.namespace import namespace_path
from tunnel_monitor.kernel.privileges import find_user, give_up_root, require_root
from tunnel_monitor.monitor import Monitor
from tunnel_monitor.serve.facts import LabFacts
from tunnel_monitor.serve.server import Server
from tunnel_monitor.serve.view import LiveView
from tunnel_monitor.settings import Boundary, MonitorSettings, TableSizes
from tunnel_monitor.store import place
from tunnel_monitor.store.duckdb_source import DuckSource
from tunnel_monitor.store.history import History

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
    for_demo(parser)


def add_counting_options(parser: argparse.ArgumentParser) -> None:
    """What is counted, how often, and how the programs get where they count."""
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


def for_demo(parser: argparse.ArgumentParser) -> None:
    """Options by which `demo` runs this command as its child; of no use to people."""
    parser.add_argument("--netns-name", help=argparse.SUPPRESS)
    parser.add_argument("--lab", type=lab_facts, help=argparse.SUPPRESS)
    parser.add_argument("--lifeline", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--ready", type=int, help=argparse.SUPPRESS)


def lab_facts(written: str) -> LabFacts:
    """`HOSTS,SEGMENTS,CLIENTS`."""
    hosts, segments, clients = map(int, written.split(","))
    return LabFacts(hosts, segments, clients)


def run(options: argparse.Namespace) -> int:
    """Watch until told to end; tell `demo`, if it is our parent, how it begins."""
    try:
        return watch(options)
    except TunnelMonitorError as error:
        if options.ready is None:
            raise
        tell(options.ready, {"error": str(error)})
        return error.exit_code


def settings_of(options: argparse.Namespace) -> MonitorSettings:
    """How to watch.

    Raises:
        BadSetting: an option means nothing.
    """
    encaps = parse_encaps(options.encaps)
    ports = given_ports(options.port, encaps)
    return MonitorSettings(
        interval_s=options.interval,
        tables=TableSizes.of_flows(options.flows),
        encaps=encaps,
        ports=with_usual(ports, encaps),
        given_ports=frozenset(ports),
        boundary=Boundary(options.boundary),
        notices=Judging.of(options).notices,
        discover=not options.no_discover,
        own_cost=options.own_cost,
        attach=options.attach,
        user=options.user,
    )


def refuse_nonsense(options: argparse.Namespace) -> None:
    """What means something only together, or only once.

    Raises:
        BadSetting: it is given otherwise.
    """
    if len(set(options.interfaces)) < len(options.interfaces):
        raise BadSetting(
            f"cannot watch {', '.join(options.interfaces)}: one is named twice",
            "name each interface once",
        )
    if options.filter and not options.jsonl:
        raise BadSetting(
            "--filter is of no use here: the page has its own", "give it together with --jsonl"
        )


def note(history: History, finding: Finding) -> None:
    """Keep a finding."""
    history.note(finding.line())


def watch(options: argparse.Namespace) -> int:
    """Everything that needs root, then without it all the rest."""
    refuse_nonsense(options)
    naming = naming_of(options)
    only = parse_filter(options.filter, naming.lookup)
    settings = settings_of(options)
    # Whoever reads the lines or fills a store keeps them; a file only when asked for.
    keeping = Keeping.of(options, default=place.OFF if options.jsonl or options.store else None)
    storing = Storing.of(options)
    judging = Judging.of(options)
    require_root("watch interfaces")
    user = find_user(options.user)
    with ExitStack() as closing_up:
        # Whatever may fail comes before anything is attached, in the order of what it costs.
        entrance = None if options.jsonl or options.no_serve else Entrance.of(options)
        monitor = closing_up.enter_context(closing(attached(options, settings)))
        for kept in (keeping, storing):
            kept.prepare(user, report)
        history = keeping.history(report)
        sinks = [*([history] if history else []), *storing.sinks(report)]
        names = [watched.name for watched in monitor.watched]
        findings = judging.begin(names, namespace_of(options), report)
        if history:
            findings.on_news(partial(note, history))
        if entrance is None:
            give_up_root(user)
            without = write_lines if options.jsonl else only_keep
            return asyncio.run(without(options, monitor, only, findings, sinks))
        past = DuckSource(history.store) if history else None
        view = LiveView(names, settings.interval_s, host=options.host, names=naming, history=past)
        server = entrance.serve(view, monitor.facts, lambda: findings.report)
        give_up_root(user)
        live: list[Sink] = [GivingBack(view), Gathering(findings)]
        return asyncio.run(serve(options, monitor, server, [*live, *sinks]))


def namespace_of(options: argparse.Namespace) -> Path | None:
    """The file of the network namespace that the interfaces are in; None is our own."""
    return namespace_path(options.netns) if options.netns else None


def attached(options: argparse.Namespace, settings: MonitorSettings) -> Monitor:
    """The monitor, its programs on their hooks."""
    return Monitor(
        options.interfaces,
        settings,
        namespace=namespace_of(options),
        label=options.netns_name or options.netns,
        lab=options.lab,
    )


async def write_lines(
    options: argparse.Namespace,
    monitor: Monitor,
    only: Node,
    findings: Diagnosis,
    sinks: Sequence[Sink],
) -> int:
    """Drain to standard output until a signal, or until nobody reads it or nothing is left.

    Returns:
        The exit code: 0 when told to end, 1 when draining ended by itself.
    """
    ending = Ending(options.lifeline)
    ending.with_reader(sys.stdout.fileno())
    lines = JsonLines(sys.stdout.buffer, partial(ending.soon, 0), only=only, host=options.host)
    findings.on_news(lambda finding: lines.add(finding.line()))
    every: list[Sink] = [lines, Gathering(findings), *sinks]
    monitor.start(every, report, partial(ending.soon, 1), end_when_gone=True)
    return await ending.wait()


async def only_keep(
    options: argparse.Namespace,
    monitor: Monitor,
    only: Node,
    findings: Diagnosis,
    sinks: Sequence[Sink],
) -> int:
    """Drain to the sinks until a signal, or until nothing is left; the exit code is as above."""
    del only
    ending = Ending(options.lifeline)
    monitor.start(
        [Gathering(findings), *sinks], report, partial(ending.soon, 1), end_when_gone=True
    )
    if options.ready is not None:
        tell(options.ready, {"url": "", "address": ""})
    else:
        print(f"Watching {', '.join(options.interfaces)}; Ctrl-C ends it.", flush=True)
    return await ending.wait()


async def serve(
    options: argparse.Namespace, monitor: Monitor, server: Server, sinks: Sequence[Sink]
) -> int:
    """Drain and serve the page until a signal; the exit code is as above."""
    ending = Ending(options.lifeline)
    monitor.start(sinks, report, partial(ending.soon, 1))
    return await serve_until(ending, server, partial(announce, options, server))


def report(sentence: str) -> None:
    """Tell the user, beside whatever is printed for programs, if there is anybody to tell."""
    with suppress(OSError, AttributeError):  # a terminal that has gone; no standard error at all
        # In one piece: `print` writes the end of the line apart, and a flow's could come between.
        sys.stderr.write(f"tunnel-monitor: {sentence}\n")


def announce(options: argparse.Namespace, server: Server) -> None:
    """Say where the page is: to people, or to `demo`."""
    if options.ready is not None:
        tell(options.ready, {"url": server.url, "address": server.address})
        return
    print(f"Watching {', '.join(options.interfaces)}.")
    print_address(server)
