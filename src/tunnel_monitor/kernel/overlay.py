"""What this host's kernel knows of its own tunnels: devices, addresses, forwarding entries.

By rtnetlink, which needs no right. A host with thousands of devices takes tens of milliseconds to
tell, so whoever asks again and again leaves pauses.
"""

from __future__ import annotations

import ctypes
import fcntl
import socket
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

from tunnel_monitor.contract import Encap
from tunnel_monitor.kernel.rtnetlink import LINK, RTM_GETLINK, Attributes, Tables, attributes
from tunnel_monitor.kernel.tunnels import (
    IFLA_IFNAME,
    IFLA_INFO_DATA,
    IFLA_INFO_KIND,
    IFLA_LINKINFO,
    KINDS,
    native,
    text,
)

# linux/if_link.h, linux/if_addr.h, linux/neighbour.h, linux/rtnetlink.h
IFLA_STATS64 = 23
IFLA_VXLAN_GROUP, IFLA_VXLAN_TTL, IFLA_VXLAN_LEARNING, IFLA_VXLAN_GROUP6 = 2, 5, 7, 16
IFLA_GENEVE_REMOTE, IFLA_GENEVE_REMOTE6 = 2, 7
IFLA_GRE_REMOTE = 7
IFLA_IPTUN_REMOTE = 3
RTM_GETADDR, RTM_GETNEIGH = 22, 30
IFA_ADDRESS, IFA_LOCAL = 1, 2
NDA_DST = 1
NUD_NOARP, NUD_PERMANENT, NTF_EXT_LEARNED = 0x40, 0x80, 0x10
IFF_UP = 1

# linux/ethtool.h, linux/sockios.h
SIOCGIFMTU = 0x8921
MTU: Final = struct.Struct("=16si20x")  # struct ifreq
SIOCETHTOOL, ETHTOOL_GSET, UNKNOWN_SPEED = 0x8946, 1, 0xFFFFFFFF
ETHTOOL_COMMAND: Final = struct.Struct("=I8xH14xH")  # command, speed in Mbit/s, its upper half
INTERFACE: Final = struct.Struct("=16sQ16x")  # struct ifreq: name, where the command is

ADDRESS: Final = struct.Struct("=BBBBI")  # family, prefix length, flags, scope, device
NEIGHBOUR: Final = struct.Struct("=BxxxiHBB")  # family, device, state, flags, type
STATS: Final = struct.Struct("=8Q")  # packets, bytes, errors, dropped, received before sent each

# Where a kind of device names its far end, unless anybody may be it.
FAR_ENDS: Final = {
    "vxlan": (IFLA_VXLAN_GROUP, IFLA_VXLAN_GROUP6),
    "geneve": (IFLA_GENEVE_REMOTE, IFLA_GENEVE_REMOTE6),
    **dict.fromkeys(("gre", "gretap", "ip6gre", "ip6gretap", "erspan"), (IFLA_GRE_REMOTE,)),
    **dict.fromkeys(("ipip", "sit", "ip6tnl"), (IFLA_IPTUN_REMOTE,)),
}


@dataclass(frozen=True, slots=True)
class LocalTunnel:
    """A tunnel device of this host.

    Args:
        name: as `ip link` shows it.
        kind: as `ip link` calls it.
        encap: what its packets are; None where they have no UDP port, or are not read.
        vni: None where it has none, or takes any.
        external: whether somebody else chooses VNI and peer, packet by packet.
        up: whether it is.
        ttl: of its packets; 0 is the kernel's choice: 1 to a group, else 64.
        learns: whether whoever sends to it becomes a peer (VXLAN).
        peers: (16 bytes each) its far end or group, and where forwarding entries that somebody
            made lead to; not those that it learned.
        rx_packets: buffers it received, since it was made.
        rx_bytes: their lengths, from the inner link header on.
        rx_errors: what it could not take.
    """

    name: str
    kind: str
    encap: Encap | None
    vni: int | None
    external: bool
    up: bool
    ttl: int
    learns: bool
    peers: frozenset[bytes]
    rx_packets: int
    rx_bytes: int
    rx_errors: int


Networks: TypeAlias = Mapping[tuple[Encap, int], Sequence[LocalTunnel]]


@dataclass(frozen=True)
class Overlay:
    """One moment.

    Args:
        tunnels: all tunnel devices.
        addresses: 16 bytes each, of all devices.
        networks: (address, bits of 128 that are the network's) of all devices.
        mtus: of each watched interface.
        link_bps: speed of each watched interface that says one, in bits a second.
    """

    tunnels: tuple[LocalTunnel, ...]
    addresses: frozenset[bytes]
    networks: tuple[tuple[bytes, int], ...]
    mtus: Mapping[str, int]
    link_bps: Mapping[str, int]

    @cached_property
    def by_network(self) -> Networks:
        """(encapsulation, VNI) -> the devices in it; those that are not read are left out."""
        found: dict[tuple[Encap, int], list[LocalTunnel]] = {}
        for tunnel in self.tunnels:
            if tunnel.encap is not None and tunnel.vni is not None:
                found.setdefault((tunnel.encap, tunnel.vni), []).append(tunnel)
        return found

    def on_link(self, address: bytes) -> bool:
        """Whether an address is in a network that a device of this host is in."""
        number = int.from_bytes(address, "big")
        return any(
            (number ^ int.from_bytes(own, "big")) >> (128 - length) == 0
            for own, length in self.networks
        )


