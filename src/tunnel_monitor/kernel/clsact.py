"""Filters on a clsact qdisc, for kernels without tcx: the monitor's end of them.

Unlike a tcx link a filter stays when its maker dies, and removing it takes CAP_NET_ADMIN, which
the monitor gives up. So a small process of its own, the keeper, attaches and waits for the
monitor to end, in whatever way (its standard input reports end of file), and takes away what it
made. What the keeper does is in keeper.py.
"""

from __future__ import annotations

import json
import subprocess
import sys

from tunnel_monitor.errors import AttachFailed

KEEPER = "tunnel_monitor.kernel.keeper"


class Keeper:
    """The monitor's end: filters stay while this object is open and the process lives.

    Args:
        ifindex: in the network namespace of the calling thread, which the keeper inherits.
        programs: descriptors for ingress and egress.
        user: whom it becomes, once it has attached.
    Raises:
        AttachFailed: the keeper could not attach.
    """

    kind = "clsact"

    def __init__(self, ifindex: int, programs: list[int], user: str) -> None:
        self._process = subprocess.Popen(
            # -P: root must not run whatever module lies in the folder it happens to be in
            [sys.executable, "-P", "-m", KEEPER, str(ifindex), *map(str, programs), "--user", user],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=programs,
            start_new_session=True,  # a Ctrl-C in the terminal is for the monitor
        )
        assert self._process.stdout is not None  # noqa: S101 - tells mypy what PIPE means
        answer = self._process.stdout.readline()
        said = json.loads(answer) if answer else {"error": "the keeper of the filters died"}
        if "error" in said:
            self.close()
            raise AttachFailed(f"cannot attach by clsact: {said['error']}", "see `tc qdisc show`")

    def close(self) -> None:
        """Let the keeper remove the filters, and wait until it has."""
        for end in (self._process.stdin, self._process.stdout):
            if end is not None:
                end.close()
        self._process.wait()
