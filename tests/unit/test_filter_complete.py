from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunnel_monitor.flows.filter.complete import Choice, complete
from tunnel_monitor.flows.filter.keys import Key

VALUES = {
    "vni": ["10000", "10001", "20000", "none"],
    "peer": ["172.16.1.100", "gateway1"],
    "address": ["172.16.1.100", "gateway1", "192.168.0.1"],
    "encap": ["vxlan", "gre"],
}


def known(key: Key) -> Iterable[Choice]:
    return [Choice(value, "seen") for value in VALUES.get(key.name, [])]


@pytest.mark.parametrize(
    ("text", "start", "length", "choices"),
    [
        # The cursor is where | stands.
        ("vn|", 0, 2, ["vni:"]),
        ("v|nx", 0, 3, ["vni:"]),
        ("RA|", 0, 2, ["rate>"]),
        ("inner_|", 0, 6, ["inner_src:", "inner_dst:"]),
        ("p|", 0, 1, ["peer:", "path:", "packet_rate>", "packets>"]),
        ("ga|", 0, 2, ["gateway1"]),
        ("17|", 0, 2, ["172.16.1.100"]),
        ("vni:|", 4, 0, ["10000", "10001", "20000", "none"]),
        ("vni:1|", 4, 1, ["10000", "10001"]),
        ("vni:1|0 encap:vxlan", 4, 2, ["10000", "10001"]),
        ("vni:5,1|,7", 6, 1, ["10000", "10001"]),
        ("vni:5,|", 6, 0, ["10000", "10001", "20000", "none"]),
        ("!peer:g|", 6, 1, ["gateway1"]),
        ("(encap:|)", 7, 0, ["vxlan", "gre"]),
        ("encap:V|", 6, 1, ["vxlan"]),
        ("rate>1|", 5, 1, ["1k", "10k", "100k", "1M", "10M", "100M", "1G", "10G"]),
        ("rate>10|", 5, 2, ["10k", "100k", "10M", "100M", "10G"]),
        ("rate:|", 5, 0, []),
        ("colour:|", 0, 7, []),
        ("vni:1 | encap:gre", 6, 0, None),
        ("|", 0, 0, None),
    ],
)
def test_ways_to_go_on(text: str, start: int, length: int, choices: list[str] | None) -> None:
    before, _, behind = text.partition("|")
    found = complete(before + behind, len(before), known)
    assert (found.start, found.length) == (start, length)
    written = [choice.text for choice in found.choices]
    assert written == choices if choices is not None else written[:2] == ["vni:", "peer:"]


def test_keys_say_what_they_are() -> None:
    assert complete("vni", 3, known).choices == (Choice("vni:", "the virtual network's number"),)


@given(st.text(alphabet="vni:,1 !()>rate", max_size=20), st.integers(0, 20))
def test_what_is_replaced_is_a_part_of_the_text_around_the_cursor(text: str, cursor: int) -> None:
    cursor = min(cursor, len(text))
    found = complete(text, cursor, known)
    assert 0 <= found.start <= cursor <= found.start + found.length <= len(text)
