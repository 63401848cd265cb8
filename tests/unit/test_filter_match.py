from __future__ import annotations

import ipaddress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.filtering import FLOWS, INTERFACES, NAMES, RIGHT, SETTING, WRONG, Wrong
from tests.unit.synthetic import Flow, drained, packed

from tunnel_monitor.errors import BadFilter
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.flows.filter.match import Setting, chosen, mask
from tunnel_monitor.flows.filter.naming import resolved
from tunnel_monitor.flows.filter.parse import parse
from tunnel_monitor.flows.filter.tree import Addresses, Node, Range

IPV4 = st.integers(0, 2**32 - 1).map(lambda number: str(ipaddress.IPv4Address(number)))
NEAR = st.integers(0, 300).map(lambda number: str(ipaddress.IPv6Address(number)))
IPV6 = st.integers(0, 2**128 - 1).map(lambda number: str(ipaddress.IPv6Address(number)))
ADDRESS = st.one_of(IPV4, IPV6, NEAR, st.sampled_from(["255.255.255.255", "::", "::1"]))


def rows_of(*flows: Flow) -> Rows:
    """Rows in the order of the flows."""
    parts = [FlowBatch.of(drained([flow], interfaces=INTERFACES)).flows for flow in flows]
    return columns.join(columns.empty(), *parts)


def tree(text: str) -> Node:
    return resolved(parse(text), NAMES.lookup)


@pytest.mark.parametrize(("text", "expected"), RIGHT.items())
def test_which_rows_a_filter_means(text: str, expected: tuple[int, ...]) -> None:
    found = np.flatnonzero(mask(rows_of(*FLOWS), tree(text), SETTING))
    assert tuple(found.tolist()) == expected


@pytest.mark.parametrize("text", RIGHT)
def test_no_rows_are_no_trouble(text: str) -> None:
    assert mask(columns.empty(), tree(text), SETTING).shape == (0,)


@pytest.mark.parametrize("wrong", [one for one in WRONG if "by the name" in one.says])
def test_a_name_that_nothing_has_is_refused_at_its_place(wrong: Wrong) -> None:
    with pytest.raises(BadFilter) as caught:
        tree(wrong.text)
    assert (caught.value.start, caught.value.length) == (wrong.start, wrong.length)
    assert wrong.says in str(caught.value)


@given(st.lists(st.tuples(ADDRESS, ADDRESS), max_size=5), st.lists(ADDRESS, max_size=20))
def test_ranges_mean_the_addresses_in_them(
    ends: list[tuple[str, str]], addresses: list[str]
) -> None:
    """However they overlap: compared with plain comparisons of whole numbers."""
    ranges = [Range(*sorted(map(packed, pair))) for pair in ends]
    rows = columns.empty(len(addresses))
    packed_ones = [packed(address) for address in addresses]
    rows["outer_src"] = np.frombuffer(b"".join(packed_ones), "V16")
    found = mask(rows, Addresses(("outer_src",), tuple(ranges)), SETTING)
    expected = [
        any(address) and any(one.first <= address <= one.last for one in ranges)
        for address in packed_ones
    ]
    assert found.tolist() == expected


def test_the_empty_filter_copies_nothing() -> None:
    rows = rows_of(*FLOWS)
    assert chosen(rows, parse(""), SETTING) is rows
    assert chosen(rows, tree("vni:10000"), SETTING)["bytes"].tolist() == [12500000]


@pytest.mark.parametrize("text", ["rate>=92233720368547758", "packets<9223372036854775807"])
def test_counts_may_be_as_large_as_they_can(text: str) -> None:
    """A bound over an hour passes 64 bits, and then nothing reaches it."""
    rows = rows_of(Flow(packets=2**63, bytes=2**64 - 1))
    assert not mask(rows, tree(text), Setting(10**18)).any()
