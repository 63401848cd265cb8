"""The tunnel devices of a network namespace, by rtnetlink, as they come and go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tunnel_monitor.contract import Encap
from tunnel_monitor.kernel.rtnetlink import (
    Attributes,
    LinkMessage,
    Links,
    MissedMessages,
    attributes,
)

# linux/if_link.h
IFLA_IFNAME = 3
IFLA_LINKINFO = 18
IFLA_INFO_KIND, IFLA_INFO_DATA = 1, 2
IFLA_VXLAN_ID, IFLA_VXLAN_PORT, IFLA_VXLAN_COLLECT_METADATA, IFLA_VXLAN_GPE = 1, 15, 25, 27
IFLA_GENEVE_ID, IFLA_GENEVE_PORT, IFLA_GENEVE_COLLECT_METADATA = 1, 5, 6
# linux/if_tunnel.h
IFLA_GRE_IFLAGS, IFLA_GRE_IKEY, IFLA_GRE_COLLECT_METADATA, IFLA_GRE_ERSPAN_INDEX = 2, 4, 18, 21
IFLA_GRE_ENCAP_TYPE, IFLA_GRE_ENCAP_DPORT = 14, 17
IFLA_IPTUN_ENCAP_TYPE, IFLA_IPTUN_ENCAP_DPORT = 15, 18
GRE_KEY = 0x2000


@dataclass(frozen=True, slots=True)
class TunnelDevice:
    """A tunnel device of this host.

    Args:
        name: as `ip link` shows it.
        kind: as `ip link` calls it: vxlan, geneve, gre, …
        vni: its virtual network's number; None where it has none, or takes any because someone
            else chooses packet by packet (`external`).
        port: its UDP destination port; None where it has none.
        encap: what its packets to that port are; None without a port, and where the parser
            does not read what this device sends there.
    """

    name: str
    kind: str
    vni: int | None
    port: int | None
    encap: Encap | None

    @property
    def read(self) -> bool:
        """Whether its packets are read: what has no UDP port is known by its IP protocol."""
        return self.port is None or self.encap is not None


class Parameters(NamedTuple):
    """What a kind of device has of these, as in TunnelDevice."""

    vni: int | None = None
    port: int | None = None
    encap: Encap | None = None


def vxlan(data: Attributes) -> Parameters:
    """VXLAN, or its generic protocol extension."""
    vni = None if is_set(data, IFLA_VXLAN_COLLECT_METADATA) else native(data, IFLA_VXLAN_ID)
    encap = Encap.VXLAN_GPE if IFLA_VXLAN_GPE in data else Encap.VXLAN
    return Parameters(vni, network(data, IFLA_VXLAN_PORT), encap)


def geneve(data: Attributes) -> Parameters:
    """Geneve."""
    vni = None if is_set(data, IFLA_GENEVE_COLLECT_METADATA) else native(data, IFLA_GENEVE_ID)
    return Parameters(vni, network(data, IFLA_GENEVE_PORT), Encap.GENEVE)


def gre(data: Attributes) -> Parameters:
    """GRE; its virtual network's number is the key, if it has one."""
    has_key = network(data, IFLA_GRE_IFLAGS) & GRE_KEY and IFLA_GRE_COLLECT_METADATA not in data
    vni = network(data, IFLA_GRE_IKEY) if has_key else None
    return Parameters(vni, over_udp(data, IFLA_GRE_ENCAP_TYPE, IFLA_GRE_ENCAP_DPORT))


def erspan(data: Attributes) -> Parameters:
    """ERSPAN."""
    has_index = IFLA_GRE_ERSPAN_INDEX in data and IFLA_GRE_COLLECT_METADATA not in data
    return Parameters(native(data, IFLA_GRE_ERSPAN_INDEX) if has_index else None)


def ip_in_ip(data: Attributes) -> Parameters:
    """IP in IP, of both families."""
    return Parameters(port=over_udp(data, IFLA_IPTUN_ENCAP_TYPE, IFLA_IPTUN_ENCAP_DPORT))


KINDS: Mapping[str, Callable[[Attributes], Parameters]] = {
    "vxlan": vxlan,
    "geneve": geneve,
    **dict.fromkeys(("gre", "gretap", "ip6gre", "ip6gretap"), gre),
    **dict.fromkeys(("erspan", "ip6erspan"), erspan),
    **dict.fromkeys(("ipip", "sit", "ip6tnl"), ip_in_ip),
}


def over_udp(data: Attributes, encap_type: int, port: int) -> int | None:
    """The port of a tunnel that is put into UDP (FOU, GUE), None of any other."""
    return network(data, port) if native(data, encap_type) else None


def is_set(data: Attributes, name: int) -> bool:
    """A flag, which some devices have as a number and some as a mere presence."""
    return name in data and data[name] != b"\0"


def native(data: Attributes, name: int) -> int:
    """A number in this host's byte order; 0 where it is missing."""
    return int.from_bytes(data.get(name, b""), "little")


def network(data: Attributes, name: int) -> int:
    """A number in network order; 0 where it is missing."""
    return int.from_bytes(data.get(name, b""), "big")


def text(data: Attributes, name: int) -> str:
    """A string; empty where it is missing."""
    return data.get(name, b"").rstrip(b"\0").decode(errors="replace")


def tunnel_device(message: LinkMessage) -> TunnelDevice | None:
    """The tunnel device that a message tells of; None if it is no tunnel's."""
    info = attributes(message.attributes.get(IFLA_LINKINFO, b""))
    kind = text(info, IFLA_INFO_KIND)
    if kind not in KINDS:
        return None
    parameters = KINDS[kind](attributes(info.get(IFLA_INFO_DATA, b"")))
    return TunnelDevice(text(message.attributes, IFLA_IFNAME), kind, *parameters)


class TunnelDevices:
    """The tunnel devices of the network namespace that the calling thread is in now.

    Raises:
        OSError: the kernel refused; so do all methods.
    """

    def __init__(self) -> None:
        self._links = Links()
        try:
            self._found = self._list()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Be told no more."""
        self._links.close()

    def fileno(self) -> int:
        """Readable when `follow` has something to do; works in any namespace, without rights."""
        return self._links.fileno()

    def now(self) -> tuple[TunnelDevice, ...]:
        """Those there are, the oldest first."""
        return tuple(self._found[index] for index in sorted(self._found))

    def follow(self) -> None:
        """Take in what has changed."""
        try:
            for message in self._links.changes():
                apply(message, self._found)
        except MissedMessages:
            self._found = self._list()

    def _list(self) -> dict[int, TunnelDevice]:
        while True:
            found: dict[int, TunnelDevice] = {}
            try:
                for message in self._links.list():
                    apply(message, found)
            except MissedMessages:
                continue
            return found


def apply(message: LinkMessage, found: dict[int, TunnelDevice]) -> None:
    """Add, change or remove the device that a message tells of, by its number."""
    device = tunnel_device(message) if message.present else None
    if device:
        found[message.index] = device
    else:
        found.pop(message.index, None)


def tunnel_devices() -> tuple[TunnelDevice, ...]:
    """Those in the network namespace of the calling thread, the oldest first."""
    devices = TunnelDevices()
    try:
        return devices.now()
    finally:
        devices.close()
