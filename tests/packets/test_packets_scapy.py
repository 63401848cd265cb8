"""The packet table, and every seventh of its truncations, against Scapy."""

from __future__ import annotations

import pytest
from tests.packets import by_scapy
from tests.packets.expected import Case
from tests.packets.headers import record_from, record_of
from tests.packets.table import VXLAN_CASES as CASES
from tests.packets.table import truncations

# Where Scapy reads another packet than the rules of this project do, and why.
OTHERWISE = {
    **dict.fromkeys(
        ["a tag of the old kind", "three tags", "three inner tags"],
        "0x9100 is no tag to it",
    ),
    **dict.fromkeys(
        [
            *("ah", "ah without a check value", "ah with a check value of 32 bytes"),
            *("ah of 8 bytes", "ah of 1028 bytes", "all extension headers"),
            *("a mobility header", "a host identity header", "a shim6 header"),
        ],
        "the last header to it",
    ),
    **dict.fromkeys(
        ["every reserved bit", "every reserved bit over ipv6"],
        "a policy's flag together with that of VXLAN-GPE moves the VNI",
    ),
    "ipv6 of length 0": "an empty packet to it",
    "udp ends in its header": "it reads on",
    "inner addresses that map ipv4": "it tells them as IPv6",
}
# UDP ends where its length says, or padding is taken for what is behind a header.
OTHERWISE_CUT = {"udp length 0", "udp length too small", "jumbo"}

WITH_LINK_HEADER = [case for case in CASES if case.link_header]


def agrees(case: Case) -> bool:
    return record_from(by_scapy.dissect(case.frame)) == record_of(case.expected)


@pytest.mark.parametrize("case", WITH_LINK_HEADER, ids=lambda case: case.name)
def test_scapy_sees_the_same_tunnels(case: Case) -> None:
    assert agrees(case) == (case.name not in OTHERWISE)


def test_scapy_sees_the_same_tunnels_in_cut_frames() -> None:
    names = OTHERWISE.keys() | OTHERWISE_CUT
    cut = [cut for case in WITH_LINK_HEADER if case.name not in names for cut in truncations(case)][
        ::7
    ]
    assert len(cut) > 5000
    assert [case.name for case in cut if not agrees(case)] == []
