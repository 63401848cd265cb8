"""The lab as it is built: real namespaces, VXLAN devices and pings."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tunnel_monitor.errors import LabFailed
from tunnel_monitor.lab import build, namespaces, traffic
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.lab.topology import Client, Topology

pytestmark = pytest.mark.root


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with build.running() as built:
        yield built


def devices(lab: Lab, where: str | Client) -> dict[str, Any]:
    """name -> what `ip` says of it."""
    words = ["ip", "-d", "-s", "-j", "address", "show"]
    with namespaces.entered(lab.namespace(where)):
        done = subprocess.run(words, capture_output=True, check=True)
    return {device["ifname"]: device for device in json.loads(done.stdout) if device}


def open_files() -> set[str]:
    """The numbers of this process's descriptors."""
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def here() -> int:
    """Which namespace this process is in."""
    return Path("/proc/self/ns/net").stat().st_ino


def test_every_client_reaches_the_next_host(lab: Lab) -> None:
    for client in lab.topology.all_clients:
        neighbour = f"192.168.{client.segment}.{(client.host + 1) % lab.topology.hosts + 1}"
        assert traffic.ping(lab, client, neighbour) == 1, client


def names(lab: Lab, where: str) -> set[str]:
    """The devices that were made there; some kernels add fallback tunnels to every namespace."""
    made = {"veth", "vxlan", "bridge"}
    return {
        name
        for name, device in devices(lab, where).items()
        if device.get("linkinfo", {}).get("info_kind") in made
    }


def test_names_are_those_of_the_drawing(lab: Lab) -> None:
    assert names(lab, "br100") == {"br100", *(f"host{n}" for n in range(9))}
    inside = {f"{kind}{vni}" for vni in range(10000, 10004) for kind in ("vxlan", "br", "client")}
    assert names(lab, "host3") == {"eth0"} | inside
    assert names(lab, "192.168.2.4") == {"eth0"}


def test_addresses_and_tunnels_are_those_of_the_drawing(lab: Lab) -> None:
    host = devices(lab, "host3")
    assert host["eth0"]["addr_info"][0]["local"] == "172.16.1.103"
    assert host["eth0"]["addr_info"][0]["prefixlen"] == 24
    tunnel = host["vxlan10002"]["linkinfo"]["info_data"]
    assert (tunnel["id"], tunnel["group"], tunnel["port"]) == (10002, "239.1.1.3", 4789)
    assert host["vxlan10002"]["master"] == host["client10002"]["master"] == "br10002"
    client = devices(lab, "192.168.2.4")["eth0"]
    assert client["addr_info"][0]["local"] == "192.168.2.4"
    assert client["mtu"] == 1450


def test_there_is_no_ipv6_to_disturb_counts(lab: Lab) -> None:
    for where in ("br100", "host0", "192.168.0.1"):
        for device in devices(lab, where).values():
            assert all(address["family"] == "inet" for address in device["addr_info"])


def test_segments_do_not_see_each_other(lab: Lab) -> None:
    lab.ip("192.168.0.1", ["address add 192.168.1.200/24 dev eth0"])
    try:
        assert traffic.ping(lab, "192.168.0.1", "192.168.1.2") == 0
    finally:
        lab.ip("192.168.0.1", ["address del 192.168.1.200/24 dev eth0"])


def test_acquainted_clients_send_what_was_asked_for_and_nothing_else() -> None:
    with build.running(Topology(hosts=3, segments=1)) as lab:  # nobody else asks for anybody here
        one, other = "192.168.0.1", "192.168.0.3"
        traffic.acquaint(lab, one, other)
        before = devices(lab, other)["eth0"]["stats64"]
        assert traffic.ping(lab, one, other, 1009, size=100, interval_s=0.001) == 1009
        after = devices(lab, other)["eth0"]["stats64"]
    for way in ("rx", "tx"):
        assert after[way]["packets"] - before[way]["packets"] == 1009
        assert after[way]["bytes"] - before[way]["bytes"] == 1009 * (14 + 20 + 8 + 100)


def test_a_ping_to_nobody_gets_no_reply(lab: Lab) -> None:
    assert traffic.ping(lab, "192.168.0.1", "192.168.0.200") == 0


def test_nothing_appears_outside(lab: Lab) -> None:
    outside = {path.name for path in Path("/sys/class/net").iterdir()}
    assert not outside & {"br100", "host0", "vxlan10000", "br10000"}
    for name in ("br100", "host0", "192.168.0.1"):
        assert os.fstat(lab.namespace(name)).st_ino != here()
    named = Path("/run/netns")
    inodes = {path.stat().st_ino for path in named.iterdir()} if named.is_dir() else set()
    assert os.fstat(lab.namespace("host0")).st_ino not in inodes


def test_an_unknown_name_is_an_error_that_names_it(lab: Lab) -> None:
    with pytest.raises(LabFailed, match="host9"):
        lab.namespace("host9")


def test_what_ip_refuses_is_told_with_its_reason(lab: Lab) -> None:
    with pytest.raises(LabFailed, match=r"cannot set up host0: .*nothing-here"):
        lab.ip("host0", ["link set nothing-here up"])


def test_progress_is_told_in_order() -> None:
    lines: list[str] = []
    with build.running(Topology(hosts=2, segments=1), lines.append):
        pass
    assert lines == [
        "Launching host 1 of 2",
        "Launching host 2 of 2",
        "Starting tunnel 1 of 2",
        "Starting tunnel 2 of 2",
    ]


def test_several_clients_behind_a_host() -> None:
    with build.running(Topology(hosts=2, segments=1, clients=3)) as lab:
        for client in lab.topology.all_clients:
            for other in lab.topology.all_clients:
                assert traffic.ping(lab, client, other) == 1, (client, other)


def test_more_segments_than_a_socket_may_join_groups() -> None:
    with build.running(Topology(hosts=2, segments=25)) as lab:
        for client in lab.topology.clients_on(0):
            assert traffic.ping(lab, client, f"192.168.{client.segment}.2") == 1


def test_a_hundred_hosts() -> None:
    with build.running(Topology(hosts=100)) as lab:
        for host in range(1, 100):
            assert traffic.ping(lab, "192.168.3.1", f"192.168.3.{host + 1}") == 1


def test_hosts_on_both_sides_of_the_first_range() -> None:
    with build.running(Topology(hosts=157, segments=1)) as lab:
        assert traffic.ping(lab, "192.168.0.1", "192.168.0.156") == 1  # on 172.16.2.1
        assert traffic.ping(lab, "192.168.0.157", "192.168.0.155") == 1


def test_fifty_labs_leave_no_descriptor() -> None:
    before = open_files()
    for _ in range(50):
        with build.running(Topology(hosts=2, segments=1)) as lab:
            assert traffic.ping(lab, "192.168.0.1", "192.168.0.2") == 1
    assert open_files() == before


def test_a_lab_that_fails_on_the_way_lets_go_of_everything() -> None:
    def fail(line: str) -> None:
        if line == "Starting tunnel 2 of 2":
            raise InterruptedError

    before = open_files(), here()
    with pytest.raises(InterruptedError), build.running(Topology(hosts=2, segments=1), fail):
        pass
    assert (open_files(), here()) == before
