"""Network namespaces without names.

Each is held by one descriptor. When the last process that holds it ends, in whatever way, the
kernel frees the namespace with every device in it (up to some ten seconds later), so there is
nothing that could be left behind. A name in /run/netns would be (ADR 0005).
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tunnel_monitor.errors import LabFailed, MissingPrivilege

CLONE_NEWNET = 0x40000000
SPARE_DESCRIPTORS = 1000  # what else a process opens: pipes of programs, sockets
_libc = ctypes.CDLL(None, use_errno=True)


def require_root(attempt: str) -> None:
    """Refuse to begin what only root can finish.

    Args:
        attempt: what is about to be done, for the message ("build the lab").
    Raises:
        MissingPrivilege: this process is not root.
    """
    if os.geteuid() != 0:
        raise MissingPrivilege(f"cannot {attempt}: not root", "run it as root or with sudo")


def allow_descriptors(namespaces: int) -> None:
    """Raise this process's soft limit on open descriptors, if that many namespaces need it.

    Raises:
        LabFailed: the hard limit is too low.
    """
    needed = namespaces + SPARE_DESCRIPTORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise LabFailed(
            f"cannot hold {namespaces} namespaces: only {hard} open descriptors are allowed here",
            f"choose a smaller lab, or `ulimit -Hn {needed}`",
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def create() -> int:
    """Make a network namespace.

    Returns:
        The descriptor that holds it; the caller closes it.
    Raises:
        MissingPrivilege, LabFailed: the kernel refused.
    """
    with _returning():
        _try(_libc.unshare(CLONE_NEWNET), "make a network namespace")
        return _current()


@contextmanager
def entered(namespace: int) -> Iterator[None]:
    """Run the body of the `with` inside a namespace: this thread only, and what it starts.

    Args:
        namespace: a descriptor, as from `create`.
    Raises:
        MissingPrivilege, LabFailed: the kernel refused.
    """
    with _returning():
        _enter(namespace)
        yield


def set_inside(namespace: int, settings: Mapping[str, int]) -> None:
    """Write sysctls of a namespace; those this kernel does not have are left out.

    Args:
        namespace: a descriptor, as from `create`.
        settings: path below /proc/sys/net -> value.
    Raises:
        LabFailed: /proc/sys cannot be written, as in many containers.
    """
    with entered(namespace):
        for path, value in settings.items():
            try:
                # /proc/sys/net shows the namespace of whoever opens it, not of the mount
                Path("/proc/sys/net", path).write_text(str(value), encoding="ascii")
            except FileNotFoundError:
                continue
            except OSError as error:
                raise LabFailed(
                    f"cannot write /proc/sys/net/{path}: {error.strerror}",
                    "run it where /proc/sys is writable (a container needs --privileged)",
                ) from error


@contextmanager
def _returning() -> Iterator[None]:
    """Take this thread back to where it was."""
    home = _current()
    try:
        yield
    finally:
        try:
            _enter(home)
        finally:
            os.close(home)


def _current() -> int:
    # not /proc/self: that is the main thread, whichever thread asks
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def _enter(namespace: int) -> None:
    _try(_libc.setns(namespace, CLONE_NEWNET), "enter a network namespace")


def _try(result: int, attempt: str) -> None:
    if result == 0:
        return
    code = ctypes.get_errno()
    if code == errno.EPERM:
        raise MissingPrivilege(f"cannot {attempt}: no CAP_SYS_ADMIN", "run it as root or with sudo")
    raise LabFailed(f"cannot {attempt}: {os.strerror(code)}")
