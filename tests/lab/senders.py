"""Who sends what no ordinary program sends: frames byte by byte, and what guests hand over."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tests.lab.counting import PATIENCE_S

from tunnel_monitor.lab.build import Lab
from tunnel_monitor.lab.namespaces import entered

# linux/if_packet.h
SOL_PACKET: Final = 263
PACKET_VNET_HDR: Final = 15
PACKET_QDISC_BYPASS: Final = 20
# linux/if_ether.h
ETH_P_ALL: Final = 0x0003
ETH_P_IP: Final = 0x0800
ETH_P_IPV6: Final = 0x86DD
# linux/udp.h
UDP_SEGMENT: Final = 103
# linux/if_tun.h
TUNSETIFF: Final = 0x400454CA
IFF_TUN: Final = 0x0001
IFF_TAP: Final = 0x0002
IFF_NO_PI: Final = 0x1000


class PacketSocket:
    """Sends frames on one interface as they are.

    Args:
        lab: holds the namespace.
        where: the namespace.
        device: the interface.
        option: PACKET_VNET_HDR or PACKET_QDISC_BYPASS; 0 for neither.
    """

    def __init__(self, lab: Lab, where: str, device: str = "eth0", option: int = 0) -> None:
        with entered(lab.namespace(where)):
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        if option:
            self._socket.setsockopt(SOL_PACKET, option, 1)
        self._socket.bind((device, 0))

    def close(self) -> None:
        """Give back the socket."""
        self._socket.close()

    def send(self, frame: bytes, times: int = 1) -> None:
        """Send a frame; it has passed the egress hook when this returns.

        Also where a program behind us on the hook dropped it, of which the kernel tells.
        """
        for _ in range(times):
            try:
                self._socket.send(frame)
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise

    def send_paged(self, frame: bytes, linear: int) -> None:
        """Send a frame of which only the first bytes lie in the buffer's linear part.

        Args:
            frame: more than a page, or the kernel would not bother (af_packet.c,
                packet_alloc_skb).
            linear: so many bytes.
        """
        self._socket.send(struct.pack("<BBHHHH", 0, 0, linear, 0, 0, 0) + frame)


def udp_socket(lab: Lab, where: str, address: str) -> socket.socket:
    """A UDP socket in a namespace, of an address's family."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with entered(lab.namespace(where)):
        return socket.socket(family, socket.SOCK_DGRAM)


@contextmanager
def segmenting_socket(lab: Lab, where: str, to: str, segment: int) -> Iterator[socket.socket]:
    """A UDP socket whose datagrams are cut by the kernel into segments of so many bytes."""
    with udp_socket(lab, where, to) as made:
        made.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, segment)
        yield made


@contextmanager
def receiving_socket(lab: Lab, where: str, address: tuple[str, int]) -> Iterator[None]:
    """Somebody who takes datagrams, so that no answer says that there is nobody."""
    with udp_socket(lab, where, address[0]) as made:
        made.bind(address)
        yield


class TunDevice:
    """A network device whose other end is this program: what it writes arrives there.

    Args:
        lab: holds the namespace.
        where: the namespace.
        name: the device's.
        kind: IFF_TAP or IFF_TUN, and further flags.
    """

    def __init__(self, lab: Lab, where: str, name: str, kind: int) -> None:
        with entered(lab.namespace(where)):
            self.file = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
            wanted = struct.pack("16sH22x", name.encode(), kind | IFF_NO_PI)
            fcntl.ioctl(self.file, TUNSETIFF, wanted)
        lab.ip(where, [f"link set {name} up"])

    def close(self) -> None:
        """The device goes with it."""
        os.close(self.file)

    def write(self, packet: bytes) -> None:
        """Let a packet arrive; it has passed the ingress hook when this returns."""
        os.write(self.file, packet)


class Capture:
    """Receives frames at one interface, as anybody could.

    Args:
        lab: holds the namespace.
        where: the namespace.
        device: the interface.
        ethertype: what to take. ETH_P_ALL sees arrivals in front of the ingress hook, a certain
            type behind it.
    """

    def __init__(self, lab: Lab, where: str, device: str, ethertype: int) -> None:
        with entered(lab.namespace(where)):
            # no protocol yet: nothing of other interfaces may come before it is bound
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self._socket.bind((device, ethertype))
        self._socket.settimeout(PATIENCE_S)

    def close(self) -> None:
        """Give back the socket."""
        self._socket.close()

    def next(self, length: int) -> bytes:
        """The next frame of that length.

        Raises:
            TimeoutError: none came.
        """
        while len(frame := self._socket.recv(1 << 16)) != length:
            pass
        return frame
