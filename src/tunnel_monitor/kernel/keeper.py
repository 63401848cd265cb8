"""The keeper: the process that puts filters on a clsact qdisc and removes them (clsact.py).

It is started in the interface's network namespace with the programs' descriptors, keeps nothing
of root but CAP_NET_ADMIN, and ends when its standard input does. If it is killed, the next start
recognises what it left as stale: a filter's handle tells its keeper's process number.

The qdisc goes with the last keeper, if a keeper made it. Which one did cannot matter, since they
end in any order; so each filter's handle also tells whether the qdisc is ours, and a keeper that
finds a qdisc of ours takes that over.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import errno
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from pyroute2 import IPRoute  # type: ignore[import-untyped]

from tunnel_monitor.errors import TunnelMonitorError
from tunnel_monitor.kernel import libbpf
from tunnel_monitor.kernel.clsact import KEEPER
from tunnel_monitor.kernel.privileges import CAP_NET_ADMIN, find_user, give_up_root

PRIORITY = 1  # first in the chain
# Upper byte of our filters' handles, whether the qdisc is ours, and the keeper's process number,
# which Linux keeps below 2^22.
HANDLE = 0x7A << 24
HANDLE_MASK = 0xFF << 24
OUR_QDISC = 1 << 23
PROCESS_MASK = (1 << 22) - 1
# rtnetlink's numbers of the two hooks (linux/pkt_sched.h: TC_H_CLSACT and TC_H_MIN_...)
PARENTS = {libbpf.BPF_TC_INGRESS: 0xFFFFFFF2, libbpf.BPF_TC_EGRESS: 0xFFFFFFF3}


def hook_of(ifindex: int, point: int) -> libbpf.TcHook:
    """Name one hook of one interface for libbpf."""
    hook: libbpf.TcHook = libbpf.options(libbpf.TcHook, ifindex=ifindex, attach_point=point)
    return hook


def remove(ifindex: int, point: int, handle: int) -> None:
    """Take one filter away; it may be gone already, with its interface."""
    gone = libbpf.options(libbpf.TcOptions, handle=handle, priority=PRIORITY)
    hook = hook_of(ifindex, point)
    libbpf.library().bpf_tc_detach(ctypes.byref(hook), ctypes.byref(gone))


def handles(ifindex: int, point: int) -> Iterator[int | None]:
    """The handles of a hook's BPF filters that are ours, and None for each that is another's."""
    with IPRoute() as netlink:
        for found in netlink.get_filters(index=ifindex, parent=PARENTS[point]):
            options = dict(found["attrs"]).get("TCA_OPTIONS")
            attributes = dict(options["attrs"]) if options else {}
            if "TCA_BPF_NAME" not in attributes:
                if options:
                    yield None
                continue
            ours = found["handle"] & HANDLE_MASK == HANDLE
            yield found["handle"] if ours else None


def remove_stale(ifindex: int) -> None:
    """Take away what killed keepers left on this interface."""
    for point in PARENTS:
        for handle in list(handles(ifindex, point)):
            if handle is not None and not is_another_keeper(handle & PROCESS_MASK):
                remove(ifindex, point, handle)


def is_another_keeper(process: int) -> bool:
    """Whether a process is a living keeper.

    One that was killed may still wait to be collected, and the kernel gives numbers again.
    """
    try:
        words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return KEEPER.encode() in words and process != os.getpid()


def make_qdisc(ifindex: int) -> bool:
    """Make the clsact qdisc, if there is none.

    Returns:
        Whether it is ours to remove: False if it was there and no keeper made it.
    """
    both = hook_of(ifindex, libbpf.BPF_TC_INGRESS | libbpf.BPF_TC_EGRESS)
    with libbpf.said():
        result = libbpf.library().bpf_tc_hook_create(ctypes.byref(both))
    if result == -errno.EEXIST:
        return any(
            handle is not None and handle & OUR_QDISC
            for point in PARENTS
            for handle in handles(ifindex, point)
        )
    libbpf.checked(result)
    return True


def own_handle(*, our_qdisc: bool) -> int:
    """The handle of this keeper's filters."""
    return HANDLE | (OUR_QDISC if our_qdisc else 0) | os.getpid()


def attach(ifindex: int, programs: list[int], *, our_qdisc: bool) -> None:
    """Put both programs on their hooks, first in the chain.

    Raises:
        OSError: the kernel refused.
    """
    handle = own_handle(our_qdisc=our_qdisc)
    for point, program in zip(PARENTS, programs, strict=True):
        hook = hook_of(ifindex, point)
        wanted = libbpf.options(libbpf.TcOptions, prog_fd=program, handle=handle, priority=PRIORITY)
        with libbpf.said():
            libbpf.checked(libbpf.library().bpf_tc_attach(ctypes.byref(hook), ctypes.byref(wanted)))


def detach(ifindex: int, *, our_qdisc: bool) -> None:
    """Take our filters away, and the qdisc if it is ours and nobody uses it by now."""
    for point in PARENTS:
        remove(ifindex, point, own_handle(our_qdisc=our_qdisc))
    with contextlib.suppress(Exception):  # the interface may be gone, and all of this with it
        if our_qdisc and not any(list(handles(ifindex, point)) for point in PARENTS):
            both = hook_of(ifindex, libbpf.BPF_TC_INGRESS | libbpf.BPF_TC_EGRESS)
            libbpf.library().bpf_tc_hook_destroy(ctypes.byref(both))


def main() -> int:
    """The keeper's life: attach, report, wait for end of file, detach."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ifindex", type=int)
    parser.add_argument("programs", type=int, nargs=2)
    parser.add_argument("--user", default="nobody")
    given = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # it ends when the monitor has ended, not before
    our_qdisc = False
    try:
        user = find_user(given.user)
        our_qdisc = make_qdisc(given.ifindex)
        remove_stale(given.ifindex)
        attach(given.ifindex, given.programs, our_qdisc=our_qdisc)
        give_up_root(user, keep=(CAP_NET_ADMIN,))
    except (OSError, TunnelMonitorError) as error:
        detach(given.ifindex, our_qdisc=our_qdisc)
        why = error.strerror if isinstance(error, OSError) else str(error)
        print(json.dumps({"error": why}), flush=True)
        return 1
    for program in given.programs:
        os.close(program)
    print(json.dumps({"attached": True}), flush=True)
    sys.stdin.buffer.read()
    detach(given.ifindex, our_qdisc=our_qdisc)
    return 0


if __name__ == "__main__":
    sys.exit(main())
