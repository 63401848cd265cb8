"""Who is in the lab, and how everybody is numbered: pure data, no device is touched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address

from tunnel_monitor.errors import BadSetting

VXLAN_PORT = 4789
CLIENT_MTU = 1450  # what VXLAN in IPv4 leaves of the underlay's 1500
FIRST_VNI = 10000
FIRST_HOST = IPv4Address("172.16.1.100")
# host number of the first that does not fit behind 172.16.1.100 (254 is the last of that /24)
SECOND_RANGE, SECOND_RANGE_START = 155, IPv4Address("172.16.2.1")

MOST_HOSTS = 254  # a segment's /24 has that many clients, and each host has one at least
MOST_SEGMENTS = 254  # groups end at 239.1.1.254
MOST_CLIENTS = 4000  # in all; each is a network namespace of about 0.4 MB


@dataclass(frozen=True, slots=True)
class Host:
    """A host of the underlay: a tunnel endpoint in a namespace of its own.

    Attributes:
        number: from 0.
        name: "host0"; also its port's name on the bridge and its namespace's in the lab.
        address: the outer address, on its `eth0`.
        prefix: length of the underlay's prefix.
    """

    number: int
    name: str
    address: str
    prefix: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A virtual network: one VNI, one multicast group, one /24."""

    number: int
    vni: int
    group: str

    @property
    def vxlan(self) -> str:
        """The VXLAN device's name in each host."""
        return f"vxlan{self.vni}"

    @property
    def bridge(self) -> str:
        """The name of the bridge that joins tunnel and clients in each host."""
        return f"br{self.vni}"


@dataclass(frozen=True, slots=True)
class Client:
    """A client inside the overlay, in a namespace of its own.

    Attributes:
        host: the number of the host it is on.
        segment: the number of the segment it is in.
        number: 1 to 254: the last byte of its address. 1 to `hosts` are the first clients of
            hosts 0, 1, …; the second clients follow in the same order, and so on.
        place: which of its host's clients in that segment it is, from 1.
    """

    host: int
    segment: int
    number: int
    place: int

    @property
    def address(self) -> str:
        """The inner address."""
        return f"192.168.{self.segment}.{self.number}"

    @property
    def name(self) -> str:
        """Its namespace's name in the lab: its address."""
        return self.address

    @property
    def port(self) -> str:
        """The name of its port in its host: `client10000`; the second's is `client10000.2`."""
        suffix = "" if self.place == 1 else f".{self.place}"
        return f"client{FIRST_VNI + self.segment}{suffix}"


@dataclass(frozen=True)
class Topology:
    """The lab's sizes, and everybody in it.

    Args:
        hosts: 2 to 254.
        segments: 1 to 254; each spans all hosts.
        clients: per segment and host; `hosts` times `clients` is at most 254.
    Raises:
        BadSetting: a size is out of its limits.
    """

    hosts: int = 9
    segments: int = 4
    clients: int = 1

    def __post_init__(self) -> None:
        check("hosts", self.hosts, 2, MOST_HOSTS)
        check("segments", self.segments, 1, MOST_SEGMENTS)
        check("clients", self.clients, 1, MOST_HOSTS // self.hosts, f" with {self.hosts} hosts")
        if self.hosts * self.segments * self.clients > MOST_CLIENTS:
            raise BadSetting(
                f"cannot build a lab of {self.hosts} hosts, {self.segments} segments and "
                f"{self.clients} clients: more than {MOST_CLIENTS} clients in all",
                "choose smaller numbers",
            )

    @cached_property
    def all_hosts(self) -> tuple[Host, ...]:
        """By number."""
        return tuple(map(self._host, range(self.hosts)))

    @cached_property
    def all_segments(self) -> tuple[Segment, ...]:
        """By number."""
        return tuple(Segment(s, FIRST_VNI + s, f"239.1.1.{s + 1}") for s in range(self.segments))

    @cached_property
    def all_clients(self) -> tuple[Client, ...]:
        """By segment, then number."""
        return tuple(
            Client(host=n, segment=s, number=place * self.hosts + n + 1, place=place + 1)
            for s in range(self.segments)
            for place in range(self.clients)
            for n in range(self.hosts)
        )

    def clients_on(self, host: int) -> Iterator[Client]:
        """The clients on one host, by segment."""
        return (client for client in self.all_clients if client.host == host)

    def clients_in(self, segment: int) -> tuple[Client, ...]:
        """The clients of one segment, by number: place n has the first client of host n."""
        size = self.hosts * self.clients
        return self.all_clients[segment * size : (segment + 1) * size]

    def client(self, address: str) -> Client | None:
        """The client with that inner address, if there is one."""
        return self._by_address.get(address)

    @cached_property
    def _by_address(self) -> dict[str, Client]:
        return {client.address: client for client in self.all_clients}

    def _host(self, number: int) -> Host:
        if number < SECOND_RANGE:
            address = FIRST_HOST + number
        else:
            address = SECOND_RANGE_START + (number - SECOND_RANGE)
        prefix = 24 if self.hosts <= SECOND_RANGE else 16
        return Host(number, f"host{number}", str(address), prefix)


def check(what: str, value: int, least: int, most: int, where: str = "") -> None:
    """Refuse a size out of its limits."""
    if not least <= value <= most:
        limits = f"{least} to {most}" if most > least else f"exactly {least}"
        raise BadSetting(
            f"cannot build a lab with {value} {what}: {what} must be {limits}{where}",
            f"choose another --{what}",
        )
