from __future__ import annotations

from collections import Counter
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.synthetic import Flow, drained

from tunnel_monitor.contract import Direction, Encap
from tunnel_monitor.flows import columns, group, labels
from tunnel_monitor.flows.answering import largest, page
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.columns import KEY_WORDS, Rows, Words
from tunnel_monitor.flows.group import FLOW_COLUMNS, TUNNEL, Groups, Sum
from tunnel_monitor.flows.question import Question, Span

# Both addresses of a header are of one family.
ENDS = st.sampled_from(["10.0.0.1", "10.0.0.2"]), st.sampled_from(["2001:db8::1", "2001:db8::2"])
PAIRS = st.one_of(*(st.tuples(ends, ends) for ends in ENDS))


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """Flows of few different keys, so that they repeat."""
    outer, inner = draw(PAIRS), draw(PAIRS)
    return Flow(
        outer_src=outer[0],
        outer_dst=outer[1],
        inner_src=inner[0],
        inner_dst=inner[1],
        vni=draw(st.sampled_from([None, 0, 7])),
        packets=draw(st.integers(0, 2**40)),
        bytes=draw(st.integers(0, 2**56)),
        direction=draw(st.sampled_from(Direction)),
        path=draw(st.sampled_from([(Encap.VXLAN,), (Encap.VXLAN, Encap.VXLAN)])),
        interface=draw(st.sampled_from(["eth0", "eth1"])),
    )


FLOWS = flows()


def rows_of(*flows: Flow) -> Rows:
    return FlowBatch.of(drained(flows, interfaces=("eth0", "eth1"))).flows


def summed(words: Words) -> Counter[tuple[int, ...]]:
    """Key -> bytes, the slow and obvious way."""
    sums: Counter[tuple[int, ...]] = Counter()
    for row in words.tolist():
        sums[tuple(row[:KEY_WORDS])] += row[-2]
    return sums


@given(st.lists(st.lists(st.integers(0, 2), min_size=3, max_size=3), max_size=40))
def test_groups_equal_a_plain_dict(keys: list[list[int]]) -> None:
    groups = Groups.of(np.array(keys, np.uint64).reshape(-1, 3))
    values = np.arange(len(keys), dtype=np.uint64).reshape(-1, 1)
    plain: Counter[tuple[int, ...]] = Counter()
    for place, key in enumerate(keys):
        plain[tuple(key)] += place
    sums = groups.sums(values)[:, 0].tolist()
    firsts = [tuple(keys[place]) for place in groups.any_row()]
    assert len(firsts) == len(set(firsts)) == len(groups)
    assert dict(zip(firsts, sums, strict=True)) == dict(plain)
    assert [firsts[number] for number in groups.numbers] == [tuple(key) for key in keys]


@given(st.lists(FLOWS, max_size=20))
def test_group_keeps_every_byte(flows: list[Flow]) -> None:
    rows = rows_of(*flows)
    doubled = columns.join(rows, rows)
    assert summed(columns.words(group.group(doubled))) == summed(columns.words(doubled))
    for by in (TUNNEL, {"vni"}, set[str]()):
        grouped = group.group(rows, by)
        expected = sum(flow.bytes for flow in flows)
        assert int(grouped["bytes"].sum()) == expected


@given(st.lists(FLOWS, max_size=20), st.randoms())
def test_only_some_rows_are_grouped(flows: list[Flow], random: Random) -> None:
    rows = rows_of(*flows)
    only = np.array([random.random() < 0.5 for _ in rows], bool)
    expected = group.group(columns.where(rows, only), TUNNEL)
    assert np.array_equal(group.group(rows, TUNNEL, only=only), expected)


@given(
    st.lists(FLOWS, max_size=20),
    st.sets(st.sampled_from(sorted(FLOW_COLUMNS))),
    st.integers(0, 8),
    st.integers(0, 20),
)
def test_the_largest_groups_are_the_first_of_all(
    flows: list[Flow], by: set[str], offset: int, limit: int
) -> None:
    question = Question(Span(0, 1), frozenset(by), limit=limit, offset=offset)
    rows = rows_of(*flows)
    found, other = largest(rows, question)
    expected, left = page(group.group(rows, by), question, ())
    assert np.array_equal(found, expected)
    assert other == left


@given(st.lists(st.lists(FLOWS, max_size=8), min_size=1, max_size=6))
def test_adding_rows_as_they_come_is_grouping_them_together(drains: list[list[Flow]]) -> None:
    parts = [rows_of(*flows) for flows in drains]
    first = parts[0].tobytes()
    found = Sum(parts[0])
    for rows in parts[1:]:
        found.add(rows)
    assert found.rows.tobytes() == group.group_all(parts).tobytes()
    assert parts[0].tobytes() == first


