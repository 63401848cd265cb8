"""Work done inside another network namespace, without moving this process there."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from tunnel_monitor.errors import BadSetting, MissingPrivilege

CLONE_NEWNET = 0x40000000
NAMED = Path("/run/netns")

T = TypeVar("T")


def namespace_path(given: str) -> Path:
    """The file of a namespace: a path as it is, a name as `ip netns` keeps it."""
    return Path(given) if "/" in given else NAMED / given


def inside(namespace: Path | None, work: Callable[[], T]) -> T:
    """Do `work` in a thread of its own that entered the namespace; threads enter one each.

    Sockets, links and interface numbers made or looked up there belong to it for good.

    Args:
        namespace: its file; None is where the process is already.
        work: called once, in that thread.
    Raises:
        BadSetting: there is no such namespace.
        MissingPrivilege: not allowed to enter it.
    """
    if namespace is None:
        return work()

    def enter_and_work() -> T:
        enter(namespace)
        return work()

    with ThreadPoolExecutor(1, "namespace") as thread:
        return thread.submit(enter_and_work).result()


def enter(namespace: Path) -> None:
    """Move the calling thread into a network namespace (setns(2)); there is no way back.

    Raises:
        BadSetting: there is no such namespace, or it is of another kind.
        MissingPrivilege: not allowed to.
    """
    try:
        descriptor = os.open(namespace, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise BadSetting(
            f"cannot enter network namespace {namespace}: {error.strerror}",
            "`ip netns` lists the named ones",
        ) from error
    libc = ctypes.CDLL(None, use_errno=True)
    failed = libc.setns(descriptor, CLONE_NEWNET)
    number = ctypes.get_errno()
    os.close(descriptor)
    if failed and number == errno.EINVAL:
        raise BadSetting(
            f"cannot enter network namespace {namespace}: it is something else",
            "`ip netns` lists the named ones",
        )
    if failed:
        raise MissingPrivilege(
            f"cannot enter network namespace {namespace}: {os.strerror(number)}",
            "run as root or with sudo",
        )
