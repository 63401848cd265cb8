"""The keeper: the process that puts filters on a clsact qdisc and removes them (clsact.py).

It is started in the interface's network namespace with the programs' descriptors, keeps nothing
of root but CAP_NET_ADMIN, and ends when its standard input does. If it is killed, the next start
recognises what it left as stale: a filter's handle tells its keeper's number, and a keeper holds
the socket of that number as long as it lives (Number). Not its process number, which means
nothing to a keeper in another container on the same interface.

The qdisc goes with the last keeper, if a keeper made it. Which one did cannot matter, since they
end in any order; so each filter's handle also tells whether the qdisc is ours, and a keeper that
finds a qdisc of ours takes that over. Keepers look and change in turn: one that ends, and finds
nobody else, would otherwise take the qdisc away from one that begins, or its filters with it.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import errno
import json
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Iterator

from pyroute2 import IPRoute  # type: ignore[import-untyped]

from tunnel_monitor.errors import TunnelMonitorError
from tunnel_monitor.kernel import libbpf
from tunnel_monitor.kernel.privileges import CAP_NET_ADMIN, find_user, give_up_root

PRIORITY = 1  # first in the chain
# Upper byte of our filters' handles, whether the qdisc is ours, and the keeper's number.
HANDLE = 0x7A << 24
HANDLE_MASK = 0xFF << 24
OUR_QDISC = 1 << 23
NUMBER_MASK = OUR_QDISC - 1
TURN = NUMBER_MASK + 1  # no keeper's number: who holds that one may change the interface
# Then it is somebody who only calls himself so: any user of this network namespace can.
TURN_S = 10.0
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


def hold(number: int) -> socket.socket | None:
    """The socket that only one process of this network namespace can have; None if another has.

    Its name is abstract (unix(7)): no file, gone with the process, and of the network namespace.
    """
    held = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        held.bind(f"\0tunnel-monitor-keeper-{number}")
    except OSError:
        held.close()
        return None
    return held


@contextlib.contextmanager
def in_turn() -> Iterator[None]:
    """Look at the interface and change it while no other keeper does."""
    until_s = time.monotonic() + TURN_S
    while (held := hold(TURN)) is None and time.monotonic() < until_s:
        time.sleep(0.005)
    try:
        yield
    finally:
        if held:
            held.close()


def draw_number() -> tuple[int, socket.socket]:
    """A number that no living keeper here has, and the socket that says so."""
    while True:
        number = secrets.randbelow(NUMBER_MASK + 1)
        held = hold(number)
        if held:
            return number, held


def remove_stale(ifindex: int, own_number: int) -> None:
    """Take away what killed keepers left on this interface."""
    for point in PARENTS:
        for handle in list(handles(ifindex, point)):
            if handle is not None and not is_others(handle & NUMBER_MASK, own_number):
                remove(ifindex, point, handle)


def is_others(number: int, own_number: int) -> bool:
    """Whether a living keeper other than this one has a number."""
    if number == own_number:
        return False
    held = hold(number)
    if held:
        held.close()
    return held is None


def make_qdisc(ifindex: int) -> bool:
    """Make the clsact qdisc, if there is none.

    Returns:
        Whether it is ours to remove: False if it was there and no keeper made it.
    """
    both = hook_of(ifindex, libbpf.BPF_TC_INGRESS | libbpf.BPF_TC_EGRESS)
    result = libbpf.library().bpf_tc_hook_create(ctypes.byref(both))
    if result == -errno.EEXIST:
        return any(
            handle is not None and handle & OUR_QDISC
            for point in PARENTS
            for handle in handles(ifindex, point)
        )
    libbpf.checked(result)
    return True


def attach(ifindex: int, programs: list[int], handle: int) -> None:
    """Put both programs on their hooks, first in the chain.

    Raises:
        OSError: the kernel refused.
    """
    for point, program in zip(PARENTS, programs, strict=True):
        hook = hook_of(ifindex, point)
        wanted = libbpf.options(libbpf.TcOptions, prog_fd=program, handle=handle, priority=PRIORITY)
        libbpf.checked(libbpf.library().bpf_tc_attach(ctypes.byref(hook), ctypes.byref(wanted)))


def detach(ifindex: int, handle: int) -> None:
    """Take our filters away, and the qdisc if it is ours and nobody uses it by now."""
    with in_turn(), contextlib.suppress(Exception):  # the interface may be gone, and all with it
        for point in PARENTS:
            remove(ifindex, point, handle)
        if handle & OUR_QDISC and not any(list(handles(ifindex, point)) for point in PARENTS):
            both = hook_of(ifindex, libbpf.BPF_TC_INGRESS | libbpf.BPF_TC_EGRESS)
            libbpf.library().bpf_tc_hook_destroy(ctypes.byref(both))


def main() -> int:
    """The keeper's life: attach, report, wait for end of file, detach."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ifindex", type=int)
    parser.add_argument("programs", type=int, nargs=2)
    parser.add_argument("--user", required=True)
    given = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # it ends when the monitor has ended, not before
    own_number, held = draw_number()
    handle = HANDLE | own_number
    try:
        user = find_user(given.user)
        with in_turn():
            if make_qdisc(given.ifindex):
                handle |= OUR_QDISC
            remove_stale(given.ifindex, own_number)
            attach(given.ifindex, given.programs, handle)
        give_up_root(user, keep=(CAP_NET_ADMIN,))
    except (OSError, TunnelMonitorError) as error:
        detach(given.ifindex, handle)
        why = error.strerror if isinstance(error, OSError) else str(error)
        print(json.dumps({"error": why}), flush=True)
        return 1
    for program in given.programs:
        os.close(program)
    print(json.dumps({"attached": True}), flush=True)
    sys.stdin.buffer.read()
    detach(given.ifindex, handle)
    held.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
