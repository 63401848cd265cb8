"""Tunnel devices of the watched host come and go, and their ports are read meanwhile."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from tests.lab import commands, watched
from tests.lab.commands import Running
from tests.lab.watched import Page

from tunnel_monitor.kernel.tunnels import TunnelDevices
from tunnel_monitor.lab import namespaces, traffic
from tunnel_monitor.lab.build import Lab

pytestmark = pytest.mark.root

HERE: Final = "host0"
THERE: Final = "host1"
VNI: Final = 77
ODD_PORT: Final = 12345
INNER: Final = ("10.7.0.1", "10.7.0.2")
QUICK: Final = ("--interval", "0.2")


@pytest.fixture(autouse=True)
def clean(lab: Lab) -> Iterator[None]:
    """No device of a test is there in the next."""
    yield
    for host in (HERE, THERE):
        shown = watched.in_host(lab, host, "ip -o link show type vxlan")
        names = [line.split()[1].partition("@")[0].rstrip(":") for line in shown.splitlines()]
        lab.ip(host, [f"link del {name}" for name in names if name != "vxlan10000"])


def add_tunnel(lab: Lab, name: str = "odd", port: int = ODD_PORT, vni: int = VNI) -> None:
    """A tunnel between the hosts, the end of the watched one last."""
    for number, host in ((1, THERE), (0, HERE)):
        far = f"172.16.1.{101 - number}"
        lab.ip(
            host,
            [
                f"link add {name} up type vxlan id {vni} dev eth0 remote {far} dstport {port}",
                f"address add {INNER[number]}/24 dev {name}",
            ],
        )


def remove_here(lab: Lab, name: str = "odd") -> None:
    lab.ip(HERE, [f"link del {name}"])


def origins(page: Page) -> dict[int, tuple[str, str, str | None, int]]:
    """Port -> what it is read as, why, the device and how many there are."""
    return {
        row["port"]: (row["encap"], row["origin"], row["device"], row["devices"])
        for row in page.api("status")["port_origins"]
    }


def wait_until_read(page: Page, port: int, *, read: bool) -> None:
    """Wait until a port is read, or is no more."""
    commands.wait_for(lambda: (port in origins(page)) == read, f"port {port}: read is {read}")


def ping_odd(lab: Lab, page: Page, count: int) -> int:
    """Ping through the odd tunnel; how many packets more of its VNI were counted, both ways."""
    before = sum(page.counted(VNI).values())
    assert traffic.ping(lab, HERE, INNER[1], count) == count
    page.wait_for_drain()
    return sum(page.counted(VNI).values()) - before


def test_a_device_that_comes_is_read_and_one_that_goes_is_forgotten(
    lab: Lab, home: int, tmp_path: Path
) -> None:
    with watched.watch(lab, home, tmp_path, "eth0", *QUICK) as running:
        page = Page.of(running)
        assert origins(page)[4789] == ("vxlan", "device", "vxlan10000", 1)
        assert origins(page)[8472] == ("vxlan", "default", None, 0)
        assert ODD_PORT not in origins(page)

        add_tunnel(lab)
        wait_until_read(page, ODD_PORT, read=True)
        assert origins(page)[ODD_PORT] == ("vxlan", "device", "odd", 1)
        assert page.api("status")["ports"]["vxlan"] == [4789, 8472, ODD_PORT]
        assert ping_odd(lab, page, 23) == 46
        running.wait_to_tell(f"UDP port {ODD_PORT} is read as vxlan: odd uses it")

        remove_here(lab)
        wait_until_read(page, ODD_PORT, read=False)
        running.wait_to_tell(f"UDP port {ODD_PORT} is not read any more")
        assert page.api("status")["ports"]["vxlan"] == [4789, 8472]

        lab.ip(THERE, ["link del odd"])
        add_tunnel(lab)
        wait_until_read(page, ODD_PORT, read=True)
        assert ping_odd(lab, page, 7) == 14


def test_a_device_that_is_there_is_read_from_the_first_packet_on(
    lab: Lab, home: int, tmp_path: Path
) -> None:
    add_tunnel(lab)
    with watched.watch(lab, home, tmp_path, "eth0", *QUICK) as running:
        assert ping_odd(lab, Page.of(running), 19) == 38
        assert f"UDP port {ODD_PORT} is read as vxlan: odd uses it" in running.output


def test_a_port_is_read_until_its_last_device_goes(lab: Lab, home: int, tmp_path: Path) -> None:
    add_tunnel(lab)
    lab.ip(HERE, [f"link add second up type vxlan id 78 dev eth0 dstport {ODD_PORT}"])
    with watched.watch(lab, home, tmp_path, "eth0", *QUICK) as running:
        page = Page.of(running)
        assert origins(page)[ODD_PORT] == ("vxlan", "device", "odd", 2)
        # Joining and leaving a bridge sends messages that look like a device's end.
        lab.ip(
            HERE,
            ["link add br9 type bridge", "link set second master br9", "link set second nomaster"],
        )
        lab.ip(HERE, ["link del br9", "link del second"])
        commands.wait_for(
            lambda: origins(page)[ODD_PORT] == ("vxlan", "device", "odd", 1), "one device left"
        )
        assert ping_odd(lab, page, 11) == 22
        remove_here(lab)
        wait_until_read(page, ODD_PORT, read=False)


def test_what_is_set_stays_without_its_device(lab: Lab, home: int, tmp_path: Path) -> None:
    add_tunnel(lab)
    given = ("--port", f"vxlan=4789,{ODD_PORT}")
    with watched.watch(lab, home, tmp_path, "eth0", *QUICK, *given) as running:
        page = Page.of(running)
        assert origins(page)[ODD_PORT] == ("vxlan", "setting", "odd", 1)
        remove_here(lab)
        commands.wait_for(
            lambda: origins(page)[ODD_PORT] == ("vxlan", "setting", None, 0), "no device left"
        )
        assert "not read any more" not in running.output


def test_a_port_that_is_set_to_something_else_is_told(lab: Lab, home: int, tmp_path: Path) -> None:
    given = ("--port", f"geneve={ODD_PORT}")
    with watched.watch(lab, home, tmp_path, "eth0", *QUICK, *given) as running:
        page = Page.of(running)
        assert page.api("status")["misread_ports"] == []
        add_tunnel(lab)
        running.wait_to_tell(
            f"cannot read what odd (vxlan) sends to UDP port {ODD_PORT}: "
            f"the port is read as geneve; choose what it is with --port vxlan={ODD_PORT}"
        )
        assert page.api("status")["misread_ports"] == [
            {"port": ODD_PORT, "kind": "vxlan", "device": "odd", "devices": 1, "read_as": "geneve"}
        ]
        assert ping_odd(lab, page, 5) == 0


def test_a_device_is_right_against_a_usual_port(lab: Lab, home: int, tmp_path: Path) -> None:
    with watched.watch(lab, home, tmp_path, "eth0", *QUICK) as running:
        page = Page.of(running)
        assert origins(page)[4790] == ("vxlan-gpe", "default", None, 0)
        add_tunnel(lab, port=4790)
        running.wait_to_tell("UDP port 4790 is read as vxlan, no longer as vxlan-gpe: odd uses it")
        assert ping_odd(lab, page, 13) == 26
        remove_here(lab)
        running.wait_to_tell("UDP port 4790 is read as vxlan-gpe, no longer as vxlan")


def test_devices_of_any_vni_and_of_the_generic_extension_are_found(
    lab: Lab, home: int, tmp_path: Path
) -> None:
    lab.ip(
        HERE,
        [
            "link add any up type vxlan external dstport 7001",
            "link add gpe up type vxlan external gpe dstport 7002",
        ],
    )
    with watched.watch(lab, home, tmp_path, "eth0", *QUICK) as running:
        found = origins(Page.of(running))
    assert found[7001] == ("vxlan", "device", "any", 1)
    assert found[7002] == ("vxlan-gpe", "device", "gpe", 1)


def test_nothing_is_looked_for_where_that_is_forbidden(lab: Lab, home: int, tmp_path: Path) -> None:
    add_tunnel(lab)
    with watched.watch(lab, home, tmp_path, "eth0", *QUICK, "--no-discover") as running:
        page = Page.of(running)
        assert page.api("status")["ports"]["vxlan"] == [4789, 8472]
        assert origins(page)[4789] == ("vxlan", "default", None, 0)
        lab.ip(HERE, ["link add second up type vxlan id 78 dev eth0 dstport 7003"])
        assert ping_odd(lab, page, 5) == 0
        assert not netlink_sockets(running)


def netlink_sockets(running: Running) -> set[str]:
    """Sockets of a process that are told of links."""
    told = Path(f"/proc/{running.process.pid}/net/netlink").read_text().splitlines()[1:]
    inodes = {line.split()[9] for line in told if line.split()[1] == "0"}
    links = commands.links_in(Path(f"/proc/{running.process.pid}/fd"))
    return {inode for inode in inodes if f"socket:[{inode}]" in links}


def test_more_changes_than_the_kernel_keeps(lab: Lab) -> None:
    """What was missed is listed again."""
    with namespaces.entered(lab.namespace(HERE)):
        devices = TunnelDevices()
        listener = socket.socket(fileno=devices.fileno())
    with closing(devices):
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.detach()
        before = len(devices.now())
        names = [f"many{number}" for number in range(20)]
        adding = "type vxlan dev eth0 dstport 7004 id"
        lab.ip(HERE, [f"link add {name} {adding} {900 + i}" for i, name in enumerate(names)])
        devices.follow()
        assert len(devices.now()) == before + len(names)
        assert [device.port for device in devices.now()[-2:]] == [7004, 7004]
        lab.ip(HERE, [f"link del {name}" for name in names])
        devices.follow()
        assert len(devices.now()) == before
