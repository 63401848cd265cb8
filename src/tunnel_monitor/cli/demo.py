"""`tunnel-monitor demo`: the nine-host overlay, watched live in the browser."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
from contextlib import AbstractContextManager, closing, suppress
from pathlib import Path
from random import Random
from typing import Final

from tunnel_monitor.cli.naming import names_of
from tunnel_monitor.cli.options.naming import add_names_option, add_resolve_option
from tunnel_monitor.lab import build, control, faults, fleet, monitor, namespaces, profiles
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.lab.ending import (
    end_asked,
    first,
    interrupted_by_signals,
    until_terminal_closes,
)
from tunnel_monitor.lab.faults import FAULTS, Faults
from tunnel_monitor.lab.monitor import Monitor, Page
from tunnel_monitor.lab.profiles import Plan
from tunnel_monitor.lab.readings import conclusion
from tunnel_monitor.lab.sending import require_programs, sending
from tunnel_monitor.lab.topology import Topology
from tunnel_monitor.serve.listen import listen
from tunnel_monitor.settings import MonitorSettings

NAME: Final = "tunnel-monitor"
NO_TRAFFIC: Final = Plan("none", ())


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare options."""
    parser.description = (
        "Builds hosts that are joined by VXLAN, all inside this machine, watches the first one's\n"
        "network card and shows in the browser who sends how much to whom. When it ends, in\n"
        "whatever way, nothing is left. Needs root."
    )
    parser.epilog = (
        "examples:\n"
        "  sudo tunnel-monitor demo                        then `traffic` in a second terminal\n"
        "  sudo tunnel-monitor demo --traffic culprit      one client sends far more: find it\n"
        "  sudo tunnel-monitor demo --fault one-way        something is wrong: see the findings\n"
        "  sudo tunnel-monitor demo --hosts 30 --segments 2 --listen 127.0.0.1:9090"
    )
    add_size_options(parser)
    parser.add_argument(
        "--listen", default="127.0.0.1:8080", metavar="HOST:PORT", help="where to serve the page"
    )
    parser.add_argument(
        "--interval", type=float, default=1.0, metavar="S", help="seconds between two drains"
    )
    parser.add_argument(
        "--history",
        default="memory",
        metavar="PATH|memory|off",
        help="where to keep history; memory: gone at the end",
    )
    parser.add_argument(
        "--fleet",
        action="store_true",
        help="a monitor on every host, and one page for all; needs the package clickhouse-server",
    )
    add_names_option(parser)
    add_resolve_option(parser)
    add_traffic_options(parser)


def add_size_options(parser: argparse.ArgumentParser) -> None:
    """How much of everything is built."""
    sizes = Topology()
    parser.add_argument("--hosts", type=int, default=sizes.hosts, metavar="N", help="2 to 254")
    parser.add_argument(
        "--segments", type=int, default=sizes.segments, metavar="N", help="virtual networks"
    )
    parser.add_argument(
        "--clients", type=int, default=sizes.clients, metavar="N", help="per segment and host"
    )


def add_traffic_options(parser: argparse.ArgumentParser) -> None:
    """What is sent, and what is broken."""
    parser.add_argument(
        "--traffic", choices=profiles.PROFILES, help="what to send from the start; see `traffic`"
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", help="the same number chooses the same culprit again"
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        choices=FAULTS,
        help="make this fault once all is running; repeatable; see `lab fault`",
    )


def run(options: argparse.Namespace) -> int:
    """Build, watch, and wait until told to end."""
    topology = Topology(options.hosts, options.segments, options.clients)
    settings = MonitorSettings(interval_s=options.interval)
    chance = profiles.chance(options.seed)
    plan = NO_TRAFFIC
    if options.traffic:
        plan = profiles.plan(options.traffic, topology, None, chance)
    for name in options.fault:
        faults.find(name, topology)
    names_of(options)  # a wrong line is told before anything is built
    namespaces.require_root("build the lab")
    listen(options.listen).socket.close()  # a taken port is known before anything is built
    require_programs(plan)
    if options.fleet:
        fleet.require_server()
    try:
        with until_terminal_closes(), interrupted_by_signals(), build.empty(topology) as lab:
            build.launch_hosts(lab, say)
            # its imports run while the tunnels are being started
            with watching(lab, options, f"{settings.interval_s:g}") as watch:
                build.start_tunnels(lab, say)
                page = watch.page()
                asyncio.run(attend(options, lab, watch, page=page, plan=plan, chance=chance))
    except KeyboardInterrupt:
        say("")  # the terminal's ^C ends its line here
    return 0


