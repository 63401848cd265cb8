"""The programs on an interface's two hooks: tcx links, or clsact filters where there are none."""

from __future__ import annotations

import ctypes
import errno
import os
from contextlib import ExitStack
from typing import Protocol

from tunnel_monitor.errors import (
    AttachFailed,
    MissingPrivilege,
    TunnelMonitorError,
    UnsupportedHost,
)
from tunnel_monitor.kernel import libbpf
from tunnel_monitor.kernel.clsact import Keeper
from tunnel_monitor.kernel.device import Device
from tunnel_monitor.kernel.load import PROGRAMS, LoadedObject

HOOKS = dict(zip(PROGRAMS, (libbpf.BPF_TCX_INGRESS, libbpf.BPF_TCX_EGRESS), strict=True))
# A kernel before 6.6 does not know the attach type; one built without it says the other.
NO_TCX = (errno.EINVAL, errno.EOPNOTSUPP)


class Attachment(Protocol):
    """Programs that see packets until it is closed."""

    kind: str

    def close(self) -> None:
        """Take the programs off; works without privileges."""


class TcxAttachment:
    """A tcx link for each hook; the kernel removes them with the process, however it ends.

    Args:
        device: in the namespace of the calling thread.
        loaded: the programs.
    Raises:
        OSError: the kernel refused.
    """

    kind = "tcx"

    def __init__(self, device: Device, loaded: LoadedObject) -> None:
        self._closing = ExitStack()
        try:
            for name, hook in HOOKS.items():
                # First in the chain, so that another program's redirect hides nothing from us.
                first = libbpf.options(libbpf.LinkOptions, flags=libbpf.BPF_F_BEFORE)
                link = libbpf.checked(
                    libbpf.library().bpf_link_create(
                        loaded.programs[name], device.index, hook, ctypes.byref(first)
                    )
                )
                self._closing.callback(os.close, link)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Close the links, which detaches."""
        self._closing.close()


def attach(device: Device, loaded: LoadedObject, how: str, user: str) -> Attachment:
    """Attach to both hooks.

    Args:
        device: in the namespace of the calling thread.
        loaded: the programs.
        how: `auto`, `tcx` or `clsact`, as in MonitorSettings.
        user: whom a process becomes that has to outlive this one.
    Raises:
        AttachFailed: the kernel refused.
        MissingPrivilege: not allowed to.
        UnsupportedHost: `tcx` was forced, and the kernel has none.
    """
    try:
        if how != "clsact":
            return TcxAttachment(device, loaded)
    except OSError as error:
        if error.errno not in NO_TCX:
            raise refusal(device, error) from error
        if how == "tcx":
            raise UnsupportedHost(
                f"cannot attach to {device.find_name()} by tcx: this kernel has none",
                "it came with Linux 6.6; use --attach auto",
            ) from error
    return Keeper(device.index, [loaded.programs[name] for name in PROGRAMS], user)


def refusal(device: Device, error: OSError) -> TunnelMonitorError:
    """The error for what the kernel said."""
    name = device.find_name() or f"interface {device.index}"
    if error.errno in (errno.EPERM, errno.EACCES):
        return MissingPrivilege(
            f"cannot attach to {name}: not permitted",
            "run as root or with sudo (CAP_BPF and CAP_NET_ADMIN are needed)",
        )
    return AttachFailed(f"cannot attach to {name}: {error.strerror}", "see `ip link`")
