"""What is on an interface's hooks, as the kernel and `tc` tell."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.lab.counting import path_of, wait_for
from tests.lab.foreign import TCX
from tests.lab.underlay import HERE, told

from tunnel_monitor.contract import Direction
from tunnel_monitor.kernel import libbpf
from tunnel_monitor.kernel.namespace import inside
from tunnel_monitor.lab import launch
from tunnel_monitor.lab.build import Lab

MONITOR = """
import signal
import sys
from tunnel_monitor.kernel.drain import watch
from tunnel_monitor.settings import MonitorSettings

watched = watch("eth0", MonitorSettings(attach=sys.argv[1]))
print("attached", flush=True)
signal.pause()
"""


class QueryOptions(ctypes.Structure):
    """struct bpf_prog_query_opts of libbpf 1.1."""

    _fields_ = (
        ("sz", ctypes.c_size_t),
        ("query_flags", ctypes.c_uint32),
        ("attach_flags", ctypes.c_uint32),
        ("prog_ids", ctypes.c_void_p),
        ("prog_cnt", ctypes.c_uint32),
        ("prog_attach_flags", ctypes.c_void_p),
    )


def tcx_programs(lab: Lab, device: str = "eth0") -> list[int]:
    """How many tcx programs are on each hook, by direction."""

    def there(way: Direction) -> int:
        asked = libbpf.options(QueryOptions)
        query = libbpf.library().bpf_prog_query_opts
        libbpf.checked(query(socket.if_nametoindex(device), TCX[way], ctypes.byref(asked)))
        return int(asked.prog_cnt)

    return [inside(path_of(lab, HERE), partial(there, way)) for way in Direction]


def filters(lab: Lab, device: str = "eth0") -> list[str]:
    """By direction, what `tc` lists."""
    return [told(lab, HERE, "tc", "filter", "show", "dev", device, way.label) for way in Direction]


def qdiscs(lab: Lab, device: str = "eth0") -> str:
    """What `tc` lists."""
    return told(lab, HERE, "tc", "qdisc", "show", "dev", device)


def nothing_on(lab: Lab) -> bool:
    """Whether eth0 is as if nobody had ever watched it."""
    return tcx_programs(lab) == [0, 0] and filters(lab) == ["", ""] and "clsact" not in qdiscs(lab)


class Monitor:
    """A process that watches eth0 of `HERE`, and does nothing else."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        self.keepers = [int(child) for child in children]

    def kill(self, *, with_keeper: bool) -> None:
        """SIGKILL; the keeper first, or it would do what it is for."""
        for keeper in self.keepers if with_keeper else []:
            os.kill(keeper, signal.SIGKILL)
        os.kill(self.pid, signal.SIGKILL)

    def keeper_ended(self) -> bool:
        """Whether nobody is left who could still tidy up."""
        return not any(is_alive(keeper) for keeper in self.keepers)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


@contextmanager
def monitor(lab: Lab, attach: str) -> Iterator[Monitor]:
    """A monitor in a process of its own, attached; whatever becomes of it, it is collected."""
    words = [sys.executable, "-c", MONITOR, attach]
    process = launch.start(words, lab.namespace(HERE), stdout=-1)
    made: Monitor | None = None
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"attached\n"
        made = Monitor(process.pid)
        yield made
    finally:
        launch.stop(process)
        assert made is None or wait_for(made.keeper_ended)
