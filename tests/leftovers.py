"""What the tests of this run own on the machine, so that a test can show that it left nothing.

Other programs, other test runs among them, may work on the same machine: what they come and go
with must not be mistaken for ours. Processes are known by a variable that all children inherit,
even those that outlive their parents; namespaces without a name exist as long as a process or a
descriptor holds them, so looking at both is enough.
"""

from __future__ import annotations

import gc
import os
import socket
import time
from collections import Counter
from pathlib import Path

MARK = "TUNNEL_MONITOR_TESTS"
PROC = Path("/proc")
NAMED_NAMESPACES = Path("/run/netns")
# Descriptors that keep something in the kernel alive.
HOLDING = ("net:[", "anon_inode:bpf", "anon_inode:[perf_event]", "/dev/net/tun")
# The kernel frees what a namespace held some seconds after the namespace itself.
PATIENCE_S = 15.0


def mark_children() -> None:
    """Let every process that is started from now on be known as ours."""
    os.environ[MARK] = str(os.getpid())


def belongings() -> Counter[str]:
    """What is ours now: name of the thing -> how many of it."""
    return processes() + links() + named_namespaces() + descriptors()


def left_since(before: Counter[str], patience_s: float = PATIENCE_S) -> Counter[str]:
    """What is ours now and was not before, once it had time to go away."""
    deadline = time.monotonic() + patience_s
    while True:
        gc.collect()  # what nobody refers to any more is closed, and complained of, here
        left = belongings() - before
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.05)


def processes() -> Counter[str]:
    """Living processes that this run started, at whatever distance."""
    mark = f"{MARK}={os.getpid()}".encode()
    return Counter(
        f"process {folder.name}: {command_of(folder)}"
        for folder in PROC.glob("[0-9]*")
        if folder.name != str(os.getpid()) and mark in bytes_of(folder / "environ").split(b"\0")
    )


def command_of(folder: Path) -> str:
    """The words a process was started with."""
    return bytes_of(folder / "cmdline").replace(b"\0", b" ").decode(errors="replace").strip()


def bytes_of(file: Path) -> bytes:
    """A file of /proc; empty if its process has gone or is somebody else's."""
    try:
        return file.read_bytes()
    except OSError:
        return b""


def links() -> Counter[str]:
    """Network devices in the namespace the tests started in."""
    return Counter(f"link {name}" for _, name in socket.if_nameindex())


def named_namespaces() -> Counter[str]:
    """Namespaces that `ip netns` would list."""
    if not NAMED_NAMESPACES.is_dir():
        return Counter()
    return Counter(f"named namespace {file.name}" for file in NAMED_NAMESPACES.iterdir())


def descriptors() -> Counter[str]:
    """Descriptors of this process that keep a namespace, a device or a program alive."""
    targets = []
    for file in (PROC / "self" / "fd").iterdir():
        try:
            targets.append(str(file.readlink()))
        except OSError:  # the descriptor of this very listing
            continue
    kinds = (kind for target in targets for kind in HOLDING if target.startswith(kind))
    return Counter(f"descriptor of {kind.strip('[:')}" for kind in kinds)
