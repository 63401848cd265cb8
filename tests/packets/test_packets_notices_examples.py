"""Whose packet it was: the inner addresses of those that findings name."""

from __future__ import annotations

from typing import Any

import pytest
from tests.packets.noticed_frames import (
    HERE,
    MSS_1460,
    OUTER,
    OUTER6,
    SYN,
    SYN_ACK,
    THERE,
    too_big,
    vxlan,
)
from tests.packets.noticing import Row, Watching, only

from tunnel_monitor.contract import Encap, Example
from tunnel_monitor.diagnose.dscp import WRONG_ECN_BITS
from tunnel_monitor.testing.packets import (
    ARP,
    GRE,
    TCP,
    UDP,
    VXLAN,
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

NOBODY = ("::", "::")
MSS_1400, MSS_1440 = b"\x02\x04\x05\x78", b"\x02\x04\x05\xa0"
FIRST_PART = (Ethernet(), IPv4(src=HERE, dst=THERE, more_fragments=True))


def pair(last: int, version: int = 4) -> tuple[str, str]:
    """Two endpoints."""
    return (f"10.0.{last}.5", f"10.0.{last}.7") if version == 4 else (f"fd00::{last}:5", "fd00::7")


def inner(last: int, version: int = 4, **more: Any) -> tuple[Layer, ...]:
    """The headers of what one sends to the other."""
    src, dst = pair(last, version)
    ip = IPv4(src=src, dst=dst, **more) if version == 4 else IPv6(src=src, dst=dst, **more)
    return Ethernet(), ip


def syn(last: int, options: bytes, version: int = 4, flags: int = SYN) -> bytes:
    return vxlan(*inner(last, version), TCP(flags=flags, options=options))


def named(row: Row) -> set[Example]:
    """For what somebody is."""
    return {example for example in Example if row.example(example) != NOBODY}


def test_a_usual_packet_is_no_example(watching: Watching) -> None:
    assert named(only(watching.sees(vxlan(*inner(1), UDP(), payload(8))))) == set()


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("flags", [SYN, SYN_ACK], ids=["syn", "answer"])
def test_the_largest_syn(flags: int, version: int, watching: Watching) -> None:
    frames = [
        syn(number, options, version, flags)
        for number, options in ((1, MSS_1400), (2, MSS_1460), (3, MSS_1440))
    ]
    row = only(watching.sees(*frames))
    assert row.example(Example.SYN) == pair(2, version)
    assert row["largest_syn"] == 1460 + (40 if version == 4 else 60)


@pytest.mark.parametrize(
    "outer",
    [FIRST_PART, (Ethernet(), IPv6(src="2001:db8::100"), Fragment(more=True))],
    ids=["ipv4", "ipv6"],
)
def test_the_largest_first_fragment(outer: tuple[Layer, ...], watching: Watching) -> None:
    frames = [
        vxlan(*inner(number), UDP(), payload(size), outer=outer)
        for number, size in ((1, 400), (2, 1300), (3, 800))
    ]
    row = only(watching.sees(*frames))
    assert row.example(Example.FRAGMENT) == pair(2)
    assert named(row) == {Example.FRAGMENT}


GENEVE_WITH_OPTIONS = Geneve(vni=7, options=bytes(8))


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("tunnel", [VXLAN(vni=7), GENEVE_WITH_OPTIONS], ids=["vxlan", "geneve"])
def test_whose_packet_is_quoted(tunnel: Layer, version: int, watching: Watching) -> None:
    quoted = [
        packet(*OUTER, UDP(), tunnel, *inner(number, version), TCP(), payload(1300))[14:]
        for number in (1, 2)
    ]
    row = only(watching.sees(*[too_big(one, 1400) for one in quoted]))
    assert row.example(Example.TOO_BIG) == pair(2, version)
    assert (named(row), row.vni) == ({Example.TOO_BIG}, 7)


@pytest.mark.parametrize("size", [28, 36, 77])
def test_a_short_quotation_names_nobody(size: int, watching: Watching) -> None:
    row = only(watching.sees(too_big(syn(1, MSS_1460)[14 : 14 + size], 1400)))
    assert (row["too_big"], named(row)) == (1, set())


def test_what_geneve_carries_without_ethernet_is_not_taken_for_a_frame(watching: Watching) -> None:
    src, dst = pair(1)
    quoted = packet(*OUTER, UDP(), Geneve(vni=7), IPv4(src=src, dst=dst), TCP(), payload(99))[14:]
    assert named(only(watching.sees(too_big(quoted, 1400)))) == set()


def test_the_newest_odd_header(watching: Watching) -> None:
    odd: dict[str, Any] = {"flags": VXLAN_HAS_VNI | 0x04}
    frames = [
        vxlan(*inner(1), UDP(), payload(8), **odd),
        vxlan(*inner(2), UDP(), payload(8), **odd),
        vxlan(*inner(3), UDP(), payload(8)),
    ]
    row = only(watching.sees(*frames))
    assert row.example(Example.HEADER) == pair(2)
    assert named(row) == {Example.HEADER}


@pytest.mark.parametrize(
    ("inside", "ends"),
    [
        ((*inner(1), UDP(), payload(40)), pair(1)),
        ((*inner(1, 6), UDP(), payload(8)), pair(1, 6)),
        ((Ethernet(), ARP(sender="10.0.1.5", target="10.0.1.7"), Raw(bytes(18))), pair(1)),
        ((Ethernet(type=0x88CC), payload(60)), NOBODY),
        ((Ethernet(), payload(10)), NOBODY),
    ],
    ids=["ipv4", "ipv6", "arp", "neither", "short"],
)
def test_whose_header_had_no_vni(
    inside: tuple[Layer, ...], ends: tuple[str, str], watching: Watching
) -> None:
    row = only(watching.sees(vxlan(*inside, flags=0)))
    assert row["quirks"]
    assert row.example(Example.HEADER) == ends


def test_the_mark_that_is_told(watching: Watching) -> None:
    kept, lost = ((Ethernet(), IPv4(src=HERE, dst=THERE, tos=tos)) for tos in (0xB8, 0x00))
    frames = [
        vxlan(*inner(1, tos=0xB8), UDP(), payload(8), outer=kept),
        vxlan(*inner(2, tos=0x28), UDP(), payload(8), outer=lost),
        vxlan(*inner(3, tos=0xB8), UDP(), payload(8), outer=kept),
    ]
    row = only(watching.sees(*frames))
    assert (row["inner_mark"], row["outer_mark"]) == (0x28 >> 2, 0)
    assert row.example(Example.MARK) == pair(2)


@pytest.mark.parametrize("bit", range(16))
def test_whose_congestion_marks_are_wrong(bit: int, watching: Watching) -> None:
    """The kernel part knows the same wrong ones as the check."""
    outer = (Ethernet(), IPv4(src=HERE, dst=THERE, tos=bit & 3))
    row = only(watching.sees(vxlan(*inner(1, tos=bit >> 2), UDP(), payload(8), outer=outer)))
    assert row["ecn"] == 1 << bit
    assert row.example(Example.ECN) == (pair(1) if WRONG_ECN_BITS >> bit & 1 else NOBODY)


@pytest.mark.parametrize(
    ("layers", "inside", "outside", "is_named"),
    [
        ((), True, False, True),
        ((), True, True, False),
        ((), False, False, False),
        ((GRE(),), True, False, False),
    ],
    ids=["lost", "kept", "not set", "another rule"],
)
def test_whose_df_is_lost(
    layers: tuple[Layer, ...], *, inside: bool, outside: bool, is_named: bool, watching: Watching
) -> None:
    _, ip = inner(1, dont_fragment=inside)
    outer = (Ethernet(), IPv4(src=HERE, dst=THERE, dont_fragment=outside))
    row = only(watching.sees(packet(*outer, *layers, ip, UDP(), payload(8))))
    assert row.example(Example.DF) == (pair(1) if is_named else NOBODY)


ASKED = ARP(sender="10.0.1.5", target="10.0.1.7")
ANSWER = ARP(operation=2, sender="10.0.2.7", target="10.0.2.5")
ANNOUNCED = ARP(sender="10.0.2.5", target="10.0.2.5")


@pytest.mark.parametrize(
    ("asks", "others"),
    [
        (vxlan(Ethernet(), ASKED), vxlan(Ethernet(), ANSWER)),
        (vxlan(Ethernet(), ASKED), vxlan(Ethernet(), ANNOUNCED)),
        (syn(1, b""), syn(2, b"", flags=SYN_ACK)),
    ],
    ids=["arp", "announced", "syn"],
)
def test_the_newest_ask(asks: bytes, others: bytes, watching: Watching) -> None:
    older = vxlan(*inner(3), TCP(flags=SYN))
    row = only(watching.sees(older, asks, others))
    assert row.example(Example.ASK) == pair(1)
    assert row["asks"] == 2


def test_a_neighbour_that_is_asked_for(watching: Watching) -> None:
    """Not the group that the solicitation is sent to."""
    target = NeighborSolicitation(target="fd00::7")
    src, _ = pair(1, 6)
    ask = vxlan(Ethernet(), IPv6(src=src, dst="ff02::1:ff00:7"), target)
    answer = vxlan(*inner(2, 6), ICMPv6(type=136), payload(20))
    assert only(watching.sees(ask, answer)).example(Example.ASK) == pair(1, 6)


def test_who_is_asked_for_by_no_ip_address_is_not_named(watching: Watching) -> None:
    chaos = b"\x00\x01\x80\x40\x06\x02\x00\x01"  # RFC 826 was made for others, too
    row = only(watching.sees(vxlan(Ethernet(type=0x0806), Raw(chaos), payload(20))))
    assert row["asks"] == 1
    assert named(row) == set()


@pytest.mark.parametrize("outer", [OUTER, OUTER6], ids=["ipv4", "ipv6"])
def test_whatever_is_outside(outer: tuple[Layer, ...], watching: Watching) -> None:
    row = only(watching.sees(vxlan(*inner(1, 6), TCP(flags=SYN, options=MSS_1460), outer=outer)))
    assert row.encap == Encap.VXLAN.label
    assert row.example(Example.SYN) == row.example(Example.ASK) == pair(1, 6)
