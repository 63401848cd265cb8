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
    END_OF_ROUTES,
    ERSPAN2,
    ERSPAN3,
    GRE,
    GTPU,
    L2TP,
    L2TP3,
    LISP,
    LLCSNAP,
    MPLS,
    NSH,
    PBB,
    PPP,
    TCP,
    UDP,
    VLAN,
    VXLAN,
    VXLANGPE,
    WCCP,
    ControlWord,
    EnhancedGRE,
    EoIP,
    EtherIP,
    Ethernet,
    Fragment,
    Geneve,
    GTPUExtension,
    ICMPv6,
    IPv4,
    IPv6,
    Layer,
    NeighborSolicitation,
    PPPoE,
    Raw,
    Route,
    Teredo,
    TeredoAuthentication,
    destination_options,
    erspan1,
    geneve_option,
    headers_length,
    hop_by_hop,
    nvgre,
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


FRAME = Ethernet()
# Headers as drawn in their specifications, in front of something that they must announce.
DRAWN = {
    "VXLAN-GPE, IPv4": ((VXLANGPE(0x123456), PEER4), "0c00000112345600"),
    "VXLAN-GPE, NSH": ((VXLANGPE(1, flags=0x0D), NSH()), "0d00000400000100"),
    "Geneve": ((Geneve(0x123456), FRAME), "0000655812345600"),
    "Geneve, two words of options": (
        (Geneve(1, geneve_option(0x81, b"\1\2\3", 0x0102), critical=True), PEER6),
        "024086dd000001000102810101020300",
    ),
    "GTP-U": ((GTPU(0x01020304), Raw(bytes(3))), "30ff000301020304"),
    "GTP-U, sequence number": ((GTPU(1, sequence=0x0506),), "32ff00040000000105060000"),
    "GTP-U, N-PDU number": ((GTPU(1, n_pdu=7, message=26),), "311a00040000000100000700"),
    "GTP-U, extension headers": (
        (GTPU(1, extensions=(GTPUExtension(0x85, b"\x10\x09"), GTPUExtension(0xC0, bytes(6)))),),
        "34ff00100000000100000085011009c00200000000000000",
    ),
    "GRE": ((GRE(), PEER4), "00000800"),
    "GRE, key and sequence number": ((GRE(0x01020304, 5), PEER6), "300086dd0102030400000005"),
    "GRE, checksum": ((GRE(has_checksum=True, protocol=0x0800),), "8000080077ff0000"),
    "GRE, routing": (
        (GRE(routes=(Route(b"\1\2\3\4"), END_OF_ROUTES)), MPLS()),
        "4000884700000000080000040102030400000000",
    ),
    "NVGRE": ((nvgre(0x123456, 0x78), FRAME), "2000655812345678"),
    "ERSPAN I": ((erspan1(), FRAME), "000088be"),
    "ERSPAN II": (
        (GRE(sequence=1), ERSPAN2(0x3FF, 0xABC, 5, 3, index=9), FRAME),
        "100088be000000011abcbbff00000009",
    ),
    "ERSPAN III": (
        (GRE(sequence=1), ERSPAN3(1, 2, platform=bytes(8), timestamp=3, group=4), FRAME),
        "100022eb000000012002000100000003000400010000000000000000",
    ),
    "ERSPAN III, IP": ((ERSPAN3(1, frame_type=2, rest=0x1FF), PEER4), "200000010000000000000bfe"),
    "MPLS": ((MPLS(0xFFFFE, 5, 9), MPLS(1, ttl=2), PEER4), "ffffea0900001102"),
    "control word": ((ControlWord(7), FRAME), "00000007"),
    "PPP": ((PPP(), PEER6), "0057"),
    "PPP, address and compressed": ((PPP(has_address=True, is_compressed=True), PEER4), "ff0321"),
    "PPP, MPLS": ((PPP(), MPLS()), "0281"),
    "PPPoE": ((PPPoE(0x0102), PPP(), Raw(bytes(5))), "110001020007c021"),
    "NSH": ((NSH(0x010203, 4), FRAME), "0fc6010301020304" + "00" * 16),
    "NSH without context": ((NSH(context=b""), PEER6), "0fc20202000001ff"),
    "LLC and SNAP": ((FRAME, LLCSNAP(), Raw(bytes(4)))[1:], "aaaa0300000088b5"),
    "PBB": ((PBB(0x010203, 7), FRAME), "e0010203"),
    "WCCP": ((WCCP(0x80, 1, 2), PEER4), "80010002"),
    "Teredo, authentication": (
        (Teredo(TeredoAuthentication(b"ab", b"c", b"12345678", 1)), PEER6),
        "000102016162633132333435363738" + "01",
    ),
    "Teredo, origin": ((Teredo(origin=(0x0102, "1.2.3.4")), PEER6), "0000fefdfefdfcfb"),
    "L2TP": ((L2TP(0x0102, 0x0304), PPP(), PEER4), "00020102" + "0304" + "0021"),
    "L2TP, all of it": (
        (L2TP(1, 2, has_length=True, sequence=(3, 4), padding=b"\0"), PPP(protocol=0x0021)),
        "4a02" + "0011" + "00010002" + "00030004" + "000100" + "0021",
    ),
    "L2TP, a message": ((L2TP(is_message=True, flags=0x4800, version=3),), "c803"),
    "L2TPv3 over UDP": (
        (UDP(dport=1701, checksum=0), L2TP3(0x01020304)),
        "c00006a5001000000003000001020304",
    ),
    "L2TPv3 over IP": ((L2TP3(0x01020304),), "01020304"),
    "PPTP": (
        (EnhancedGRE(0x0102, 3, 4), PPP(), PEER4),
        "3081880b" + "00160102" + "00000003" + "00000004" + "0021",
    ),
    "EoIP": ((EoIP(0x0102), Raw(bytes(5))), "20016400" + "00050201"),
    "EtherIP": ((EtherIP(), FRAME), "3000"),
    "LISP": ((LISP(0x010203, flags=0x80, nonce=0x040506), PEER4), "8804050601020300"),
    "LISP, next protocol": ((LISP(flags=0x04, nonce=0x040506), FRAME), "0404050300000000"),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_header_is_as_drawn_in_its_specification(name: str) -> None:
    layers, drawn = DRAWN[name]
    assert packet(*layers).hex().startswith(drawn)


def test_a_length_stands_in_front_of_llc() -> None:
    frame = packet(Ethernet(), VLAN(5), LLCSNAP(), payload(10))
    assert frame[12:18].hex() == "810000050012"


def test_the_checksum_of_gre_covers_the_payload() -> None:
    header = packet(GRE(1, has_checksum=True), PEER4, TCP(), payload(3))
    assert internet_checksum(header) == 0


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
