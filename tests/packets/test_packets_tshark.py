"""The packet table and all its truncations against tshark."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.packets import by_tshark
from tests.packets.headers import record_from, record_of
from tests.packets.table import CASES, truncations

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


@pytest.mark.parametrize("link_header", [True, False])
def test_tshark_sees_the_same_tunnels(tmp_path: Path, *, link_header: bool) -> None:
    named = [
        (case.name, cut)
        for case in CASES
        if case.link_header == link_header
        for cut in (case, *truncations(case))
    ]
    frames = [cut.frame for _, cut in named]
    seen = by_tshark.dissect(frames, tmp_path, link_header=link_header)
    assert len(seen) == len(named)
    wrong = {
        cut.name if cut.name in OTHERWISE else name
        for (name, cut), headers in zip(named, seen, strict=True)
        if record_from(headers) != record_of(cut.expected)
    }
    assert wrong == (set(OTHERWISE) if link_header else set())