class OverlayReader:
    """Reads the overlay of the network namespace that the calling thread is in now.

    Args:
        interfaces: those that are watched, for their speed.
    Raises:
        OSError: the kernel refused; so does `read`, which works in any namespace.
    """

    def __init__(self, interfaces: Sequence[str] = ()) -> None:
        self._interfaces = tuple(interfaces)
        self._tables = Tables()
        self._asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)

    def close(self) -> None:
        """Read no more."""
        self._tables.close()
        self._asking.close()

    def read(self) -> Overlay:
        """What is so now."""
        links = list(self._links())
        made = self._made_entries() if links else {}
        owned = list(self._addresses())
        return Overlay(
            tunnels=tuple(
                local_tunnel(found, made.get(index, frozenset()), up=up)
                for index, up, found in links
            ),
            addresses=frozenset(address for address, _ in owned),
            networks=tuple(owned),
            mtus={name: size for name in self._interfaces if (size := self._mtu(name))},
            link_bps={name: bps for name in self._interfaces if (bps := self._speed(name))},
        )

    def _links(self) -> Iterator[tuple[int, bool, Attributes]]:
        """Number, whether up, and attributes of each tunnel device."""
        for body in self._tables.list(RTM_GETLINK, LINK.pack(0, 0, 0, 0, 0)):
            _, _, index, flags, _ = LINK.unpack_from(body)
            found = attributes(body[LINK.size :])
            if kind_of(found) in KINDS:
                yield index, bool(flags & IFF_UP), found

    def _addresses(self) -> Iterator[tuple[bytes, int]]:
        """Each address, and how many of its 128 bits are the network's."""
        for body in self._tables.list(RTM_GETADDR, ADDRESS.pack(0, 0, 0, 0, 0)):
            family, length, *_ = ADDRESS.unpack_from(body)
            found = attributes(body[ADDRESS.size :])
            address = found.get(IFA_LOCAL) or found.get(IFA_ADDRESS, b"")
            if len(address) in {4, 16}:
                yield mapped(address), length + (96 if family == socket.AF_INET else 0)

    def _mtu(self, name: str) -> int:
        """Bytes of an IP packet; 0 once the interface is gone."""
        try:
            answer = fcntl.ioctl(self._asking, SIOCGIFMTU, MTU.pack(name.encode(), 0))
        except OSError:
            return 0
        size: int = MTU.unpack(answer)[1]
        return size

    def _speed(self, name: str) -> int:
        """Bits a second of an interface; 0 where it says none, or is gone."""
        command = ctypes.create_string_buffer(ETHTOOL_COMMAND.pack(ETHTOOL_GSET, 0, 0), 44)
        asked = INTERFACE.pack(name.encode(), ctypes.addressof(command))
        try:
            fcntl.ioctl(self._asking, SIOCETHTOOL, asked)
        except OSError:
            return 0
        _, low, high = ETHTOOL_COMMAND.unpack_from(command.raw)
        megabits: int = high << 16 | low
        return 0 if megabits == UNKNOWN_SPEED else megabits * 10**6

    def _made_entries(self) -> dict[int, frozenset[bytes]]:
        """Device -> where the forwarding entries that it did not learn itself lead to."""
        made: dict[int, frozenset[bytes]] = {}
        asked = NEIGHBOUR.pack(socket.AF_BRIDGE, 0, 0, 0, 0)
        for body in self._tables.list(RTM_GETNEIGH, asked):
            _, index, state, flags, _ = NEIGHBOUR.unpack_from(body)
            if state & (NUD_NOARP | NUD_PERMANENT) or flags & NTF_EXT_LEARNED:
                leads_to = attributes(body[NEIGHBOUR.size :]).get(NDA_DST, b"")
                if leads_to:
                    made[index] = made.get(index, frozenset()) | {mapped(leads_to)}
        return made


def kind_of(found: Attributes) -> str:
    """What kind of device a message tells of; empty for a card."""
    return text(attributes(found.get(IFLA_LINKINFO, b"")), IFLA_INFO_KIND)


def local_tunnel(found: Attributes, made: frozenset[bytes], *, up: bool) -> LocalTunnel:
    """The device that a message tells of."""
    kind = kind_of(found)
    data = attributes(attributes(found[IFLA_LINKINFO]).get(IFLA_INFO_DATA, b""))
    vni, _, encap = KINDS[kind](data)
    far_ends = (data.get(name, b"") for name in FAR_ENDS.get(kind, ()))
    packets, _, size, _, errors, _, dropped, _ = STATS.unpack_from(
        found.get(IFLA_STATS64, b"").ljust(STATS.size, b"\0")
    )
    return LocalTunnel(
        name=text(found, IFLA_IFNAME),
        kind=kind,
        encap=encap,
        vni=vni,
        external=vni is None and kind in {"vxlan", "geneve"},
        up=up,
        ttl=native(data, IFLA_VXLAN_TTL) if kind == "vxlan" else 0,
        learns=kind == "vxlan" and bool(native(data, IFLA_VXLAN_LEARNING)),
        peers=frozenset(made | {mapped(end) for end in far_ends if any(end)}),
        rx_packets=packets,
        rx_bytes=size,
        rx_errors=errors + dropped,
    )


def mapped(address: bytes) -> bytes:
    """16 bytes of an address, IPv4 mapped (RFC 4291, section 2.5.5.2)."""
    return address if len(address) == 16 else bytes(10) + b"\xff\xff" + address
