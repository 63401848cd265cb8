"""Any packet, by naming its layers.

    packet(
        Ethernet(), VLAN(100), IPv4(src="172.16.1.100", dst="172.16.1.101"), UDP(),
        VXLAN(vni=10001), Ethernet(), IPv6(), TCP(), payload(100),
    )

Lengths, checksums and the numbers that announce the next layer are computed unless given. A new
layer is one dataclass (`layer.Layer`), listed here.
"""

from __future__ import annotations

from tunnel_monitor.testing.between import MPLS, NSH, PPP, WCCP, ControlWord, PPPoE
from tunnel_monitor.testing.gre import (
    END_OF_ROUTES,
    ERSPAN2,
    ERSPAN3,
    GRE,
    GRE_ERSPAN,
    Route,
    erspan1,
    nvgre,
)
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
from tunnel_monitor.testing.link import ARP, LLCSNAP, PBB, VLAN, Ethernet, service_vlan
from tunnel_monitor.testing.rare import (
    L2TP,
    L2TP3,
    LISP,
    LISP_HAS_PROTOCOL,
    EnhancedGRE,
    EoIP,
    EtherIP,
    Teredo,
    TeredoAuthentication,
)
from tunnel_monitor.testing.transport import ICMP, TCP, UDP, ICMPv6, NeighborSolicitation
from tunnel_monitor.testing.tunnels import (
    GPE_HAS_PROTOCOL,
    GTPU,
    VXLAN,
    VXLAN_HAS_POLICY,
    VXLAN_HAS_VNI,
    VXLANGPE,
    Geneve,
    GTPUExtension,
    geneve_option,
)

__all__ = [
    "AH",
    "ARP",
    "END_OF_ROUTES",
    "ERSPAN2",
    "ERSPAN3",
    "GPE_HAS_PROTOCOL",
    "GRE",
    "GRE_ERSPAN",
    "GTPU",
    "ICMP",
    "L2TP",
    "L2TP3",
    "LISP",
    "LISP_HAS_PROTOCOL",
    "LLCSNAP",
    "MPLS",
    "NO_NEXT_HEADER",
    "NSH",
    "PBB",
    "PPP",
    "TCP",
    "UDP",
    "VLAN",
    "VXLAN",
    "VXLANGPE",
    "VXLAN_HAS_POLICY",
    "VXLAN_HAS_VNI",
    "WCCP",
    "ControlWord",
    "EnhancedGRE",
    "EoIP",
    "EtherIP",
    "Ethernet",
    "Extension",
    "Fragment",
    "GTPUExtension",
    "Geneve",
    "ICMPv6",
    "IPv4",
    "IPv6",
    "Layer",
    "NeighborSolicitation",
    "PPPoE",
    "Raw",
    "Route",
    "Teredo",
    "TeredoAuthentication",
    "destination_options",
    "erspan1",
    "geneve_option",
    "headers_length",
    "hop_by_hop",
    "nvgre",
    "packet",
    "pad_n",
    "payload",
    "routing",
    "service_vlan",
]
