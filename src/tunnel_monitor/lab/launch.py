"""Processes that end with us.

Each is started through `setpriv --pdeathsig KILL`: the kernel kills it when the thread that
started it ends. That thread may have ended before the setting was made, so a shell then looks
whether its parent is still ours, and only then becomes the program. Both are in every Debian
(util-linux, dash) and cost 2 ms; the other way, a `preexec_fn`, runs Python between fork and
exec, which is unsafe as soon as there is a second thread.

The setting is per *thread*: start processes from one that lives as long as they shall. It is
lost when the program changes its user or gains capabilities (a monitor that gives up root
watches a lifeline instead, ADR 0005).
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from types import MappingProxyType
from typing import IO

from tunnel_monitor.errors import LabFailed
from tunnel_monitor.lab.namespaces import entered

_ONLY_WITH_PARENT = '[ "$PPID" = "$0" ] && exec "$@"'


def dying_with_us(words: Sequence[str]) -> list[str]:
    """A command line that runs `words` and is killed when its parent ends."""
    guard = ["sh", "-c", _ONLY_WITH_PARENT, str(os.getpid())]
    return ["setpriv", "--pdeathsig", "KILL", *guard, *words]


def start(
    words: Sequence[str],
    namespace: int | None = None,
    *,
    stdout: int | IO[bytes] = subprocess.DEVNULL,
    stderr: int | IO[bytes] = subprocess.DEVNULL,
    keep: Sequence[int] = (),
    variables: Mapping[str, str] = MappingProxyType({}),
) -> subprocess.Popen[bytes]:
    """Start a process that ends with us.

    Args:
        words: program and arguments.
        namespace: descriptor of the network namespace to start it in; absent: this thread's.
        stdout: as for `subprocess.Popen`; absent: nowhere.
        stderr: the same.
        keep: descriptors it inherits under the same numbers.
        variables: for its environment, which only we and root can read.
    Returns:
        The process. It is in a process group of its own, so that Ctrl-C reaches only us.
    Raises:
        LabFailed: `setpriv` is missing.
    """
    try:
        with nullcontext() if namespace is None else entered(namespace):
            return subprocess.Popen(
                dying_with_us(words),
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                pass_fds=keep,
                env={**os.environ, "LC_ALL": "C", **variables},  # what programs say is read by ours
                process_group=0,
            )
    except OSError as error:
        raise LabFailed(
            f"cannot start {words[0]}: {error}", "install the package util-linux"
        ) from error


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started here, and collect it."""
    process.kill()
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()
