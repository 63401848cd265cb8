"""The packet table, its truncations and some of its bit flips against tshark."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.packets import by_tshark
from tests.packets.expected import Case
from tests.packets.headers import record_from, record_of
from tests.packets.table import VXLAN_CASES as CASES
from tests.packets.table import bit_flips, truncations

# Where tshark reads another packet than the rules of this project do, and why.
OTHERWISE = {
    "udp length 0": "it ends there; BIG TCP has this",
    "udp length too small": "it ends there",
    "ipv6 of length 0": "only an IPv4 length of 0 is BIG TCP to it",
    "a mobility header": "the last header to it",
    "a host identity header": "the last header to it",
    "all extension headers": "two of which are the last to it",
    "inner addresses that map ipv4": "it tells them as IPv6",
    # What ends behind IPv4 options looks the same as what ends in them.
    "inner ipv4 with an option: 88 bytes": "it does not tell whether the options are whole",
}
OTHERWISE_FLIPPED = {
    "tcp, ipv6 in ipv6: bit 5 of byte 59": "the UDP length is too small",
    "tcp, ipv6 in ipv6: bit 6 of byte 59": "the UDP length is too small",
    "qinq over ipv6: bit 7 of byte 67": "the UDP length is too small",
    "two tunnels, options and extension headers: bit 7 of byte 47": "the UDP length is too small",
    "two tunnels, options and extension headers: bit 7 of byte 133": "the UDP length is too small",
    "two tunnels, options and extension headers: bit 4 of byte 112": "it stops at a bad option",
}
FLIPPED = {
    "ping, ipv4 in ipv4",
    "tcp, ipv6 in ipv6",
    "qinq over ipv6",
    "two tunnels, options and extension headers",
}


def seen_otherwise(cases: Sequence[Case], folder: Path, *, link_header: bool = True) -> set[str]:
    """Names of the cases that are another packet to tshark."""
    frames = [case.frame for case in cases]
    seen = by_tshark.dissect(frames, folder, link_header=link_header)
    assert len(seen) == len(cases) > 1000
    return {
        case.name
        for case, headers in zip(cases, seen, strict=True)
        if record_from(headers) != record_of(case.expected)
    }


@pytest.mark.parametrize("link_header", [True, False])
def test_tshark_sees_the_same_tunnels(tmp_path: Path, *, link_header: bool) -> None:
    whole = [case for case in CASES if case.link_header == link_header]
    cases = [cut for case in whole for cut in (case, *truncations(case))]
    names = seen_otherwise(cases, tmp_path, link_header=link_header)
    # A cut frame has the name of its case in front of its length.
    wrong = {name if name in OTHERWISE else name.rpartition(": ")[0] or name for name in names}
    assert wrong == (set(OTHERWISE) if link_header else set())


def test_tshark_sees_the_same_tunnels_in_damaged_frames(tmp_path: Path) -> None:
    cases = [flip for case in CASES if case.name in FLIPPED for flip in bit_flips(case)]
    assert seen_otherwise(cases, tmp_path) == set(OTHERWISE_FLIPPED)
