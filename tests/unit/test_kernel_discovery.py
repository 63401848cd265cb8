"""Ports of devices that come while they are followed."""

from __future__ import annotations

import os
from contextlib import closing
from threading import Event

import pytest

from tunnel_monitor.contract import Encap
from tunnel_monitor.kernel import discovery
from tunnel_monitor.kernel.discovery import PortDiscovery
from tunnel_monitor.kernel.ports import Ports
from tunnel_monitor.kernel.tunnels import TunnelDevice
from tunnel_monitor.settings import MonitorSettings

DEADLINE_S = 60
SETTINGS = MonitorSettings(ports={Encap.VXLAN: (4789,)})


class Devices:
    """None, until one comes."""

    def __init__(self) -> None:
        self._news = os.eventfd(0, os.EFD_CLOEXEC)
        self._found: list[TunnelDevice] = []

    def come(self) -> None:
        self._found.append(TunnelDevice("vx0", "vxlan", 1, 12345, Encap.VXLAN))
        os.eventfd_write(self._news, 1)

    def fileno(self) -> int:
        return self._news

    def follow(self) -> None:
        os.eventfd_read(self._news)

    def now(self) -> list[TunnelDevice]:
        return list(self._found)

    def close(self) -> None:
        os.close(self._news)


def test_a_port_is_told_once_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """`status` told it before the kernel's programs knew: what came then was not counted."""
    devices, told = Devices(), Event()
    monkeypatch.setattr(discovery, "inside", lambda *_: devices)
    with closing(PortDiscovery(SETTINGS, None)) as found:
        meanwhile: list[tuple[int, ...]] = []

        def apply(ports: Ports) -> None:
            assert ports.by_encap()[Encap.VXLAN] == (4789, 12345)
            meanwhile.append(found.ports.by_encap()[Encap.VXLAN])

        found.start(apply, lambda _: told.set())
        devices.come()
        assert told.wait(DEADLINE_S)
        assert meanwhile == [(4789,)]
        assert found.ports.by_encap()[Encap.VXLAN] == (4789, 12345)
