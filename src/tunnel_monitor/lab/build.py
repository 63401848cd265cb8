"""Build the overlay: a bridge, hosts on it, tunnels in them, clients behind those.

Inside, with the names one meets in each namespace:

    br100       br100 with the ports host0, host1, …; the cable between the hosts
    host0       eth0 (underlay); per segment vxlan10000 and client10000, joined by br10000
    192.168.0.1 eth0 (a client; its namespace is named after its address)

All is done by `ip -batch`, one process for each namespace (1.7 ms), run inside it.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from tunnel_monitor.errors import LabFailed
from tunnel_monitor.lab import namespaces
from tunnel_monitor.lab.topology import (
    CLIENT_MTU,
    VXLAN_PORT,
    Client,
    Host,
    Segment,
    Topology,
)

CABLE: Final = "br100"
KERNEL_MEMBERSHIPS = 20  # net.ipv4.igmp_max_memberships unless raised; a group per segment
# Debian's, where a program's package is not named after it.
PACKAGES = {"ip": "iproute2", "bridge": "iproute2", "nft": "nftables"}
# Without IPv6, no neighbour discovery appears as tunnel flows that nobody sent.
QUIET = {"ipv6/conf/all/disable_ipv6": 1, "ipv6/conf/default/disable_ipv6": 1}

Progress = Callable[[str], None]


def silent(line: str) -> None:
    """A progress callback that says nothing."""
    del line


class Lab:
    """A built lab, or the part of one that another process handed over.

    Namespaces are named `br100`, as the hosts (`host0`) and by the addresses of the clients.

    Args:
        topology: who is in it.
    """

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self._held: dict[str, int] = {}

    def namespace(self, of: str | Host | Client) -> int:
        """The descriptor of a namespace; it stays the lab's.

        Raises:
            LabFailed: nothing here has that name.
        """
        name = of if isinstance(of, str) else of.name
        try:
            return self._held[name]
        except KeyError:
            raise LabFailed(
                f"cannot enter {name}: the lab has no such host or client",
                "`lab status` shows them",
            ) from None

    def path(self, of: str | Host | Client) -> str:
        """A path to a namespace that other processes can open while this one lives."""
        return f"/proc/{os.getpid()}/fd/{self.namespace(of)}"

    def add(self, name: str) -> int:
        """Make and hold one more namespace, without IPv6, and return its descriptor."""
        descriptor = namespaces.create()
        self.hold(name, descriptor)
        namespaces.set_inside(descriptor, QUIET)
        return descriptor

    def hold(self, name: str, descriptor: int) -> None:
        """Take over the descriptor of a namespace."""
        self._held[name] = descriptor

    def release(self, name: str) -> None:
        """Let go of one namespace; the kernel frees it when nobody else holds it."""
        os.close(self._held.pop(name))

    def ip(self, where: str | Host | Client, lines: Iterable[str]) -> None:
        """Run one batch of `ip` commands inside a namespace.

        Raises:
            LabFailed: `ip` refused one of them, or is missing.
        """
        self.run(where, ("ip", "-batch", "-"), lines)

    def run(
        self, where: str | Host | Client, words: Sequence[str], lines: Iterable[str] = ()
    ) -> str:
        """Run a program inside a namespace to its end.

        Args:
            where: whose namespace.
            words: program and arguments.
            lines: its standard input.
        Returns:
            What it printed.
        Raises:
            LabFailed: it failed, or is missing.
        """
        batch = list(lines)
        try:
            with namespaces.entered(self.namespace(where)):
                done = subprocess.run(
                    words,
                    input="\n".join(batch),
                    capture_output=True,
                    text=True,
                    check=False,
                    process_group=0,  # Ctrl-C is for us to answer
                )
        except FileNotFoundError as error:
            package = PACKAGES.get(words[0], words[0])
            raise LabFailed(
                f"cannot run `{words[0]}`: not found", f"install the package {package}"
            ) from error
        if done.returncode:
            name = where if isinstance(where, str) else where.name
            cause = " ".join(done.stderr.split())
            told = "; ".join(batch[:4]) or " ".join(words)
            raise LabFailed(f"cannot set up {name}: {cause} (in: {told})")
        return done.stdout

    def close(self) -> None:
        """Let go of all namespaces; the kernel frees those that nobody else holds."""
        while self._held:
            os.close(self._held.popitem()[1])


@contextmanager
def running(topology: Topology | None = None, progress: Progress = silent) -> Iterator[Lab]:
    """A built lab for as long as the `with` lasts.

    Args:
        topology: absent means the classic nine hosts.
        progress: called with each line that tells how far it is.
    Raises:
        BadSetting, MissingPrivilege, LabFailed
    """
    with empty(topology or Topology()) as lab:
        launch_hosts(lab, progress)
        start_tunnels(lab, progress)
        yield lab


@contextmanager
def empty(topology: Topology) -> Iterator[Lab]:
    """A lab in which nothing is built yet; its namespaces are let go at the end."""
    namespaces.require_root("build the lab")
    namespaces.allow_descriptors(1 + topology.hosts + len(topology.all_clients))
    lab = Lab(topology)
    try:
        yield lab
    finally:
        lab.close()


def launch_hosts(lab: Lab, progress: Progress = silent) -> None:
    """The underlay: the bridge, and each host with its `eth0` on it."""
    lab.add(CABLE)
    lab.ip(CABLE, [f"link add {CABLE} up type bridge mcast_snooping 0"])
    hosts = lab.topology.all_hosts
    for host in hosts:
        progress(f"Launching host {host.number + 1} of {len(hosts)}")
        _launch(lab, host)


def start_tunnels(lab: Lab, progress: Progress = silent) -> None:
    """The overlay: in each host, the tunnels, bridges and clients of all segments."""
    hosts = lab.topology.all_hosts
    for host in hosts:
        progress(f"Starting tunnel {host.number + 1} of {len(hosts)}")
        _add_clients(lab, host)
        lab.ip(host.name, _overlay(lab, host))


def _launch(lab: Lab, host: Host) -> None:
    descriptor = lab.add(host.name)
    if lab.topology.segments >= KERNEL_MEMBERSHIPS:
        memberships = lab.topology.segments + KERNEL_MEMBERSHIPS
        namespaces.set_inside(descriptor, {"ipv4/igmp_max_memberships": memberships})
    peer = f"peer name eth0 netns {lab.path(host)}"
    lab.ip(CABLE, [f"link add {host.name} master {CABLE} up type veth {peer}"])
    lab.ip(
        host.name,
        [
            "link set lo up",
            f"address add {host.address}/{host.prefix} dev eth0",
            "link set eth0 up",
        ],
    )


def _add_clients(lab: Lab, host: Host) -> None:
    for client in lab.topology.clients_on(host.number):
        lab.add(client.name)
        peer = f"peer name {client.port} mtu {CLIENT_MTU} netns {lab.path(host)}"
        lab.ip(
            client.name,
            [
                "link set lo up",
                f"link add eth0 mtu {CLIENT_MTU} type veth {peer}",
                f"address add {client.address}/24 dev eth0",
                "link set eth0 up",
            ],
        )


def _overlay(lab: Lab, host: Host) -> Iterator[str]:
    for segment in lab.topology.all_segments:
        yield f"link add {segment.bridge} up type bridge mcast_snooping 0"
        yield vxlan(segment)
    for client in lab.topology.clients_on(host.number):
        bridge = lab.topology.all_segments[client.segment].bridge
        yield f"link set {client.port} master {bridge} up"


def vxlan(segment: Segment, vni: int | None = None, options: str = "") -> str:
    """The command that makes a segment's tunnel in a host.

    Args:
        segment: whose.
        vni: another than the segment's own.
        options: more of them, as `ip` takes them.
    """
    return (
        f"link add {segment.vxlan} master {segment.bridge} up type vxlan id {vni or segment.vni} "
        f"dev eth0 group {segment.group} dstport {VXLAN_PORT} {options}"
    ).rstrip()
