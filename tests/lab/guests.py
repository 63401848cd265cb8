"""Virtual machines, as their host has them: taps with virtio headers in front of each packet."""

from __future__ import annotations

import fcntl
import os
import struct
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from tests.lab.senders import IFF_TAP, TunDevice

from tunnel_monitor.lab.build import Lab
from tunnel_monitor.testing.packets import TCP, IPv6, Layer, packet, payload

# linux/if_tun.h
TUNSETOFFLOAD: Final = 0x400454D0
TUNSETVNETHDRSZ: Final = 0x400454D8
IFF_VNET_HDR: Final = 0x4000
TCP_OFFLOADS: Final = 0x01 | 0x02 | 0x04  # TUN_F_CSUM, TUN_F_TSO4, TUN_F_TSO6
TUNNEL_OFFLOADS: Final = 0x80 | 0x100  # TUN_F_UDP_TUNNEL_GSO and its checksums; Linux 6.17
# linux/virtio_net.h: struct virtio_net_hdr_v1_hash_tunnel, VIRTIO_NET_HDR_GSO_...
HEADER: Final = struct.Struct("<BBHHHHHIHHHH")
NEEDS_CHECKSUM: Final = 1
OF_IPV4, OF_IPV6 = 1, 4
IN_IPV4, IN_IPV6 = 0x20, 0x40
TCP_CHECKSUM: Final = 16  # where it is in the TCP header


@dataclass(frozen=True)
class SuperPacket:
    """TCP as a guest hands it over, to be cut by whoever comes to it.

    Args:
        outside: from the link header to the tunnel header; nothing for no tunnel.
        inside: from the link header to the IP header of the packet that is cut.
        payload: bytes behind the TCP header.
        segment: how many of them each packet takes.
    """

    outside: tuple[Layer, ...]
    inside: tuple[Layer, ...]
    payload: int
    segment: int

    @cached_property
    def frame(self) -> bytes:
        """All of it in one buffer."""
        return packet(*self.outside, *self.inside, TCP(), payload(self.payload))

    @property
    def packets(self) -> int:
        """On the wire."""
        return -(-self.payload // self.segment)

    @property
    def wire_bytes(self) -> int:
        """On the wire."""
        return self.payload + self.packets * (len(self.frame) - self.payload)

    @property
    def virtio_header(self) -> bytes:
        """What says how it is to be cut."""
        kind = OF_IPV6 if isinstance(self.inside[-1], IPv6) else OF_IPV4
        places = (0, 0)
        if self.outside:
            kind |= IN_IPV6 if isinstance(self.outside[1], IPv6) else IN_IPV4
            # of the outer UDP header, and of the inner IP header
            places = (len(packet(*self.outside[:2])), len(packet(*self.outside, *self.inside[:-1])))
        tcp = len(packet(*self.outside, *self.inside))
        return HEADER.pack(
            *(NEEDS_CHECKSUM, kind, tcp + 20, self.segment, tcp, TCP_CHECKSUM, 0, 0, 0, 0),
            *places,
        )


class Guest(TunDevice):
    """The host's end of a guest's card.

    Args:
        lab: holds the namespace.
        where: the namespace.
        name: of the tap.
        offloads: what the guest leaves to others.
    Raises:
        OSError: EINVAL, the kernel does not know one of the offloads.
    """

    def __init__(self, lab: Lab, where: str, name: str, offloads: int = TCP_OFFLOADS) -> None:
        super().__init__(lab, where, name, IFF_TAP | IFF_VNET_HDR)
        try:
            fcntl.ioctl(self.file, TUNSETVNETHDRSZ, struct.pack("<i", HEADER.size))
            fcntl.ioctl(self.file, TUNSETOFFLOAD, offloads)
        except OSError:
            self.close()
            raise

    def hand_over(self, whole: SuperPacket) -> None:
        """Let a super-packet arrive."""
        os.write(self.file, whole.virtio_header + whole.frame)
