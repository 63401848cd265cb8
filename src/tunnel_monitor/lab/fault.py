"""What a fault of the lab is: where it is made, and the means it is made with.

A fault is a context manager over a running lab: entering makes it, leaving repairs it. All it
touches is inside the lab's namespaces, so a demo that is killed takes its faults with it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from tunnel_monitor.errors import LabFailed
from tunnel_monitor.lab import build, launch
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.lab.ports import free_port, listens
from tunnel_monitor.lab.topology import (
    CLIENT_MTU,
    VXLAN_PORT,
    Client,
    Host,
    Segment,
    Topology,
)

SERVER_DEADLINE_S: Final = 10.0
# Addresses for whoever the lab's own numbering has no room for (RFC 2544: for benchmarks).
GUESTS: Final = "198.18"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fault is: in one segment, between host0, which is watched, and another host.

    Attributes:
        here: host0's client.
        there: the other host's.
    """

    topology: Topology
    here: Client
    there: Client

    @classmethod
    def of(cls, topology: Topology, host: int, segment: int) -> Place:
        """The place of a host, not 0, and a segment, by their numbers."""
        clients = topology.clients_in(segment)
        return cls(topology, clients[0], clients[host])

    @property
    def watched(self) -> Host:
        """The host whose wire the monitor sees."""
        return self.topology.all_hosts[0]

    @property
    def host(self) -> Host:
        """The other one."""
        return self.topology.all_hosts[self.there.host]

    @property
    def segment(self) -> Segment:
        """The virtual network."""
        return self.topology.all_segments[self.there.segment]

    @property
    def third(self) -> Host:
        """A host that is neither of both."""
        return self.topology.all_hosts[1 if self.there.host > 1 else 2]


