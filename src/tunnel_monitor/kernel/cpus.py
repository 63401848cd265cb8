"""How many CPUs this machine may ever have: tables are made for each."""

from __future__ import annotations

from pathlib import Path

POSSIBLE = Path("/sys/devices/system/cpu/possible")


def possible_cpus() -> int:
    """The number of possible CPUs, also those that are off.

    Per-CPU maps have a value for each of them (kernel/bpf/arraymap.c).
    """
    last = POSSIBLE.read_text(encoding="ascii").strip().split(",")[-1].split("-")[-1]
    return int(last) + 1
