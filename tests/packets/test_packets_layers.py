"""The bytes of made packets, against Scapy's and against the RFCs' own numbers."""

from __future__ import annotations

import pytest
from scapy.layers.inet6 import ICMPv6NDOptSrcLLAddr
from scapy.layers.l2 import Ether
from scapy.packet import Packet
from tests.packets.stacks import OUTSIDE4, OUTSIDE6, PEER4, PEER6, PING4, PING6, TCP4, TCP6

from tunnel_monitor.testing.layer import internet_checksum
from tunnel_monitor.testing.packets import (
    ARP,
    TCP,
    UDP,
    VLAN,
    VXLAN,
    Ethernet,
    Fragment,
    ICMPv6,
    IPv4,
    IPv6,
    Layer,
    NeighborSolicitation,
    destination_options,
    headers_length,
    hop_by_hop,
    packet,
    pad_n,
    payload,
    routing,
    service_vlan,
)

STACKS: list[tuple[Layer, ...]] = [
    (*OUTSIDE4, *PING4),
    (*OUTSIDE4, *PING6),
    (*OUTSIDE6, *TCP4),
    (*OUTSIDE6, *TCP6),
    (Ethernet(), service_vlan(2), VLAN(3, priority=5), *OUTSIDE4[1:], *TCP4),
    (Ethernet(), IPv4(options=b"\x94\x04\0\0"), TCP(options=b"\2\4\5\xb4"), payload(3)),
    (Ethernet(), PEER6, hop_by_hop(pad_n(6)), routing(PEER6.dst), *TCP6[2:]),
    (Ethernet(), PEER6, destination_options(pad_n(14)), Fragment(), *PING6[2:]),
    (Ethernet(), PEER6, NeighborSolicitation()),
    (Ethernet(), PEER4, UDP(dport=53), payload(7)),
]
COMPUTED = ("chksum", "cksum", "len", "plen", "ihl", "dataofs", "nh", "proto")


def remade(layer: Packet) -> bytes:
    """The packet after Scapy has computed again whatever it can."""
    first = layer
    while layer:
        is_option = isinstance(layer, ICMPv6NDOptSrcLLAddr)
        for name in () if is_option else COMPUTED:
            layer.fields.pop(name, None)
        layer.raw_packet_cache = None
        layer = layer.payload
    return bytes(first)


@pytest.mark.parametrize("layers", STACKS, ids=str)
def test_scapy_computes_the_same_lengths_and_checksums(layers: tuple[Layer, ...]) -> None:
    frame = packet(*layers)
    assert remade(Ether(frame)).hex() == frame.hex()


@pytest.mark.parametrize(
    "broken",
    [
        (PEER4, UDP(checksum=1)),
        (PEER4, UDP(length=9)),
        (PEER4, TCP(data_offset=6)),
        (IPv4(checksum=1), TCP()),
        (IPv4(total_length=41), TCP()),
        (IPv4(protocol=17), TCP()),
        (IPv6(payload_length=19), TCP()),
        (IPv6(next_header=17), ICMPv6()),
    ],
    ids=str,
)
def test_what_is_given_is_not_computed(broken: tuple[Layer, ...]) -> None:
    frame = packet(Ethernet(), *broken)
    assert remade(Ether(frame)) != frame


def test_checksum_of_the_example_in_rfc_1071() -> None:
    assert internet_checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF - 0xDDF2


def test_vxlan_header_as_drawn_in_rfc_7348() -> None:
    assert packet(VXLAN(vni=0x123456)).hex() == "0800000012345600"


def test_udp_has_no_checksum_of_zero() -> None:
    # RFC 768: 0 means that there is none. These ports make the sum come out as that.
    plain = int.from_bytes(packet(PEER4, UDP(sport=0, dport=9))[26:28])
    assert packet(PEER4, UDP(sport=plain, dport=9))[26:28] == b"\xff\xff"


def test_an_ethernet_frame_is_padded_at_its_end() -> None:
    assert packet(Ethernet(minimum=60), ARP())[14 + 28 :] == bytes(18)


@pytest.mark.parametrize(
    ("layers", "length"),
    [
        ((*OUTSIDE4, *TCP4), 14 + 20 + 8 + 8 + 14 + 20 + 20),
        ((*OUTSIDE6, *TCP6), 14 + 40 + 8 + 8 + 14 + 40 + 20),
        ((*OUTSIDE4, *PING4[:2], TCP(options=bytes(12)), payload(9)), 104 + 12),
        ((Ethernet(), VLAN(5), PEER4, UDP(), payload(9)), 18 + 20 + 8),
        ((Ethernet(minimum=60), PEER4, UDP(), payload(9)), 14 + 20 + 8),
        ((Ethernet(), ARP()), 0),
    ],
    ids=str,
)
def test_headers_length_ends_behind_the_innermost_transport(
    layers: tuple[Layer, ...], length: int
) -> None:
    assert headers_length(*layers) == length
