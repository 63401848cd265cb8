"""What is too large: first fragments, messages of a smaller MTU, large segments; and stations."""

from __future__ import annotations

import pytest
from tests.packets.noticed_frames import (
    HERE,
    INNER,
    INNER6,
    OUTER,
    OUTER6,
    THERE,
    tcp,
    too_big,
    vxlan,
)
from tests.packets.noticing import Watching, only, rows

from tunnel_monitor.contract import Encap
from tunnel_monitor.flows import labels
from tunnel_monitor.testing.packets import (
    ARP,
    TCP,
    UDP,
    Ethernet,
    Fragment,
    ICMPv6,
    IPv4,
    IPv6,
    Layer,
    Raw,
    packet,
    payload,
)

pytestmark = pytest.mark.root


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


@pytest.mark.parametrize(("length", "size"), [(None, 1360), (0, 0)], ids=["usual", "big tcp"])
def test_large_ipv6_packets_have_segments_too(
    length: int | None, size: int, watching: Watching
) -> None:
    inner = (Ethernet(), IPv6(payload_length=length))
    big = vxlan(*inner, TCP(sequence=77), payload(1300))
    assert watching.sees(big).segments.tolist() == [(49152, 80, 77, size)]


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
