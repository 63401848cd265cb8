"""Any packet, by naming its layers.

    packet(
        Ethernet(), VLAN(100), IPv4(src="172.16.1.100", dst="172.16.1.101"), UDP(),
        VXLAN(vni=10001), Ethernet(), IPv6(), TCP(), payload(100),
    )

Lengths, checksums and the numbers that announce the next layer are computed unless given. A new
layer is one dataclass (`layer.Layer`), listed here.
"""

from __future__ import annotations

from tunnel_monitor.testing.ip import (
    AH,
    NO_NEXT_HEADER,
    Extension,
    Fragment,
    IPv4,
    IPv6,
    destination_options,
    hop_by_hop,
    pad_n,
    routing,
)
from tunnel_monitor.testing.layer import Layer, Raw, headers_length, packet, payload
from tunnel_monitor.testing.link import ARP, VLAN, Ethernet, service_vlan
from tunnel_monitor.testing.transport import ICMP, TCP, UDP, ICMPv6, NeighborSolicitation
from tunnel_monitor.testing.tunnels import VXLAN, VXLAN_HAS_POLICY, VXLAN_HAS_VNI

__all__ = [
    "AH",
    "ARP",
    "ICMP",
    "NO_NEXT_HEADER",
    "TCP",
    "UDP",
    "VLAN",
    "VXLAN",
    "VXLAN_HAS_POLICY",
    "VXLAN_HAS_VNI",
    "Ethernet",
    "Extension",
    "Fragment",
    "ICMPv6",
    "IPv4",
    "IPv6",
    "Layer",
    "NeighborSolicitation",
    "Raw",
    "destination_options",
    "headers_length",
    "hop_by_hop",
    "packet",
    "pad_n",
    "payload",
    "routing",
    "service_vlan",
]
