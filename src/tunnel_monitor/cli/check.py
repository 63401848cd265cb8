"""`tunnel-monitor check`: can this host run the monitor, and what to do if not."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.text import Text

from tunnel_monitor.kernel import probe
from tunnel_monitor.kernel.probe import Answer, Verdict
from tunnel_monitor.kernel.tunnels import TunnelDevice, tunnel_devices

STYLES = {Verdict.GOOD: "green", Verdict.NOTE: "yellow", Verdict.BAD: "bold red"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare options."""
    parser.description = (
        "Tells whether this host can run the monitor: privileges, libbpf, the programs through\n"
        "the kernel's verifier, tcx or clsact, JIT, BTF; then which tunnel devices it has, with\n"
        "their ports and VNIs. Changes nothing. Exit code 0 if it can, 1 if not."
    )
    parser.epilog = (
        "examples:\n"
        "  sudo tunnel-monitor check\n"
        "  sudo tunnel-monitor check eth0        can this interface be watched?\n"
        "  sudo tunnel-monitor check --json | jq '.answers[] | select(.verdict != \"ok\")'"
    )
    parser.add_argument("interfaces", metavar="IFACE", nargs="*", help="interfaces to look at, too")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")


def run(options: argparse.Namespace) -> int:
    """Ask everything, print it, and say whether all is well."""
    answers = probe.host()
    answers += [probe.interface(name) for name in options.interfaces]
    devices = tunnel_devices()
    if options.json:
        print_json(answers, devices)
    else:
        print_text(answers, devices)
    return int(any(answer.verdict is Verdict.BAD for answer in answers))


def print_json(answers: list[Answer], devices: Sequence[TunnelDevice]) -> None:
    """One object: `answers`, and `tunnel_devices`."""
    said = [{**asdict(answer), "verdict": answer.verdict.value} for answer in answers]
    print(json.dumps({"answers": said, "tunnel_devices": [members(device) for device in devices]}))


def members(device: TunnelDevice) -> dict[str, str | int | bool | None]:
    """One tunnel device as it is printed for programs."""
    return {
        "name": device.name,
        "kind": device.kind,
        "vni": device.vni,
        "port": device.port,
        "read": device.read,
    }


def print_text(answers: list[Answer], devices: Sequence[TunnelDevice]) -> None:
    """A line for each, and what to do below it."""
    console = Console(highlight=False, soft_wrap=True)
    for answer in answers:
        line = Text(f"{answer.verdict.value:>5}  ", STYLES[answer.verdict])
        console.print(line + Text(f"{answer.question:<16} {answer.found}", "default"))
        if answer.remedy:
            console.print(" " * 24 + f"-> {answer.remedy}")
    console.print()
    if not devices:
        console.print(
            "No tunnel devices in this network namespace. `tunnel-monitor demo` has some."
        )
    for device in devices:
        console.print(describe(device))


def describe(device: TunnelDevice) -> str:
    """One tunnel device as a line."""
    parts = [f"{device.name}: {device.kind}"]
    if device.vni is not None:
        parts.append(f"VNI {device.vni}")
    if device.port is not None:
        parts.append(f"UDP port {device.port}")
    if not device.read:
        parts.append("not read: the monitor does not know this encapsulation")
    return ", ".join(parts)
