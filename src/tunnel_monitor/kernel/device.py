"""One network interface: what it is, and what it counts itself."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass

from tunnel_monitor.errors import NoSuchInterface, UnsupportedHost

# linux/sockios.h, linux/if.h
SIOCGIFNAME = 0x8910
SIOCGIFMTU = 0x8921
SIOCGIFHWADDR = 0x8927
IFREQ = struct.Struct("16s24s")
# linux/if_arp.h
ARPHRD_ETHER = 1
ARPHRD_LOOPBACK = 772
WITHOUT_LINK_HEADER = {
    512: "PPP",
    519: "RAWIP",
    768: "TUNNEL",
    769: "TUNNEL6",
    776: "SIT",
    778: "IPGRE",
    823: "IP6GRE",
    65534: "NONE",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One direction's counters at one moment."""

    packets: int
    bytes: int


class Device:
    """An interface, found by name once and by number ever after: it may be renamed.

    Works in the network namespace of the thread that made it, from any thread, and needs no
    privileges: its socket and its /proc/net/dev stay in that namespace.

    Args:
        name: as `ip link` shows it.
    Raises:
        NoSuchInterface: there is none of that name.
        UnsupportedHost: its packets begin with a link header that we cannot read.
    """

    def __init__(self, name: str) -> None:
        try:
            self.index = socket.if_nametoindex(name)
        except OSError as error:
            raise NoSuchInterface(
                f"cannot watch {name}: no such interface", "`ip link` lists them"
            ) from error
        self._name = name
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._counters = os.open("/proc/thread-self/net/dev", os.O_RDONLY | os.O_CLOEXEC)
        kind = struct.unpack_from("<H", self._ask(SIOCGIFHWADDR))[0]
        if kind not in (ARPHRD_ETHER, ARPHRD_LOOPBACK, *WITHOUT_LINK_HEADER):
            self.close()
            raise UnsupportedHost(
                f"cannot watch {name}: link type {kind} is not known",
                "watch the Ethernet or IP interface that carries the tunnels",
            )
        self.has_link_header = kind not in WITHOUT_LINK_HEADER

    def close(self) -> None:
        """Give back the descriptors."""
        self._socket.close()
        with suppress(OSError):
            os.close(self._counters)

    def _ask(self, request: int) -> bytes:
        asked = IFREQ.pack(self._name.encode(), bytes(24))
        return fcntl.ioctl(self._socket, request, asked)[16:]

    def find_name(self) -> str | None:
        """Its name now, or None once it is gone."""
        asked = IFREQ.pack(b"", struct.pack("<i20x", self.index))
        try:
            answer = fcntl.ioctl(self._socket, SIOCGIFNAME, asked)
        except OSError as error:
            if error.errno == errno.ENODEV:
                return None
            raise
        self._name = answer[:16].rstrip(b"\0").decode()
        return self._name

    def find_mtu(self) -> int | None:
        """Its MTU in bytes, or None once it is gone."""
        # Asked by name, which may be another interface's by now.
        if self.find_name() is None:
            return None
        try:
            return int(struct.unpack_from("<i", self._ask(SIOCGIFMTU))[0])
        except OSError:
            return None

    def read(self) -> tuple[Reading, Reading] | None:
        """(received, sent) by its own counters, or None once it is gone.

        Source: net/core/net-procfs.c, dev_seq_printf_stats.
        """
        name = self.find_name()
        text = self._read_all().decode()
        for line in text.splitlines() if name else ():
            found, _, numbers = line.partition(":")
            if found.strip() == name:
                values = [int(number) for number in numbers.split()]
                return Reading(values[1], values[0]), Reading(values[9], values[8])
        return None

    def _read_all(self) -> bytes:
        parts, offset = [], 0
        while part := os.pread(self._counters, 1 << 16, offset):
            parts.append(part)
            offset += len(part)
        return b"".join(parts)
