"""Captured packets through the native build, against the tables of an independent decoder.

The captures are not part of the project: see captures.py for where they may be. Without them
there is nothing to generate tests from, and the run says so at its end.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from tests.packets import captures

from tunnel_monitor.settings import Boundary

NAMES = captures.names()
OTHERWISE = tomllib.loads(Path(__file__).with_name("captures_otherwise.toml").read_text())
# Link headers that are not read yet: Linux cooked, PPP.
UNREAD_LINKTYPES = {113, 276, 9}

if NAMES:

    @pytest.mark.parametrize("boundary", Boundary)
    @pytest.mark.parametrize("tables", captures.EXPECTED)
    @pytest.mark.parametrize("name", NAMES)
    def test_a_capture_has_the_flows_that_are_expected(
        name: str, tables: str, boundary: Boundary
    ) -> None:
        capture = captures.load(name, tables)
        if not capture.is_readable:
            assert capture.linktype in UNREAD_LINKTYPES
            return
        expected = captures.certain(capture, boundary)
        found = captures.differences(expected, captures.counted(capture, boundary))
        assert found == list(OTHERWISE.get(f"{tables}/{name}", {}).get(boundary.value, {}))


def test_each_difference_that_is_explained_is_of_a_capture() -> None:
    tables = {f"{folder}/{name}" for folder in captures.EXPECTED for name in NAMES}
    assert not NAMES or set(OTHERWISE) <= tables


ROW: captures.Row = ("vxlan", 5, "10.0.0.1", "10.0.0.2", "", "")


def test_a_packet_or_a_byte_more_or_less_is_a_difference() -> None:
    expected: captures.Table = {ROW: (2, 200)}
    assert captures.differences(expected, {ROW: (2, 200)}) == []
    for wrong in ({ROW: (1, 200)}, {ROW: (2, 201)}, {}, {ROW: (2, 200), (*ROW[:5], "::1"): (1, 9)}):
        assert len(captures.differences(expected, wrong)) == 1


def test_only_packets_that_are_not_ambiguous_are_expected() -> None:
    row = dict(zip(("encap", "vni", "outer_src", "outer_dst"), ROW[:4], strict=True))
    row |= {"inner_src": "", "inner_dst": "::ffff:192.0.2.1"}
    row |= {"packets": 3, "bytes": 300, "ambiguous_packets": 1, "ambiguous_bytes": 50}
    capture = captures.Capture(1, [], [], {"tables": {"innermost": [row]}, "ambiguous": []})
    assert captures.certain(capture) == {(*ROW[:5], "192.0.2.1"): (2, 250)}
