"""`tunnel-monitor lab`: look around in a running demo, break it, repair it."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from tunnel_monitor.errors import BadSetting, NoLabRunning
from tunnel_monitor.lab import demos, namespaces
from tunnel_monitor.lab.demos import Demo
from tunnel_monitor.lab.ending import first
from tunnel_monitor.lab.faults import FAULTS
from tunnel_monitor.lab.topology import Topology

SHELL: Final = "/bin/sh"
PATIENCE_S: Final = 1.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare options."""
    parser.description = (
        "Shows who is in the lab of a running demo, opens a shell in a host or client, makes a\n"
        "fault for the monitor to find, and repairs it. Needs root, as the demo does."
    )
    parser.epilog = (
        "examples:\n"
        "  sudo tunnel-monitor lab status\n"
        "  sudo tunnel-monitor lab shell host3\n"
        "  sudo tunnel-monitor lab fault one-way\n"
        "  sudo tunnel-monitor lab fault --random            an exercise: what is wrong?\n"
        "  sudo tunnel-monitor lab repair\n"
        "\n"
        "faults:\n"
    ) + "\n".join(f"  {name:<14} {fault.summary}" for name, fault in FAULTS.items())
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, summary, declare in ACTIONS:
        action = actions.add_parser(
            name, help=summary, description=summary, formatter_class=parser.formatter_class
        )
        declare(action)
        action.add_argument("--demo", type=int, metavar="PID", help="which demo, of several")


def _status_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a text")


def _shell_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("host", metavar="HOST", help="`host3`, the address of a client, or `br100`")
    parser.add_argument(
        "words", metavar="WORD", nargs="*", help="run this instead of a shell; behind `--`"
    )


def _fault_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="?", choices=FAULTS, help="which")
    parser.add_argument(
        "--random", action="store_true", help="any fault at any host, and do not tell which"
    )
    parser.add_argument("--reveal", action="store_true", help="tell which it was")
    parser.add_argument("--repair", action="store_true", help="repair the fault")
    parser.add_argument(
        "--seed", type=int, metavar="N", help="the same number chooses the same fault again"
    )


def _repair_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", metavar="NAME", nargs="?", choices=FAULTS, help="which; absent: all"
    )


ACTIONS: tuple[tuple[str, str, Callable[[argparse.ArgumentParser], None]], ...] = (
    ("status", "who is in the lab, and what is wrong there", _status_options),
    ("shell", "a shell, or one command, in a host or client", _shell_options),
    ("fault", "make a fault for the monitor to find", _fault_options),
    ("repair", "repair one fault, or all", _repair_options),
)


def run(options: argparse.Namespace) -> int:
    """Do one of the actions."""
    namespaces.require_root("look into the lab")
    with demos.found(options.demo) as demo:
        match options.action:
            case "status":
                show(demo, as_json=options.json)
            case "shell":
                return shell(demo, options.host, options.words)
            case "fault":
                fault(demo, options)
            case "repair":
                repair(demo, options.name)
    return 0


def fault(demo: Demo, options: argparse.Namespace) -> None:
    """Make one, repair it, or tell about it.

    Raises:
        BadSetting: not exactly one of these is asked for.
    """
    if [options.random, options.reveal, bool(options.name or options.repair)].count(True) != 1:
        raise BadSetting(
            "cannot tell what to do: give a fault's NAME, --random, --reveal or --repair",
            "see `tunnel-monitor lab --help`",
        )
    if options.reveal:
        told(demo.faults(reveal=True), "No fault.")
    elif options.repair:
        repair(demo, options.name)
    elif options.random:
        demo.make_any_fault(options.seed)
        print("Something is wrong now. `lab fault --reveal` tells what, `lab repair` ends it.")
    else:
        told([demo.make_fault(options.name)])


def repair(demo: Demo, name: str | None) -> None:
    """Repair one fault, or all, and say what they were."""
    told(demo.repair(name), "There was nothing to repair.", "Repaired")


