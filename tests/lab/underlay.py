"""Two hosts and the wire between them, with tunnels made by hand.

The wire goes through the lab's bridge, as through a switch.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from tests.lab.counting import wait_for

from tunnel_monitor.lab import build, launch, namespaces
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.lab.ports import listens
from tunnel_monitor.lab.topology import Topology

HERE: Final = "host0"
THERE: Final = "host1"
ENDS: Final = (HERE, THERE)
# The first is what `testing.packets.Ethernet` sends from, the second what it sends to.
MACS: Final = ("02:00:00:00:00:01", "02:00:00:00:00:02")
INNER_MACS: Final = ("02:00:00:00:01:01", "02:00:00:00:01:02")
OUTER4: Final = ("172.16.1.100", "172.16.1.101")
OUTER6: Final = ("2001:db8::100", "2001:db8::101")
INNER4: Final = ("192.168.0.1", "192.168.0.2")
INNER6: Final = ("fd00::1", "fd00::2")
OUTER: Final = {4: OUTER4, 6: OUTER6}
INNER: Final = {4: INNER4, 6: INNER6}
# Of iperf3: less in flight than the 256 packets that a veth keeps. What it dropped would not be on
# the wire.
GENTLE: Final = ("-w", "128K")
# IPv6 on, with as little as possible that nobody sent: what a host tells its neighbours of itself
# is told at once and not again.
WITH_IPV6: Final = {
    **{
        f"ipv6/conf/{device}/{setting}": value
        for device in ("default", "eth0")
        for setting, value in (
            ("accept_ra", 0),
            ("accept_dad", 0),
            ("router_solicitations", 0),
            ("mldv2_unsolicited_report_interval", 1),
        )
    },
    "ipv6/conf/default/disable_ipv6": 0,
    "ipv6/conf/all/disable_ipv6": 0,
}
# All by which a device takes super-packets, so that the kernel need not cut them.
OFFLOADS: Final = (
    "tso",
    "gso",
    "tx-udp-segmentation",
    "tx-udp_tnl-segmentation",
    "tx-udp_tnl-csum-segmentation",
)
IPERF_PORT: Final = 5201


@contextmanager
def wired(mtu: int = 1500) -> Iterator[Lab]:
    """The two hosts with their eth0, nothing in them yet."""
    with build.empty(Topology(hosts=2, segments=1)) as lab:
        build.launch_hosts(lab)
        lab.ip(build.CABLE, [f"link set {host} mtu {mtu}" for host in ENDS])
        for host, mac in zip(ENDS, MACS, strict=True):
            lab.ip(host, [f"link set eth0 mtu {mtu} address {mac}"])
        yield lab


@dataclass(frozen=True)
class Overlay:
    """A VXLAN tunnel between the hosts; all addresses are (here, there)."""

    outer: tuple[str, str] = OUTER4
    inner: tuple[str, str] = INNER4
    vni: int = 10007

    @property
    def headers(self) -> int:
        """Bytes in front of the inner frame."""
        return 70 if ":" in self.outer[0] else 50


def lay(lab: Lab, overlay: Overlay) -> None:
    """Make the tunnel. Neighbours are known for good, so that nobody asks for them."""
    for place, host in enumerate(ENDS):
        far = 1 - place
        namespaces.set_inside(lab.namespace(host), WITH_IPV6)
        tunnel = (
            f"vxlan id {overlay.vni} dev eth0 dstport 4789 "
            f"local {overlay.outer[place]} remote {overlay.outer[far]}"
        )
        mtu = 1500 - overlay.headers
        lab.ip(
            host,
            [
                *address(overlay.outer[place], "eth0"),
                f"neighbor replace {overlay.outer[far]} lladdr {MACS[far]} dev eth0 nud permanent",
                f"link add tunnel mtu {mtu} address {INNER_MACS[place]} up type {tunnel}",
                *address(overlay.inner[place], "tunnel"),
                f"neighbor replace {overlay.inner[far]} lladdr {INNER_MACS[far]} "
                "dev tunnel nud permanent",
            ],
        )


def address(written: str, device: str) -> list[str]:
    """The commands that give a device an address that can be used at once."""
    if ":" in written:
        return [f"address add {written}/64 dev {device} nodad"]
    return [f"address replace {written}/24 dev {device}"]


def told(lab: Lab, where: str, *words: str) -> str:
    """Run a program in a namespace for what it prints."""
    with namespaces.entered(lab.namespace(where)):
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def facts(lab: Lab, where: str, device: str = "eth0") -> dict[str, Any]:
    """All that `ip` tells of a device."""
    shown = json.loads(told(lab, where, "ip", "-j", "-s", "link", "show", "dev", device))
    found: dict[str, Any] = shown[0]
    return found


def cut_before_the_wire(lab: Lab) -> None:
    """Let the kernel cut super-packets in front of both hosts' eth0, and behind the hook."""
    for host in ENDS:
        without_offloads(lab, host, "eth0")


def join_received(lab: Lab) -> None:
    """Let eth0 of `HERE` join what it receives to super-packets (GRO), in front of the hook."""
    # A veth only does it for a partner that does not send super-packets itself.
    without_offloads(lab, build.CABLE, HERE)
    told(lab, HERE, "ethtool", "-K", "eth0", "gro", "on")


def without_offloads(lab: Lab, where: str, device: str) -> None:
    """Let a device take single packets only."""
    options = [word for offload in OFFLOADS for word in (offload, "off")]
    told(lab, where, "ethtool", "-K", device, *options)


@contextmanager
def transfer(
    lab: Lab, address: str, *options: str, here: str = HERE, there: str = THERE
) -> Iterator[subprocess.Popen[bytes]]:
    """An iperf3 client that runs; it ends by itself.

    Args:
        lab: holds the namespaces.
        address: of the server.
        options: of the client.
        here: where the client is.
        there: where the server is.
    """
    server = launch.start(["iperf3", "-s", "-1"], lab.namespace(there))
    try:
        assert wait_for(lambda: listens(server.pid, IPERF_PORT)), "iperf3 does not listen"
        client = launch.start(["iperf3", "-c", address, *options], lab.namespace(here))
        try:
            yield client
            assert wait_for(lambda: client.poll() is not None), "iperf3 does not end"
            assert client.returncode == 0, "iperf3 failed"
        finally:
            launch.stop(client)
    finally:
        launch.stop(server)
