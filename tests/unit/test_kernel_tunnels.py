"""Tunnel devices in rtnetlink's messages, as another library builds them."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg  # type: ignore[import-untyped]

from tunnel_monitor.contract import Encap
from tunnel_monitor.kernel import rtnetlink
from tunnel_monitor.kernel.rtnetlink import RTM_DELLINK, RTM_NEWLINK
from tunnel_monitor.kernel.tunnels import TunnelDevice, apply, tunnel_device

AF_BRIDGE = 7
FOU = 1
KEY = 0x2000


def message(kind: str, data: dict[str, Any], *, event: int = RTM_NEWLINK, family: int = 0) -> bytes:
    """What the kernel sends of a device."""
    link = ifinfmsg()
    link["header"]["type"] = event
    link["family"], link["index"] = family, 5
    info = [("IFLA_INFO_KIND", kind), ("IFLA_INFO_DATA", {"attrs": list(data.items())})]
    link["attrs"] = [("IFLA_IFNAME", "dev0"), ("IFLA_MTU", 1500)]
    if kind:
        link["attrs"].append(("IFLA_LINKINFO", {"attrs": info}))
    link.encode()
    return bytes(link.data)


def found(received: bytes) -> list[TunnelDevice | None]:
    return [
        tunnel_device(link)
        for kind, _, body in rtnetlink.messages(received)
        for link in rtnetlink.links_of(kind, body)
    ]


CASES: dict[str, tuple[str, dict[str, Any], tuple[int | None, int | None, Encap | None]]] = {
    "vxlan": (
        "vxlan",
        {"IFLA_VXLAN_ID": 77, "IFLA_VXLAN_PORT": 9999, "IFLA_VXLAN_COLLECT_METADATA": 0},
        (77, 9999, Encap.VXLAN),
    ),
    "vxlan of any VNI": (
        "vxlan",
        {"IFLA_VXLAN_ID": 0, "IFLA_VXLAN_PORT": 8472, "IFLA_VXLAN_COLLECT_METADATA": 1},
        (None, 8472, Encap.VXLAN),
    ),
    "vxlan-gpe": (
        "vxlan",
        {"IFLA_VXLAN_PORT": 4790, "IFLA_VXLAN_COLLECT_METADATA": 1, "IFLA_VXLAN_GPE": None},
        (None, 4790, Encap.VXLAN_GPE),
    ),
    "geneve": (
        "geneve",
        {"IFLA_GENEVE_ID": 9, "IFLA_GENEVE_PORT": 6081},
        (9, 6081, Encap.GENEVE),
    ),
    "geneve of any VNI": (
        "geneve",
        {"IFLA_GENEVE_PORT": 7000, "IFLA_GENEVE_COLLECT_METADATA": True},
        (None, 7000, Encap.GENEVE),
    ),
    "gre with a key": (
        "gre",
        {"IFLA_GRE_IFLAGS": KEY, "IFLA_GRE_IKEY": 1234, "IFLA_GRE_ENCAP_TYPE": 0},
        (1234, None, None),
    ),
    "gre without one": ("gretap", {"IFLA_GRE_IFLAGS": 0, "IFLA_GRE_IKEY": 0}, (None, None, None)),
    "gre in UDP": (
        "gre",
        {"IFLA_GRE_ENCAP_TYPE": FOU, "IFLA_GRE_ENCAP_DPORT": 5555},
        (None, 5555, None),
    ),
    "ipip": ("ipip", {"IFLA_IPIP_ENCAP_TYPE": 0}, (None, None, None)),
    "ipip in UDP": (
        "ipip",
        {"IFLA_IPIP_ENCAP_TYPE": FOU, "IFLA_IPIP_ENCAP_DPORT": 5556},
        (None, 5556, None),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_device_is_what_its_message_says(name: str) -> None:
    kind, data, (vni, port, encap) = CASES[name]
    expected = TunnelDevice("dev0", kind, vni, port, encap)
    assert found(message(kind, data)) == [expected]
    assert expected.read == (port is None or encap is not None)


def test_erspan_which_the_other_library_does_not_know() -> None:
    index = 21  # IFLA_GRE_ERSPAN_INDEX
    data = attribute(index, struct.pack("=I", 3)) + attribute(2, b"\0\0")
    info = attribute(1, b"erspan\0") + attribute(2, data)
    link = rtnetlink.LinkMessage(5, present=True, attributes={18: info, 3: b"dev0\0"})
    assert tunnel_device(link) == TunnelDevice("dev0", "erspan", 3, None, None)


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value + b"\0" * (-len(value) % 4)


@pytest.mark.parametrize("kind", ["", "veth", "bridge"])
def test_other_devices_are_none(kind: str) -> None:
    assert found(message(kind, {})) == [None]


def test_many_messages_come_at_once() -> None:
    one = message("geneve", {"IFLA_GENEVE_PORT": 6081})
    padding = b"\0" * (-len(one) % 4)
    assert len(found((one + padding) * 5)) == 5


def test_a_port_that_leaves_its_bridge_is_not_gone() -> None:
    leaves = message("vxlan", {}, event=RTM_DELLINK, family=AF_BRIDGE)
    assert found(leaves) == []


def test_a_device_goes_and_its_number_may_become_anothers() -> None:
    devices: dict[int, TunnelDevice] = {}
    for received, names in (
        (message("geneve", {"IFLA_GENEVE_PORT": 6081}), ["geneve"]),
        (message("vxlan", {"IFLA_VXLAN_PORT": 4789}), ["vxlan"]),
        (message("veth", {}), []),
        (message("gre", {}), ["gre"]),
        (message("gre", {}, event=RTM_DELLINK), []),
        (message("gre", {}, event=RTM_DELLINK), []),
    ):
        for kind, _, body in rtnetlink.messages(received):
            for link in rtnetlink.links_of(kind, body):
                apply(link, devices)
        assert [device.kind for device in devices.values()] == names
