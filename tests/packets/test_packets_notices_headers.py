"""Tunnel headers that are odd, and outer marks against inner ones."""

from __future__ import annotations

from typing import Any

import pytest
from tests.packets.noticed_frames import HERE, INNER, INNER6, OUTER, OUTER6, THERE, vxlan
from tests.packets.noticing import Watching, only, rows

from tunnel_monitor.contract import Mark, Quirk
from tunnel_monitor.testing.packets import (
    GTPU,
    UDP,
    VXLAN_HAS_POLICY,
    VXLAN_HAS_VNI,
    Ethernet,
    Geneve,
    IPv4,
    packet,
    payload,
)

pytestmark = pytest.mark.root


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