@pytest.mark.parametrize("multipliers", [np.zeros(16, np.uint64), np.ones(16, np.uint64)])
def test_keys_that_share_a_hash_stay_apart(multipliers: Words) -> None:
    keys = np.array([[1, 2], [2, 1], [1, 2], [0, 3], [2, 1]], np.uint64)
    assert len(set(group.mix(keys, multipliers).tolist())) == 1
    groups = Groups.of(keys, multipliers)
    sums = groups.sums(np.array([[1], [10], [100], [1000], [10000]], np.uint64))[:, 0]
    named = zip(map(tuple, keys[groups.any_row()].tolist()), sums.tolist(), strict=True)
    assert dict(named) == {(1, 2): 101, (2, 1): 10010, (0, 3): 1000}


def test_ipv4_addresses_fill_the_whole_hash() -> None:
    """They sit in the upper half of a word, where a bare product would waste half the bits."""
    addresses = np.arange(4096, dtype=np.uint64).reshape(-1, 1) << np.uint64(32)
    assert len(set((group.mix(addresses) & np.uint64(0xFFFFFFFF)).tolist())) == 4096


def test_columns_left_out_are_zero_and_added_up() -> None:
    rows = rows_of(
        Flow(direction=Direction.EGRESS, bytes=1),
        Flow(direction=Direction.INGRESS, bytes=10, inner_dst="192.168.0.3"),
        Flow(interface="eth1", bytes=100, path=(Encap.VXLAN, Encap.VXLAN)),
        Flow(vni=None, bytes=1000),
    )
    grouped = group.group(rows, {"encap", "vni", "outer_src"})
    assert sorted(grouped["bytes"].tolist()) == [111, 1000]
    assert not grouped["interface"].any()
    assert not columns.address(grouped, "outer_dst").any()
    assert not columns.has_inner(grouped).any()
    assert not columns.direction(grouped).any()
    assert set(labels.paths(grouped)) == {"vxlan"}


def test_every_column_can_be_named() -> None:
    rows = rows_of(Flow(), Flow(direction=Direction.INGRESS), Flow(interface="eth1"))
    assert len(group.group(rows, FLOW_COLUMNS - {"interface"})) == 2
    assert len(group.group(rows, FLOW_COLUMNS - {"direction"})) == 2
    assert len(group.group(rows, FLOW_COLUMNS)) == 3


def test_nothing_has_no_groups() -> None:
    assert len(group.group(columns.empty())) == 0
    assert len(group.group(columns.empty(), TUNNEL)) == 0
    assert Groups.of(np.zeros((0, 4), np.uint64)).sums(np.zeros((0, 3), np.uint64)).shape == (0, 3)


def test_the_innermost_encapsulation_counts() -> None:
    rows = columns.empty(3)
    rows["meta"] = [0, 1 << 8, (1 << 8) | (2 << 13) | (3 << 18)]
    assert columns.encap(rows).tolist() == [0, 1, 3]
    assert labels.path(0) == "none"
    assert labels.path(1 | 1 << 5) == "vxlan/vxlan"


@given(st.lists(st.integers(0, 5), max_size=20), st.integers(0, 25))
def test_largest_rows_first_equals_in_their_order(sizes: list[int], limit: int) -> None:
    rows = columns.empty(len(sizes))
    rows["bytes"] = sizes
    places = columns.largest(rows, limit).tolist()
    sorted_sizes = sorted(sizes, reverse=True)[:limit]
    assert [sizes[place] for place in places] == sorted_sizes
    assert all(a < b for a, b in pairwise(places) if sizes[a] == sizes[b])


def test_the_encapsulation_is_that_of_the_record() -> None:
    path = (Encap.VXLAN, Encap.GRE, Encap.SIT)
    rows = rows_of(Flow(path=path, vni=1), Flow(path=path, vni=2, is_outermost=True))
    by_vni = zip(rows["vni"].tolist(), labels.encaps(rows), labels.paths(rows), strict=True)
    assert sorted(by_vni) == [(1, "sit", "vxlan/gre/sit"), (2, "vxlan", "vxlan/gre/sit")]
    for by in ({"encap"}, {"encap", "path"}, {"path"}):
        assert sorted(labels.encaps(group.group(rows, by))) == ["sit", "vxlan"]
