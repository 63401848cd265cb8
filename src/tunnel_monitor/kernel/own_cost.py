"""What the programs themselves cost, by the kernel's run-time statistics."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from tunnel_monitor.errors import UnsupportedHost
from tunnel_monitor.kernel import libbpf
from tunnel_monitor.kernel.testrun import TestRunner

CALIBRATING_RUNS = 10_000
FRAME = bytes(64)


@dataclass(frozen=True, slots=True)
class ProgramTime:
    """How long programs ran.

    Args:
        runs: how often they were called, once for each buffer.
        ns: all runs together, what their tail calls lead to included, and the measuring.
        measuring_ns: the part of it that is reading the clock.
    """

    runs: int = 0
    ns: int = 0
    measuring_ns: int = 0

    def and_then(self, more: ProgramTime) -> ProgramTime:
        """Both together."""
        return ProgramTime(
            self.runs + more.runs, self.ns + more.ns, self.measuring_ns + more.measuring_ns
        )

    def since(self, before: ProgramTime) -> ProgramTime:
        """What has been added."""
        return ProgramTime(
            self.runs - before.runs, self.ns - before.ns, self.measuring_ns - before.measuring_ns
        )


class RunTimeStatistics:
    """Lets the kernel measure every run of every BPF program of this host, while it is open.

    It reads a clock before and after each run: 70 ns on a virtual machine, 46 of which are in
    what it measures. Takes CAP_SYS_ADMIN to begin, but no right to go on or to be read.

    Raises:
        UnsupportedHost: the kernel cannot (it came with Linux 5.8), or will not.
    """

    def __init__(self) -> None:
        descriptor = libbpf.library().bpf_enable_stats(libbpf.BPF_STATS_RUN_TIME)
        if descriptor < 0:
            raise UnsupportedHost(
                f"cannot measure what the programs cost: {os.strerror(-descriptor)}",
                "leave --own-cost out",
            )
        self._descriptor = descriptor

    def close(self) -> None:
        """Measure no more, unless somebody else wants it."""
        os.close(self._descriptor)


def clock_ns(nothing: int) -> float:
    """What a run of a program that does nothing is said to take: what measuring costs.

    Args:
        nothing: the descriptor of such a program, run here for a millisecond.
    Raises:
        OSError: the kernel refused.
    """
    before = libbpf.program_info(nothing)
    TestRunner(nothing).run(FRAME, CALIBRATING_RUNS)
    after = libbpf.program_info(nothing)
    runs = after.run_cnt - before.run_cnt
    return float((after.run_time_ns - before.run_time_ns) / max(runs, 1))


def program_time(programs: Sequence[int], clock_ns: float) -> ProgramTime:
    """How long some programs have run since they were loaded, as far as that was measured.

    Args:
        programs: their descriptors.
        clock_ns: what measuring costs, each run.
    Raises:
        OSError: the kernel refused.
    """
    found = [libbpf.program_info(program) for program in programs]
    runs = sum(one.run_cnt for one in found)
    return ProgramTime(runs, sum(one.run_time_ns for one in found), round(runs * clock_ns))
