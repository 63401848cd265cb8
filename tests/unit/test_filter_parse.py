from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.filtering import RIGHT, WRONG, Wrong
from tests.unit.synthetic import packed

from tunnel_monitor.errors import BadFilter
from tunnel_monitor.flows.filter.keys import KEYS
from tunnel_monitor.flows.filter.parse import LONGEST, parse
from tunnel_monitor.flows.filter.tree import (
    INNER,
    OUTER,
    Addresses,
    And,
    Compare,
    Everything,
    Name,
    Node,
    Not,
    Or,
    Range,
    Texts,
    Vnis,
    needs_sums,
)

NETWORK = Range(packed("172.16.1.0"), packed("172.16.1.255"))
HOST = Range(packed("172.16.1.108"), packed("172.16.1.108"))
PIECES = [key.name for key in KEYS]
PIECES += [*":,!()<>=*-/.", " ", "or", "and", "not", "10.0.0.1", "2001:db8::1", "24", "k", "none"]


def refusal(text: str) -> BadFilter | None:
    try:
        parse(text)
    except BadFilter as error:
        return error
    return None


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", Everything()),
        ("vni:10001", Vnis(((10001, 10001),))),
        ("vni:1,5-7,none", Vnis(((1, 1), (5, 7)), absent=True)),
        ("outer:172.16.1.0/24", Addresses(OUTER, (NETWORK,))),
        ("!peer:172.16.1.108", Not(Addresses(OUTER, (HOST,)))),
        ("inner:gw*,none", Addresses(INNER, names=(Name("gw*"),), absent=True)),
        ("path:*GRE*", Texts("path", ("*gre*",))),
        ("rate>10M", Compare("rate", ">", 10_000_000)),
        ("vni:1 vni:2 or vni:3", Or((And((Vnis(((1, 1),)), Vnis(((2, 2),)))), Vnis(((3, 3),))))),
    ],
)
def test_trees(text: str, tree: Node) -> None:
    assert parse(text) == tree
    assert hash(parse(text)) == hash(tree)


def test_ipv6_prefixes_leave_mapped_addresses_out() -> None:
    found = parse("inner:::/0")
    assert isinstance(found, Addresses)
    assert [(one.first.hex(), one.last.hex()) for one in found.ranges] == [
        ("0" * 32, "00000000000000000000fffeffffffff"),
        ("00000000000000000001000000000000", "f" * 32),
    ]


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_right_is_parsed(text: str) -> None:
    parse(text)


@pytest.mark.parametrize("wrong", [one for one in WRONG if "by the name" not in one.says])
def test_what_is_wrong_is_refused_at_its_place(wrong: Wrong) -> None:
    with pytest.raises(BadFilter) as caught:
        parse(wrong.text)
    assert (caught.value.start, caught.value.length) == (wrong.start, wrong.length)
    assert wrong.says in str(caught.value)


def test_a_filter_has_a_longest_length() -> None:
    parse(" " * LONGEST)
    with pytest.raises(BadFilter, match="too long") as caught:
        parse(" " * LONGEST + "x")
    assert (caught.value.start, caught.value.length) == (LONGEST, 1)


@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES)).map("".join)))
def test_any_text_is_a_filter_or_a_sentence_with_a_place_in_it(text: str) -> None:
    error = refusal(text)
    if error:
        assert 0 <= error.start <= error.start + error.length <= len(text)
        assert error.what
        assert error.remedy


@given(
    st.sampled_from(["rate", "packet_rate", "bytes", "packets"]),
    st.sampled_from(["<", "<=", ">", ">="]),
    st.integers(0, 10**6),
    st.integers(1, 10**11),
    st.integers(0, 10**9),
)
def test_bounds_on_rates_are_exact(
    measure: str, sign: str, value: int, elapsed_ns: int, count: int
) -> None:
    """The whole number to compare with decides as the fraction would."""
    compare = parse(f"{measure}{sign}{value}")
    assert isinstance(compare, Compare)
    column, same, least = compare.bound(elapsed_ns)
    assert same == sign
    assert column == ("bytes" if measure in ("bytes", "rate") else "packets")
    of_count, of_value = count, value
    if "rate" in measure:
        of_count = count * 10**9 * (8 if measure == "rate" else 1)
        of_value = value * elapsed_ns
    decide = {"<": int.__lt__, "<=": int.__le__, ">": int.__gt__, ">=": int.__ge__}[sign]
    assert decide(count, least) == decide(of_count, of_value)


@pytest.mark.parametrize(
    ("text", "expected"), [("vni:1", False), ("vni:1 or !(rate>1 vni:2)", True), ("", False)]
)
def test_only_counts_need_a_flow_added_up(text: str, expected: bool) -> None:  # noqa: FBT001
    assert needs_sums(parse(text)) is expected