def told(faults: Sequence[dict[str, Any]], nothing: str = "", verb: str = "Fault") -> None:
    """Say what some faults are."""
    if not faults and nothing:
        print(nothing)
    for one in faults:
        print(f"{verb} {one['name']}: {one['says']}" if "name" in one else f"{verb}: hidden")


def show(demo: Demo, *, as_json: bool) -> None:
    """Who is in the lab, and its faults."""
    faults = demo.faults()
    if as_json:
        print(json.dumps({"demo": demo.pid, "page": demo.page, **members(demo.topology, faults)}))
        return
    print(f"Demo {demo.pid}, {demo.page}")
    print(*drawing(demo.topology), sep="\n")
    told(faults, "No fault.")


def members(topology: Topology, faults: list[dict[str, Any]]) -> dict[str, Any]:
    """Hosts, segments, clients and faults, for `--json`."""
    return {
        "hosts": [{"name": host.name, "address": host.address} for host in topology.all_hosts],
        "segments": [
            {"vni": segment.vni, "group": segment.group, "device": segment.vxlan}
            for segment in topology.all_segments
        ],
        "clients": [
            {
                "address": client.address,
                "host": topology.all_hosts[client.host].name,
                "vni": topology.all_segments[client.segment].vni,
            }
            for client in topology.all_clients
        ],
        "faults": faults,
    }


def drawing(topology: Topology) -> Iterator[str]:
    """The topology as a table: a line for each host, a column for each segment."""
    vnis = "".join(f"{segment.vni:<16}" for segment in topology.all_segments)
    yield f"{'host':<8} {'outer address':<15}  VNI {vnis}".rstrip()
    for host in topology.all_hosts:
        mine = list(topology.clients_on(host.number))
        for place in range(1, topology.clients + 1):
            inner = "".join(f"{one.address:<16}" for one in mine if one.place == place)
            name, outer = (host.name, host.address) if place == 1 else ("", "")
            yield f"{name:<8} {outer:<15}      {inner}".rstrip()


def shell(demo: Demo, host: str, words: Sequence[str]) -> int:
    """Run a shell or a command in a namespace until it or the demo ends.

    Returns:
        Its exit code, as a shell would tell it.
    Raises:
        BadSetting: there is no such program.
        LabFailed: there is no such host.
        NoLabRunning: the demo ended first.
    """
    command = list(words) or [os.environ.get("SHELL", SHELL)]
    with demo.borrowed([host]) as lab, interrupts_left_to_the_child():
        if not words:
            print(f"In {host} of demo {demo.pid}; Ctrl-D leaves.", flush=True)
        try:
            with namespaces.entered(lab.namespace(host)):
                child = subprocess.Popen(command)
        except OSError as error:
            raise BadSetting(
                f"cannot run {command[0]}: {error.strerror}", "give a program that is installed"
            ) from error
        try:
            asyncio.run(first_end(child, demo))
        finally:
            code = hung_up(child)
    return 128 - code if code < 0 else code


@contextmanager
def interrupts_left_to_the_child() -> Iterator[None]:
    """Do nothing about Ctrl-C, from before the child can be told of it: the terminal tells both.

    It is caught, not ignored: the child would inherit that.
    """
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


async def first_end(child: subprocess.Popen[bytes], demo: Demo) -> None:
    """Wait until the child ends, or we are told to.

    Raises:
        NoLabRunning: the demo ended first.
    """
    loop = asyncio.get_running_loop()
    over, gone = asyncio.Event(), asyncio.Event()
    ending = os.pidfd_open(child.pid)
    loop.add_reader(ending, over.set)
    loop.add_reader(demo.connection, gone.set)
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, over.set)
    try:
        await first(over.wait(), gone.wait())
    finally:
        loop.remove_reader(ending)
        loop.remove_reader(demo.connection)
        os.close(ending)
    if gone.is_set() and child.poll() is None:
        raise NoLabRunning(f"the demo (process {demo.pid}) has ended, and this with it")


def hung_up(child: subprocess.Popen[bytes]) -> int:
    """End a child as a closed terminal does, in case it has not ended; its exit code."""
    if child.poll() is None:
        child.send_signal(signal.SIGHUP)
        try:
            return child.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            child.kill()
    return child.wait()