def watching(
    lab: Lab, options: argparse.Namespace, interval: str
) -> AbstractContextManager[Monitor]:
    """The monitor of the first host, or those of all and the page for them."""
    names = ["--names", str(Path(options.names).absolute())] if options.names else []
    names += ["--resolve"] if options.resolve else []
    if options.fleet:
        return fleet.running(lab, options.listen, ["--interval", interval], names, say)
    words = ["--listen", options.listen, "--interval", interval, "--history", options.history]
    return monitor.started(lab, [*words, *names])


async def attend(
    options: argparse.Namespace, lab: Lab, watch: Monitor, *, page: Page, plan: Plan, chance: Random
) -> None:
    """Send, and lend the lab to `traffic` and `lab`, until told to end or the monitor dies.

    Args:
        options: of the demo: what is broken from the start, for one.
        lab: built.
        watch: its monitor.
        page: of the monitor.
        plan: what to send.
        chance: the source of everything that is left to chance.
    Raises:
        LabFailed: the monitor ended by itself, or a fault could not be made.
    """
    with (
        closing(Faults(lab, fleet=options.fleet)) as made,
        control.offered(lab, page.url, made),
        end_asked() as end,
    ):
        async with sending(lab, plan, chance) as everything:
            for name in options.fault:
                say(f"Fault {name}: {made.make(name)['says']}")
            greet(page, plan)
            await first(end.wait(), enter_pressed(), death(watch))
    say("")
    for line in conclusion(plan, lab.topology, everything):
        say(line)


def greet(page: Page, plan: Plan) -> None:
    """Say where the page is, what is being sent, and how to end it."""
    say(f"HTTP server listening on {page.address}")
    say(f"Open {page.url} in a browser.")
    if plan.streams:
        say(f"Sending {plan.profile}: {len(plan.streams)} streams.")
        for note in plan.notes:
            say(note)
    else:
        say(f"Send some traffic from a second terminal: {our_name()} traffic")
    if at_terminal():
        print("Press enter to quit: ", end="", flush=True)
    else:
        say("Press enter to quit: no terminal to press it on, so SIGTERM or Ctrl-C ends it")


def our_name() -> str:
    """How a second terminal starts this command: with its path, where none finds it without."""
    called = Path(sys.argv[0])
    if called.name != NAME:
        return NAME
    found = shutil.which(NAME)
    name = NAME if found and Path(found).samefile(called) else str(called)
    return f"sudo {name}" if "SUDO_UID" in os.environ else name


def say(line: str) -> None:
    """Print at once, also into a pipe."""
    print(line, flush=True)


def at_terminal() -> bool:
    """Whether somebody can press enter: reading in the background would stop us."""
    try:
        return os.isatty(0) and os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False


async def enter_pressed() -> None:
    """Return when enter is pressed, or never without a terminal."""
    pressed = asyncio.Event()
    if at_terminal():
        asyncio.get_running_loop().add_reader(0, pressed.set)
    try:
        await pressed.wait()
        with suppress(OSError):  # of a closed terminal
            os.read(0, 4096)  # or the shell would get the line
    finally:
        asyncio.get_running_loop().remove_reader(0)


async def death(watch: Monitor) -> None:
    """Raise when the monitor ends by itself."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    process = os.pidfd_open(watch.process.pid)
    loop.add_reader(process, ended.set)
    try:
        await ended.wait()
        raise watch.ended()
    finally:
        loop.remove_reader(process)
        os.close(process)
