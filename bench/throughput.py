"""What TCP gets through the lab's VXLAN while the monitor counts it, against what it gets alone."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
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

        def with_monitor() -> float:
            with watched.watch(lab, home, folder, "eth0", "--history", "off"):
                return transferred(lab, seconds)

        steps: dict[str, Callable[[], float]] = {
            "with": with_monitor,
            "without": partial(transferred, lab, seconds),
        }
        found = in_turn(steps, effort.rounds * ROUNDS)
    rows = [
        Row.of(f"throughput-{name}", f"TCP through VXLAN, {name} the monitor", "Gbit/s", rates)
        for name, rates in found.items()
    ]
    ratios = [ours / alone for ours, alone in zip(found["with"], found["without"], strict=True)]
    what = "TCP through VXLAN, with the monitor against without"
    return [*rows, Row.of("throughput", what, "x", ratios, at_least=0.98)]


def transferred(lab: Lab, seconds: int) -> float:
    """Gigabits a second that arrived at the other client.

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
    rate: float = told["end"]["sum_received"]["bits_per_second"]
    return rate / 1e9
