"""Every exception a user can meet.

    TunnelMonitorError          what was attempted, on what, why it failed, what to do
    |-- BadSetting              an option or a query parameter that means nothing (exit code 2)
    |   `-- BadFilter           a filter that means nothing, and where in it
    |-- MissingPrivilege        not root, or a capability is gone
    |-- UnsupportedHost         the kernel or a library lacks what is needed
    |-- NoSuchInterface         no device of that name in that namespace
    |-- AddressInUse            somebody else listens there
    |-- LoadFailed              the kernel refused the object
    |-- AttachFailed            the kernel refused the program on that interface
    |-- DrainFailed             counters could not be read
    |-- StoreFailed             history or a database could not be opened, written or asked
    |-- CaptureUnreadable       no such file, no permission, or not a capture at all
    |-- CaptureDamaged          a capture that ends early or contradicts itself
    |-- LabFailed               a namespace, device or traffic process could not be made
    |-- NoLabRunning            `traffic` found no demo to send in
    `-- MonitorUnreachable      `findings` got no answer from a running monitor

Errors are reported once, by `cli.main`: one line, and the class's exit code.
"""

from __future__ import annotations


class TunnelMonitorError(Exception):
    """Something a user can act on.

    Args:
        what: action, object and cause, as one clause ("cannot attach to eth0: not root").
        remedy: what to do about it, as one clause; empty where nothing can be done.
    """

    exit_code = 1

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}; {self.remedy}" if self.remedy else self.what


class BadSetting(TunnelMonitorError):
    """An option or a query parameter that means nothing."""

    exit_code = 2


class BadFilter(BadSetting):
    """A filter that means nothing.

    Args:
        what: as above.
        remedy: as above.
        start: where the wrong part begins in the filter, in characters.
        length: how long it is; 0 where something is missing.
    """

    def __init__(self, what: str, remedy: str, start: int, length: int) -> None:
        super().__init__(what, remedy)
        self.start = start
        self.length = length


class MissingPrivilege(TunnelMonitorError):
    """Not root, or a capability is gone."""

    exit_code = 77  # EX_NOPERM of sysexits.h


class UnsupportedHost(TunnelMonitorError):
    """The kernel or a library lacks what is needed."""


class NoSuchInterface(TunnelMonitorError):
    """No device of that name in that namespace."""


class AddressInUse(TunnelMonitorError):
    """Somebody else listens there."""


class LoadFailed(TunnelMonitorError):
    """The kernel refused the object."""


class AttachFailed(TunnelMonitorError):
    """The kernel refused the program on that interface."""


class DrainFailed(TunnelMonitorError):
    """Counters could not be read."""


class StoreFailed(TunnelMonitorError):
    """History or a database could not be opened, written or asked."""


class CaptureUnreadable(TunnelMonitorError):
    """No such file, no permission, or not a capture at all."""


class CaptureDamaged(TunnelMonitorError):
    """A capture that ends early or contradicts itself; what comes before was counted."""


class LabFailed(TunnelMonitorError):
    """A namespace, device or traffic process could not be made."""


class NoLabRunning(TunnelMonitorError):
    """`traffic` found no demo to send in."""


class MonitorUnreachable(TunnelMonitorError):
    """`findings` got no answer from a running monitor."""
