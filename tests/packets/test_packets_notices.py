"""What the kernel part notices of a packet beside its size, for each packet by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from tests.packets.noticing import Watching, only, rows

from tunnel_monitor.contract import Encap, Mark, Notice, Quirk
from tunnel_monitor.flows import addresses, columns, labels
from tunnel_monitor.settings import Boundary
from tunnel_monitor.testing.packets import (
    ARP,
    GRE,
    GTPU,
    ICMP,
    TCP,
    UDP,
    VXLAN,
    VXLAN_HAS_POLICY,
    VXLAN_HAS_VNI,
    Ethernet,
    Fragment,
    Geneve,
    ICMPv6,
    IPv4,
    IPv6,
    Layer,
    NeighborSolicitation,
    Raw,
    packet,
    payload,
)

pytestmark = pytest.mark.root

OUTER_ADDRESSES: Final = ("outer_src", "outer_dst")
HERE, THERE = "172.16.1.100", "172.16.1.101"
SYN, SYN_ACK, ACK = 0x02, 0x12, 0x10
MSS_1460: Final = b"\x02\x04\x05\xb4"
OUTER: Final = (Ethernet(), IPv4(src=HERE, dst=THERE))
OUTER6: Final = (Ethernet(), IPv6(src="2001:db8::100", dst="2001:db8::101"))
INNER: Final = (Ethernet(src="02:00:00:00:07:01"), IPv4(src="192.168.0.1", dst="192.168.0.2"))
INNER6: Final = (Ethernet(), IPv6(src="fd00::1", dst="fd00::2"))


@pytest.fixture(scope="module")
def watching() -> Iterator[Watching]:
    with Watching() as made:
        yield made


def vxlan(*inside: Layer, outer: tuple[Layer, ...] = OUTER, **header: Any) -> bytes:
    udp = UDP(sport=header.pop("sport", 50000), **header.pop("udp", {}))
    return packet(*outer, udp, VXLAN(**{"vni": 7, **header}), *inside)


def tcp(flags: int = ACK, size: int = 10, **more: Any) -> bytes:
    return vxlan(*INNER, TCP(flags=flags, **more), payload(size))


def test_the_first_packet_of_a_flow_stands_for_all(watching: Watching) -> None:
    row = only(watching.sees(*[tcp()] * 5))
    assert (row.outer, row.vni, row.encap, row.direction) == ((HERE, THERE), 7, "vxlan", "egress")
    assert row["sampled"] == 1
    assert (row["least_ttl"], row["most_ttl"]) == (64, 64)


def test_hop_limits_are_the_least_and_the_most(watching: Watching) -> None:
    frames = [
        vxlan(*INNER[:1], IPv4(src=f"192.168.0.{last}"), UDP(), payload(8), outer=outer)
        for last, outer in (
            (1, (Ethernet(), IPv4(src=HERE, dst=THERE, ttl=61))),
            (2, OUTER),
            (3, (Ethernet(), IPv4(src=HERE, dst=THERE, ttl=63))),
        )
    ]
    row = only(watching.sees(*frames))
    assert (row["sampled"], row["least_ttl"], row["most_ttl"]) == (3, 61, 64)


def test_ports_and_flows_are_told_apart(watching: Watching) -> None:
    def bits(frames: list[bytes], name: str) -> int:
        return sum(word.bit_count() for word in only(watching.sees(*frames))[name])

    many_flows = [
        vxlan(*INNER[:1], IPv4(src=f"10.0.{last}.1"), UDP(), payload(8)) for last in range(32)
    ]
    many_ports = [
        vxlan(*INNER[:1], IPv4(src=f"10.0.{last}.1"), UDP(), payload(8), sport=49152 + 97 * last)
        for last in range(32)
    ]
    assert bits(many_flows, "ports") == 1
    assert 24 <= bits(many_flows, "flows") <= 32
    assert 24 <= bits(many_ports, "ports") <= 32


@pytest.mark.parametrize("inner", [INNER, INNER6], ids=["ipv4", "ipv6"])
def test_a_syn_says_what_it_allows(inner: tuple[Layer, ...], watching: Watching) -> None:
    headers = 40 if inner is INNER else 60
    row = only(watching.sees(vxlan(*inner, TCP(flags=SYN, options=MSS_1460))))
    assert row["largest_syn"] == 1460 + headers
    assert (row["asks"], row["answers"]) == (1, 0)
    row = only(watching.sees(vxlan(*inner, TCP(flags=SYN_ACK, options=b"\x01\x01" + MSS_1460))))
    assert row["largest_syn"] == 1460 + headers
    assert (row["asks"], row["answers"]) == (0, 1)


@pytest.mark.parametrize(
    "options",
    [b"", b"\x00" + MSS_1460, b"\x01" * 20 + MSS_1460, b"\x03\x03\x07", b"\x05\x00\x00\x00"],
    ids=["none", "after the end", "too far behind", "another", "of no length"],
)
def test_a_syn_without_mss(options: bytes, watching: Watching) -> None:
    assert only(watching.sees(tcp(SYN, 0, options=options)))["largest_syn"] == 0


def test_syns_of_a_known_flow_are_seen(watching: Watching) -> None:
    row = only(watching.sees(tcp(), *[tcp(SYN, 0, options=MSS_1460)] * 3, tcp()))
    assert (row["asks"], row["largest_syn"], row["sampled"]) == (3, 1500, 4)


def test_arp_is_counted_whole(watching: Watching) -> None:
    ask, answer = ARP(), ARP(operation=2, sender="192.168.0.9")
    announcement = ARP(target="192.168.0.1")
    frames = [vxlan(Ethernet(), arp) for arp in (ask, ask, answer, announcement)]
    row = only(watching.sees(*frames))
    assert (row["arps"], row["asks"], row["answers"]) == (4, 2, 1)
    assert addresses.text(bytes(10) + b"\xff\xff" + bytes(row.values["asker"])) == "192.168.0.1"


def test_neighbour_discovery_of_a_known_flow_is_counted(watching: Watching) -> None:
    asks = [vxlan(*INNER6, NeighborSolicitation())] * 3
    answer = vxlan(*INNER6, ICMPv6(type=136), payload(20))
    row = only(watching.sees(*asks, answer))
    assert (row["asks"], row["answers"]) == (3, 1)


@pytest.mark.parametrize(
    ("header", "quirks"),
    [
        ({}, ()),
        ({"flags": VXLAN_HAS_VNI | VXLAN_HAS_POLICY}, ()),
        ({"flags": VXLAN_HAS_VNI | 0x04}, (Quirk.RESERVED_BITS,)),
        ({"flags": 0}, (Quirk.NO_VNI,)),
    ],
    ids=["as it should be", "group policy", "a reserved bit", "no VNI"],
)
def test_odd_vxlan_headers(
    header: dict[str, Any], quirks: tuple[Quirk, ...], watching: Watching
) -> None:
    row = only(watching.sees(vxlan(*INNER, UDP(), payload(8), **header)))
    assert row["quirks"] == sum(1 << quirk for quirk in quirks)
    assert (row["header"] & 0xFF == header.get("flags", 0)) or not quirks
    assert row.outer == (HERE, THERE)


def test_a_critical_option_of_geneve(watching: Watching) -> None:
    frame = packet(*OUTER, UDP(), Geneve(vni=7, critical=True), *INNER, UDP(), payload(8))
    row = only(watching.sees(frame))
    assert (row.encap, row["quirks"]) == ("geneve", 1 << Quirk.CRITICAL)


@pytest.mark.parametrize("checksum", [0, None])
def test_no_checksum_over_ipv6(checksum: int | None, watching: Watching) -> None:
    frame = vxlan(*INNER6, UDP(), payload(8), outer=OUTER6, udp={"checksum": checksum})
    odd = only(watching.sees(frame))["quirks"]
    assert odd == (1 << Quirk.ZERO_CHECKSUM if checksum == 0 else 0)


def test_no_checksum_over_ipv4_is_usual(watching: Watching) -> None:
    assert only(watching.sees(vxlan(*INNER, UDP(), payload(8), udp={"checksum": 0})))["quirks"] == 0


def test_an_error_indication_of_gtpu(watching: Watching) -> None:
    row = only(watching.sees(packet(*OUTER, UDP(), GTPU(teid=0, message=26), payload(16))))
    assert (row.encap, row.vni, row["quirks"]) == ("gtpu", None, 1 << Quirk.GTPU_ERROR)
    assert not rows(watching.sees(packet(*OUTER, UDP(), GTPU(teid=0, message=1), payload(16))))[0][
        "quirks"
    ]


@pytest.mark.parametrize(
    ("inner_tos", "outer_tos", "marks"),
    [
        (0xB8, 0xB8, Mark.COPIED),
        (0xB8, 0x00, Mark.WIPED),
        (0xB8, 0x20, Mark.OTHER),
        (0x00, 0x20, Mark(0)),
    ],
)
def test_marks(inner_tos: int, outer_tos: int, marks: Mark, watching: Watching) -> None:
    frame = vxlan(
        Ethernet(),
        IPv4(tos=inner_tos),
        UDP(),
        payload(8),
        outer=(Ethernet(), IPv4(src=HERE, dst=THERE, tos=outer_tos)),
    )
    row = only(watching.sees(frame))
    assert row["marks"] == marks
    assert not marks or (row["inner_mark"], row["outer_mark"]) == (inner_tos >> 2, outer_tos >> 2)


def test_congestion_marks_are_a_matrix(watching: Watching) -> None:
    frames = [
        vxlan(
            Ethernet(),
            IPv4(src=f"10.0.0.{inner * 4 + outer}", tos=inner),
            UDP(),
            payload(8),
            outer=(Ethernet(), IPv4(src=HERE, dst=THERE, tos=outer)),
        )
        for inner, outer in ((0, 0), (2, 2), (2, 3), (1, 2))
    ]
    assert only(watching.sees(*frames))["ecn"] == sum(1 << bit for bit in (0, 10, 11, 6))


def test_dont_fragment_is_a_matrix(watching: Watching) -> None:
    frame = vxlan(Ethernet(), IPv4(dont_fragment=True), UDP(), payload(8))
    assert only(watching.sees(frame))["df"] == 1 << 2


@pytest.mark.parametrize(
    "outer",
    [
        (Ethernet(), IPv4(src=HERE, dst=THERE, more_fragments=True)),
        (Ethernet(), IPv6(src="2001:db8::100"), Fragment(more=True)),
    ],
    ids=["ipv4", "ipv6"],
)
def test_each_first_fragment_counts(outer: tuple[Layer, ...], watching: Watching) -> None:
    frame = vxlan(*INNER, UDP(), payload(100), outer=outer)
    row = only(watching.sees(*[frame] * 3))
    assert (row["fragments"], row["fragment_size"]) == (3, len(frame) - 14)


def too_big(quoted: bytes, mtu: int) -> bytes:
    rest = mtu.to_bytes(4, "big")
    return packet(
        Ethernet(),
        IPv4(src="172.16.9.9", dst=HERE),
        ICMP(type=3, code=4, rest=rest),
        Raw(quoted),
    )


def test_a_message_of_a_smaller_mtu_is_about_the_tunnel_it_quotes(watching: Watching) -> None:
    quoted = tcp()[14:]
    row = only(watching.sees(too_big(quoted, 1400), too_big(quoted, 1300), too_big(quoted, 0)))
    assert (row.outer, row.vni, row.encap) == ((HERE, THERE), 7, "vxlan")
    assert row.direction == "ingress"  # it was seen on its way out, so it is about what came in
    assert (row["too_big"], row["too_big_mtu"]) == (3, 1300)


def test_eight_bytes_of_a_quotation_tell_no_vni(watching: Watching) -> None:
    row = only(watching.sees(too_big(tcp()[14 : 14 + 28], 1400)))
    assert (row.outer, row.vni, row.encap) == ((HERE, THERE), None, "vxlan")


def test_over_ipv6_too(watching: Watching) -> None:
    quoted = vxlan(*INNER6, UDP(), payload(8), outer=OUTER6)[14:]
    frame = packet(*OUTER6, ICMPv6(type=2, code=0, rest=(1280).to_bytes(4, "big")), Raw(quoted))
    row = only(watching.sees(frame))
    assert row.outer == ("2001:db8::100", "2001:db8::101")
    assert row["too_big_mtu"] == 1280


@pytest.mark.parametrize(
    ("inner", "encap"), [(IPv4(), "ip4ip6"), (IPv6(), "ip6ip6")], ids=["ipv4", "ipv6"]
)
def test_ip_in_ipv6_is_quoted_by_its_name(inner: Layer, encap: str, watching: Watching) -> None:
    quoted = packet(*OUTER6, inner, UDP(), payload(8))[14:]
    frame = packet(*OUTER6, ICMPv6(type=2, code=0, rest=(1280).to_bytes(4, "big")), Raw(quoted))
    assert only(watching.sees(frame)).encap == encap


def test_what_is_not_read_is_not_quoted_either() -> None:
    quoted = packet(*OUTER, IPv4(), UDP(), payload(8))[14:]
    with Watching(encaps=frozenset({Encap.VXLAN})) as watching:
        assert rows(watching.sees(too_big(quoted, 1400))) == []
        assert only(watching.sees(too_big(tcp()[14:], 1400))).encap == "vxlan"


def test_the_outermost_of_two_is_counted_only() -> None:
    twice = vxlan(*INNER, UDP(), VXLAN(vni=9), *INNER, TCP(), payload(1300))
    with Watching(boundary=Boundary.OUTERMOST) as watching:
        noticed = watching.sees(twice)
        assert rows(noticed) == []
        assert not len(noticed.macs)
        assert not len(noticed.segments)
        assert only(watching.sees(tcp())).vni == 7


def test_an_mss_that_cannot_be_takes_no_place(watching: Watching) -> None:
    most = b"\x02\x04\xff\xff"
    frames = [tcp(SYN, options=MSS_1460), tcp(SYN, options=most)]
    assert only(watching.sees(*frames))["largest_syn"] == 1500


@pytest.mark.parametrize(("length", "size"), [(None, 1360), (0, 0)], ids=["usual", "big tcp"])
def test_large_ipv6_packets_have_segments_too(
    length: int | None, size: int, watching: Watching
) -> None:
    inner = (Ethernet(), IPv6(payload_length=length))
    big = vxlan(*inner, TCP(sequence=77), payload(1300))
    assert watching.sees(big).segments.tolist() == [(49152, 80, 77, size)]


@pytest.mark.parametrize(
    "frame",
    [
        packet(*OUTER, ICMP(type=3, code=3), Raw(tcp()[14:])),
        packet(*OUTER, ICMP(), payload(60)),
        too_big(packet(Ethernet(), IPv4(), TCP(), payload(40))[14:], 1400),
        packet(*OUTER, TCP(flags=SYN, options=MSS_1460)),
        packet(*OUTER, UDP(dport=53), payload(40)),
    ],
    ids=["unreachable port", "ping", "about TCP", "SYN outside", "no tunnel"],
)
def test_nothing_to_notice(frame: bytes, watching: Watching) -> None:
    assert rows(watching.sees(frame)) == []


def test_a_large_segment_is_known_by_its_number(watching: Watching) -> None:
    noticed = watching.sees(tcp(size=1300, sequence=77), tcp(size=1300, sequence=78))
    assert noticed.segments.tolist() == [(49152, 80, 77, 1340)]
    assert labels.texts(noticed.flows, "inner_dst") == ["192.168.0.2"]
    assert len(watching.sees(tcp(size=500)).segments) == 0


def test_a_station_is_behind_its_peer(watching: Watching) -> None:
    noticed = watching.sees(tcp(), vxlan(Ethernet(src="02:00:00:00:07:02"), ARP()))
    assert sorted(bytes(mac).hex(":") for mac in noticed.macs) == [
        "02:00:00:00:07:01",
        "02:00:00:00:07:02",
    ]
    assert set(labels.texts(noticed.peers, "outer_src")) == {HERE}
    assert noticed.peers["vni"].tolist() == [7, 7]


def test_other_tunnels_have_no_udp(watching: Watching) -> None:
    row = only(watching.sees(packet(*OUTER, GRE(key=9), IPv4(tos=0xB8), UDP(), payload(8))))
    assert (row.encap, row.vni, row["ports"], row["marks"]) == ("gre", 9, [0, 0], Mark.WIPED)


@pytest.mark.parametrize("notices", [Notice(0), *Notice])
def test_each_can_be_switched_off(notices: Notice) -> None:
    with Watching(notices) as watching:
        noticed = watching.sees(tcp(size=1300))
    assert bool(len(noticed.tunnels)) is (Notice.HEADERS in notices)
    assert bool(len(noticed.segments)) is (Notice.SEGMENTS in notices)
    assert bool(len(noticed.macs)) is (Notice.STATIONS in notices)


def test_full_tables_are_no_trouble(watching: Watching) -> None:
    frames = [
        vxlan(
            *INNER, TCP(sport=port), payload(1300), outer=(Ethernet(), IPv4(src=f"10.9.{port}.1"))
        )
        for port in range(40)
    ]
    noticed = watching.sees(*frames)
    assert len(noticed.tunnels) == 16
    assert len(columns.address(noticed.flows, "inner_src")) == 4
