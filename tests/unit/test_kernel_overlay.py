"""What the kernel says of the host's own tunnels, from devices that are really there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.unit.synthetic import packed

from tunnel_monitor.contract import Encap
from tunnel_monitor.kernel.overlay import Overlay, OverlayReader
from tunnel_monitor.lab import build, namespaces
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.lab.topology import Topology

pytestmark = pytest.mark.root

FAR, FARTHER = "192.0.2.7", "192.0.2.8"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with build.empty(Topology(hosts=2, segments=1)) as empty:
        empty.add("host")
        empty.ip(
            "host",
            [
                "link add eth0 type veth peer name other",
                "address add 192.0.2.1/24 dev eth0",
                "link set eth0 up",
                "link set other up",
                "link add grp0 up type vxlan id 1 dev eth0 group 239.1.1.1 dstport 4789",
                f"link add far0 up type vxlan id 2 remote {FAR} dstport 4789 nolearning ttl 64",
                "link add any0 up type vxlan external dstport 8472",
                "link add down0 type vxlan id 3 dstport 4789",
            ],
        )
        entries = [
            f"fdb append 02:00:00:00:00:01 dev far0 self static dst {FARTHER}",
            f"fdb append 02:00:00:00:00:02 dev grp0 self dynamic dst {FAR}",
        ]
        empty.run("host", ("bridge", "-batch", "-"), entries)
        yield empty


@pytest.fixture
def overlay(lab: Lab) -> Iterator[Overlay]:
    with namespaces.entered(lab.namespace("host")):
        reader = OverlayReader(["eth0", "gone"])
    yield reader.read()
    reader.close()


def test_devices_are_told_with_who_is_behind_them(overlay: Overlay) -> None:
    found = {tunnel.name: tunnel for tunnel in overlay.tunnels}
    assert found.keys() == {"grp0", "far0", "any0", "down0"}
    group, far, anybody, down = (found[name] for name in ("grp0", "far0", "any0", "down0"))
    assert (group.encap, group.vni, group.learns, group.ttl) == (Encap.VXLAN, 1, True, 0)
    assert group.peers == {packed("239.1.1.1")}  # what it learned by itself is no peer
    assert (far.vni, far.learns, far.ttl, far.up) == (2, False, 64, True)
    assert far.peers == {packed(FAR), packed(FARTHER)}
    assert (anybody.vni, anybody.external) == (None, True)
    assert not down.up


def test_addresses_and_networks_are_the_hosts(overlay: Overlay) -> None:
    assert packed("192.0.2.1") in overlay.addresses
    assert overlay.on_link(packed("192.0.2.200"))
    assert not overlay.on_link(packed("192.0.3.1"))
    assert not overlay.on_link(packed("2001:db8::1"))


def test_networks_have_their_devices(overlay: Overlay) -> None:
    assert {key: [one.name for one in there] for key, there in overlay.by_network.items()} == {
        (Encap.VXLAN, 1): ["grp0"],
        (Encap.VXLAN, 2): ["far0"],
        (Encap.VXLAN, 3): ["down0"],
    }


def test_an_interface_tells_its_speed(overlay: Overlay) -> None:
    assert overlay.mtus == {"eth0": 1500}
    assert overlay.link_bps == {"eth0": 10 * 10**9}  # what a veth says
