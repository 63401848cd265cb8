"""`tunnel-monitor traffic`: send traffic inside a running demo."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from random import Random

from tunnel_monitor.errors import BadSetting, NoLabRunning
from tunnel_monitor.lab import demos, namespaces, profiles, telling
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.lab.demos import Demo
from tunnel_monitor.lab.ending import end_asked, first, until_terminal_closes
from tunnel_monitor.lab.profiles import Plan
from tunnel_monitor.lab.readings import Meter, conclusion
from tunnel_monitor.lab.sending import asked, over, sending
from tunnel_monitor.lab.streams import Sent
from tunnel_monitor.lab.telling import Tell


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare options."""
    parser.description = (
        "Sends real pings and iperf3 streams between the clients of a running demo and shows a\n"
        "line for each, until Ctrl-C. Needs root, as the demo does."
    )
    parser.epilog = (
        "examples:\n"
        "  sudo tunnel-monitor traffic\n"
        "  sudo tunnel-monitor traffic --profile tcp --rate 200 --seconds 30\n"
        "\n"
        "profiles, and what --rate means in them:\n"
    ) + "\n".join(
        f"  {name:<11} {profile.summary}\n"
        f"              {profile.unit} a second in each stream, {profile.rate:g} unless given"
        for name, profile in profiles.PROFILES.items()
    )
    parser.add_argument(
        "--profile", choices=profiles.PROFILES, default="classic", help="what to send, see below"
    )
    parser.add_argument(
        "--seconds",
        type=float,
        metavar="S",
        help="end so many seconds after all streams have begun",
    )
    parser.add_argument("--rate", type=float, metavar="R", help="how much to send, see below")
    parser.add_argument(
        "--seed", type=int, metavar="N", help="the same number chooses the same culprit again"
    )
    parser.add_argument("--demo", type=int, metavar="PID", help="which demo, where several run")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON line per stream and second"
    )


def run(options: argparse.Namespace) -> int:
    """Send until told otherwise."""
    if options.seconds is not None and not options.seconds > 0:
        raise BadSetting(f"cannot send for {options.seconds:g} seconds", "choose more than 0")
    namespaces.require_root("send traffic in the lab")
    chance = profiles.chance(options.seed)
    with until_terminal_closes(), demos.found(options.demo) as demo:
        plan = profiles.plan(options.profile, demo.topology, options.rate, chance)
        with demo.borrowed(plan.clients) as lab:
            if not options.json:
                announce(plan)
            with chosen_voice(as_json=options.json) as tell:
                sent, gone = asyncio.run(
                    deliver(lab, demo, plan, chance, tell=tell, seconds=options.seconds)
                )
        conclude(plan, demo, sent, as_json=options.json)
    if gone:
        raise NoLabRunning(f"the demo (process {demo.pid}) has ended, and the traffic with it")
    return 0


def announce(plan: Plan) -> None:
    """Say what is about to be sent."""
    count = len(plan.streams)
    print(f"Sending {plan.profile}: {count} stream{'s' if count != 1 else ''}; Ctrl-C ends it.")
    print(*plan.notes, sep="\n", end="\n" if plan.notes else "", flush=True)


def chosen_voice(*, as_json: bool) -> AbstractContextManager[Tell]:
    """How to tell what is sent."""
    if as_json:
        return telling.as_json()
    return telling.as_table() if sys.stdout.isatty() else telling.as_lines()


async def deliver(
    lab: Lab, demo: Demo, plan: Plan, chance: Random, *, tell: Tell, seconds: float | None
) -> tuple[Sequence[Sent], bool]:
    """Send and tell until asked to end, the time is over or the demo has ended.

    Returns:
        What was sent, and whether the demo has ended.
    """
    gone = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(demo.connection, gone.set)
    with end_asked() as end:
        async with sending(lab, plan, chance) as everything:
            telling_all = keep_telling(everything, len(plan.streams), tell)
            ends = [] if seconds is None else [over(everything, seconds)]
            await first(end.wait(), gone.wait(), telling_all, *ends)
    loop.remove_reader(demo.connection)
    return everything, gone.is_set()


async def keep_telling(everything: Sequence[Sent], shown: int, tell: Tell) -> None:
    """Tell once a second what the first `shown` streams send."""
    meter = Meter(everything)
    async for seconds in asked(everything):
        tell(seconds, meter.read()[:shown])


def conclude(plan: Plan, demo: Demo, everything: Sequence[Sent], *, as_json: bool) -> None:
    """Say what was sent, with final counts, and who the culprit was."""
    if not as_json:
        print(*conclusion(plan, demo.topology, everything), sep="\n", flush=True)
        return
    for place, sent in enumerate(everything):
        print(json.dumps({**telling.record(place, sent), "final": True}))
    if plan.hidden:
        print(json.dumps({"culprit": plan.hidden.src.address}))
    print(end="", flush=True)
