"""Giving up root for good, once the kernel has what it needs from us."""

from __future__ import annotations

import ctypes
import os
import pwd
import struct
import time
from pathlib import Path

from tunnel_monitor.errors import BadSetting, MissingPrivilege

# linux/prctl.h, linux/capability.h
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_SET_KEEPCAPS = 8
CAPABILITY_VERSION_3 = 0x20080522
CAP_NET_ADMIN = 12
LAST_STEPS_S = 5.0  # of a thread that has nothing left to do, on a busy machine
LAST_CAPABILITY = Path("/proc/sys/kernel/cap_last_cap")


def require_root(attempt: str) -> None:
    """Fail early, before anything is made, where root is needed.

    Raises:
        MissingPrivilege: this is not root.
    """
    if os.geteuid() != 0:
        raise MissingPrivilege(f"cannot {attempt}: not root", "run it as root or with sudo")


def find_user(name: str) -> pwd.struct_passwd:
    """The user to become.

    Raises:
        BadSetting: there is none, or it is root.
    """
    try:
        user = pwd.getpwnam(name)
    except KeyError:
        raise BadSetting(
            f"cannot give up root for user {name}: no such user", "choose one with --user"
        ) from None
    if user.pw_uid == 0:
        raise BadSetting("cannot give up root for root", "choose another user with --user")
    return user


def give_up_root(user: pwd.struct_passwd, keep: tuple[int, ...] = ()) -> None:
    """Become an unprivileged user: no capability, none to be gained, no groups.

    To be called by the only thread: of what follows, the kernel changes only the calling
    thread's, and threads made later inherit it. A parent-death signal is cleared by it
    (kernel/cred.c, commit_creds).

    Args:
        user: whom to become.
        keep: capabilities (linux/capability.h) to keep all the same.
    Raises:
        RuntimeError: there are other threads, which would keep some of it.
        OSError: the kernel refused; root can do all of this.
    """
    wait_to_be_alone()
    libc = ctypes.CDLL(None, use_errno=True)

    def prctl(option: int, value: int) -> None:
        if libc.prctl(option, value, 0, 0, 0):
            raise OSError(ctypes.get_errno(), f"prctl({option}, {value})")

    for capability in range(int(LAST_CAPABILITY.read_text(encoding="ascii")) + 1):
        prctl(PR_CAPBSET_DROP, capability)
    prctl(PR_SET_KEEPCAPS, 1 if keep else 0)
    os.setgroups([])
    os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
    os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
    if keep:
        set_capabilities(libc, keep)
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def wait_to_be_alone() -> None:
    """Wait until no other thread runs: one that was joined has left Python, not yet the kernel.

    Raises:
        RuntimeError: others keep running.
    """
    deadline = time.monotonic() + LAST_STEPS_S
    while (threads := len(list(Path("/proc/self/task").iterdir()))) > 1:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{threads} threads run; root must be given up by the only one")
        time.sleep(0.001)


def set_capabilities(libc: ctypes.CDLL, keep: tuple[int, ...]) -> None:
    """Have exactly these capabilities, effective and permitted (capset(2))."""
    mask = sum(1 << capability for capability in keep)
    low, high = mask & 0xFFFFFFFF, mask >> 32
    header = struct.pack("<Ii", CAPABILITY_VERSION_3, 0)
    if libc.capset(header, struct.pack("<6I", low, low, 0, high, high, 0)):
        raise OSError(ctypes.get_errno(), "capset")
