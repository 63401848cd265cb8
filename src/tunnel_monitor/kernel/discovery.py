"""Following this host's tunnel devices, so that their ports are read without being told."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tunnel_monitor.errors import UnsupportedHost
from tunnel_monitor.kernel.namespace import inside
from tunnel_monitor.kernel.ports import Ports, changes
from tunnel_monitor.kernel.tunnels import TunnelDevices
from tunnel_monitor.settings import MonitorSettings


class PortDiscovery:
    """The ports in force, from construction on; kept up to date from `start` on.

    Needs no right after construction, and begins no thread before `start`.

    Args:
        settings: which ports are set, and whether devices are looked for.
        namespace: the file of the network namespace whose devices count.
    Raises:
        UnsupportedHost: devices cannot be looked for.
    """

    def __init__(self, settings: MonitorSettings, namespace: Path | None) -> None:
        self._settings = settings
        self._closing = ExitStack()
        self._devices: TunnelDevices | None = None
        self._thread: threading.Thread | None = None
        self._stop = os.eventfd(0, os.EFD_CLOEXEC)
        self._closing.callback(os.close, self._stop)
        self.ports = Ports.of(settings)
        if settings.discover:
            self._devices = self._open(namespace)
            self._closing.callback(self._devices.close)
            self.ports = Ports.of(settings, self._devices.now())

    def _open(self, namespace: Path | None) -> TunnelDevices:
        try:
            return inside(namespace, TunnelDevices)
        except OSError as error:
            self._closing.close()
            raise UnsupportedHost(
                f"cannot look for tunnel devices by rtnetlink: {error.strerror}",
                "name their ports with --port, and use --no-discover",
            ) from error

    def start(self, apply: Callable[[Ports], None], report: Callable[[str], None]) -> None:
        """Follow the devices from now on.

        Args:
            apply: gets all ports in force whenever they change, from a thread of its own.
            report: gets a sentence for each change, and at once for each that devices made.
        """
        for sentence in changes(Ports.of(self._settings), self.ports):
            report(sentence)
        if self._devices:
            self._thread = threading.Thread(
                target=self._run, args=(self._devices, apply, report), name="ports", daemon=True
            )
            self._thread.start()

    def close(self) -> None:
        """Follow no more."""
        if self._thread:
            os.eventfd_write(self._stop, 1)
            self._thread.join()
        self._closing.close()

    def _run(
        self,
        devices: TunnelDevices,
        apply: Callable[[Ports], None],
        report: Callable[[str], None],
    ) -> None:
        ready = [devices.fileno(), self._stop]
        while self._stop not in select.select(ready, [], [])[0]:
            try:
                devices.follow()
            except OSError as error:
                report(f"cannot follow tunnel devices any more: {error.strerror}")
                return
            before, now = self.ports, Ports.of(self._settings, devices.now())
            if now != before:
                apply(now)
                self.ports = now  # only then: what it says is read, is
                for sentence in changes(before, now):
                    report(sentence)
