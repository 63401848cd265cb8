"""All streams of a plan on their way at once."""

from __future__ import annotations

import asyncio
import shutil
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count
from random import Random

from tunnel_monitor.errors import LabFailed
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.lab.profiles import Kind, Plan
from tunnel_monitor.lab.streams import Sent, send

ANSWER_S = 0.1  # how long the answers of all pings may take
LAST_WORD_S = 1.5  # how long programs get to end by themselves

PACKAGES = {"ping": "iputils-ping", "iperf3": "iperf3"}


def require_programs(plan: Plan) -> None:
    """Refuse to begin what would lack a program.

    Raises:
        LabFailed: `ping` or `iperf3` is needed and not installed.
    """
    iperf = {Kind.TCP, Kind.UDP}
    for program in {"iperf3" if stream.kind in iperf else "ping" for stream in plan.sent}:
        if shutil.which(program) is None:
            raise LabFailed(
                f"cannot send {plan.profile}: no `{program}`",
                f"install the package {PACKAGES[program]}",
            )


@asynccontextmanager
async def sending(lab: Lab, plan: Plan, random: Random) -> AsyncIterator[tuple[Sent, ...]]:
    """Send all streams of a plan for as long as the `async with` lasts.

    At its end each program says its last word, so that the counts are final then.

    Args:
        lab: holds the namespaces of `plan.clients`.
        plan: what to send.
        random: the source of everything that is left to chance.
    Returns:
        What each stream has sent so far, in the order of `plan.sent`; `asked` brings pings
        up to date.
    Raises:
        LabFailed: a program is missing.
    """
    require_programs(plan)
    everything = tuple(map(Sent, plan.sent))
    # inherited by the programs, see streams
    before = signal.signal(signal.SIGQUIT, signal.SIG_IGN)
    tasks = [asyncio.create_task(send(lab, sent, random)) for sent in everything]
    try:
        yield everything
        await _finished(everything)
    finally:
        for task in tasks:
            task.cancel()
        # `send` tells its troubles itself; anything else it raises is a fault of ours
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome
        signal.signal(signal.SIGQUIT, before)


async def asked(everything: Sequence[Sent], period_s: float = 1.0) -> AsyncIterator[float]:
    """Bring all counts up to date once a period, for ever.

    Args:
        everything: as from `sending`.
        period_s: seconds from one time to the next.
    Returns:
        Seconds since the start, each time.
    """
    start = time.monotonic()
    for turn in count(1):
        await asyncio.sleep(max(0.0, start + turn * period_s - ANSWER_S - time.monotonic()))
        for sent in everything:
            sent.ask()
        await asyncio.sleep(ANSWER_S)
        yield time.monotonic() - start


async def over(everything: Sequence[Sent], seconds: float) -> None:
    """Wait until all streams have begun, and so many seconds more.

    Hundreds of programs take seconds to start, or more on a busy machine: the last would
    otherwise be ended as soon as it is there.
    """
    while not all(sent.begun for sent in everything):
        await asyncio.sleep(0.02)
    await asyncio.sleep(seconds)


async def _finished(everything: Sequence[Sent]) -> None:
    """Let every program end by itself, within bounds."""
    for sent in everything:
        sent.finish()
    deadline = time.monotonic() + LAST_WORD_S
    while any(sent.running for sent in everything) and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