Make = Callable[[Lab, Place], AbstractContextManager[str]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One of them.

    Attributes:
        name: also the finding's that it provokes.
        summary: what is wrong, in half a sentence.
        make: makes it at a place; the value is a sentence that says what was done.
        hosts: how many there must be.
        of_fleet: whether it shows only where two hosts are compared.
    """

    name: str
    summary: str
    make: Make
    hosts: int = 2
    of_fleet: bool = False


def of_tunnel(place: Place) -> str:
    """What an nftables rule matches: VXLAN in this segment; the VNI is behind 12 bytes of UDP."""
    return f"udp dport {VXLAN_PORT} @th,96,24 {place.segment.vni}"


@contextmanager
def ruled(lab: Lab, host: Host, name: str, family: str, *, hook: str, rule: str) -> Iterator[None]:
    """One nftables rule in a host.

    Args:
        lab: holds the host.
        host: where.
        name: of the table; no other fault has it.
        family: `inet`, or `netdev` for the hooks of `eth0`.
        hook: `input`, `output`, `postrouting`, `ingress` or `egress`.
        rule: as nft takes it.
    """
    lab.run(host, ("nft", "-f", "-"), table(name, family, hook, rule))
    try:
        yield
    finally:
        lab.run(host, ("nft", "delete", "table", family, name))


def table(name: str, family: str, hook: str, rule: str, device: str = "eth0") -> list[str]:
    """The lines that make a table of one rule."""
    where = f'device "{device}" ' if family == "netdev" else ""
    return [
        f"table {family} {name} {{",
        "  chain only {",
        f"    type filter hook {hook} {where}priority 0",
        f"    {rule}",
        "  }",
        "}",
    ]


@contextmanager
def program(lab: Lab, where: str | Host | Client, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program that runs inside as long as the fault does."""
    process = launch.start(words, lab.namespace(where))
    try:
        yield process
    finally:
        launch.stop(process)


def source(*words: str) -> tuple[str, ...]:
    """The command line of one of `sources`."""
    return (sys.executable, "-P", "-m", "tunnel_monitor.lab.sources", *words)


@contextmanager
def pinging(lab: Lab, src: Client, dst: Client, *options: str) -> Iterator[None]:
    """Five pings a second."""
    with program(lab, src, "ping", "-q", "-n", "-i", "0.2", *options, dst.address):
        yield


@contextmanager
def served(lab: Lab, where: Client, *words: str) -> Iterator[int]:
    """A server that listens on a free TCP port; the value is the port.

    Args:
        lab: holds the namespace.
        where: whose.
        words: program and arguments; the port is put behind them.
    Raises:
        LabFailed: it does not listen.
    """
    port = free_port(lab.namespace(where))
    with program(lab, where, *words, str(port)) as server:
        deadline = time.monotonic() + SERVER_DEADLINE_S
        while not listens(server.pid, port):
            if server.poll() is not None or time.monotonic() > deadline:
                raise LabFailed(f"cannot start {words[0]}: it does not listen on port {port}")
            time.sleep(0.01)
        yield port


@contextmanager
def visiting(lab: Lab, src: Client, dst: Client, *sources: str) -> Iterator[None]:
    """A short TCP connection each second, from each of some addresses of `src`."""
    with (
        served(lab, dst, *source("serve")) as port,
        program(lab, src, *source("visit", dst.address, str(port), *sources)),
    ):
        yield


@contextmanager
def set_up(
    lab: Lab, where: str | Host | Client, does: Sequence[str], undoes: Sequence[str], tool: str
) -> Iterator[None]:
    """Lines for `ip` or `bridge`, and those that take them back."""
    try:
        lab.run(where, (tool, "-batch", "-"), does)
    except LabFailed:
        with suppress(LabFailed):  # of those that had not been done
            lab.run(where, (tool, "-force", "-batch", "-"), undoes)
        raise
    try:
        yield
    finally:
        lab.run(where, (tool, "-batch", "-"), undoes)


def known(lab: Lab, who: Client, to: Client) -> AbstractContextManager[None]:
    """A neighbour entry for good, so that no ARP is needed."""
    written = f"neighbor replace {who.address} lladdr {mac(lab, who)} dev eth0 nud permanent"
    return set_up(lab, to, [written], [f"neighbor del {who.address} dev eth0"], "ip")


def forwarded(
    lab: Lab, who: Client, host: Host, to: Host, device: str
) -> AbstractContextManager[None]:
    """A static forwarding entry in a host's tunnel device: whom `who` is behind."""
    entry = f"{mac(lab, who)} dev {device} self"
    return set_up(
        lab,
        host,
        [f"fdb replace {entry} static dst {to.address}"],
        [f"fdb del {entry} dst {to.address}"],
        "bridge",
    )


@contextmanager
def replaced_tunnel(
    lab: Lab, host: Host, segment: Segment, vni: int | None = None, options: str = ""
) -> Iterator[None]:
    """A host's tunnel device of a segment, made anew with another VNI or other options."""
    gone = f"link del {segment.vxlan}"
    with set_up(
        lab,
        host,
        [gone, build.vxlan(segment, vni, options)],
        [gone, build.vxlan(segment)],
        "ip",
    ):
        yield


@contextmanager
def guest(lab: Lab, name: str, host: Host, segment: Segment, address: str) -> Iterator[None]:
    """One more client in a host's segment, in a namespace of that name."""
    port = f"guest{segment.vni}"
    lab.add(name)
    try:
        peer = f"peer name {port} mtu {CLIENT_MTU} netns {lab.path(host)}"
        lab.ip(
            name,
            [
                f"link add eth0 mtu {CLIENT_MTU} type veth {peer}",
                f"address add {address} dev eth0",
                "link set eth0 up",
            ],
        )
        with set_up(
            lab, host, [f"link set {port} master {segment.bridge} up"], [f"link del {port}"], "ip"
        ):
            yield
    finally:
        lab.release(name)


def mac(lab: Lab, where: str | Host | Client, device: str = "eth0") -> str:
    """A device's link address."""
    shown = json.loads(lab.run(where, ("ip", "-j", "link", "show", "dev", device)))
    return str(shown[0]["address"])
