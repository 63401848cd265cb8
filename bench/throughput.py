"""What TCP gets through the lab's VXLAN while the monitor counts it, against what it gets alone.

By the clock, which needs a machine that does nothing else; and by the processor time of sender and
receiver, which others disturb less: where that is what limits TCP, both say the same.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.figures import Effort, Row, in_turn
from tests.lab import commands, watched
from tests.lab.watched import HERE, HOST, THERE

from tunnel_monitor.lab import launch
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.lab.ports import listens

TRANSFER_S = 3
ROUNDS = 2  # as many times as elsewhere: sender, receiver and all others share the machine
PORT = 5201


def measure(effort: Effort) -> list[Row]:
    """Both in turn, between two clients on different hosts."""
    with ExitStack() as closing_up:
        lab = closing_up.enter_context(watched.two_hosts())
        home = closing_up.enter_context(commands.home())
        folder = Path(closing_up.enter_context(tempfile.TemporaryDirectory()))
        seconds = effort.of(TRANSFER_S)

        efficient: dict[str, list[float]] = {"with": [], "without": []}

        def once(name: str) -> float:
            with ExitStack() as closing_up:
                if name == "with":
                    words = ("eth0", "--history", "off")
                    closing_up.enter_context(watched.watch(lab, home, folder, *words))
                transfer = transferred(lab, seconds)
            efficient[name].append(transfer.gigabits / transfer.processor_s)
            return transfer.gigabits / transfer.seconds

        steps: dict[str, Callable[[], float]] = {name: partial(once, name) for name in efficient}
        found = in_turn(steps, effort.rounds * ROUNDS)
    rows = [
        Row.of(f"throughput-{name}", f"TCP through VXLAN, {name} the monitor", "Gbit/s", rates)
        for name, rates in found.items()
    ]
    for name, how, values in (
        ("throughput", "by the clock", found),
        ("throughput-processor", "a second of processor time", efficient),
    ):
        pairs = zip(values["with"], values["without"], strict=True)
        what = f"TCP through VXLAN, with the monitor against without, {how}"
        ratios = [ours / alone for ours, alone in pairs]
        rows.append(Row.of(name, what, "x", ratios, at_least=0.98))
    return rows


@dataclass(frozen=True, slots=True)
class Transfer:
    """What arrived at the other client.

    Args:
        gigabits: of it.
        seconds: by the clock.
        processor_s: of sender and receiver.
    """

    gigabits: float
    seconds: float
    processor_s: float


def transferred(lab: Lab, seconds: int) -> Transfer:
    """One transfer of some seconds.

    Raises:
        RuntimeError: iperf3 failed.
    """
    server = launch.start(["iperf3", "-s", "-1", "-p", str(PORT)], lab.namespace(THERE))
    try:
        commands.wait_for(lambda: listens(server.pid, PORT), "iperf3 listens")
        words = ["iperf3", "-c", THERE, "-p", str(PORT), "-t", str(seconds), "--json"]
        client = launch.start(words, lab.namespace(HERE), stdout=subprocess.PIPE)
        try:
            told = json.loads(client.communicate(timeout=commands.DEADLINE_S)[0])
        finally:
            launch.stop(client)
    finally:
        launch.stop(server)
    if "error" in told:
        raise RuntimeError(f"iperf3 on {HOST}: {told['error']}")
    end = told["end"]
    received, used = end["sum_received"], end["cpu_utilization_percent"]
    share = (used["host_total"] + used["remote_total"]) / 100
    return Transfer(received["bytes"] * 8 / 1e9, received["seconds"], share * received["seconds"])
