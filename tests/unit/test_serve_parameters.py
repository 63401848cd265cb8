from __future__ import annotations

import pytest
from tests.unit.synthetic import Flow, packed
from tests.unit.test_flows_group import rows_of

from tunnel_monitor.errors import BadSetting
from tunnel_monitor.flows.filter.match import Setting, chosen
from tunnel_monitor.flows.filter.tree import (
    EVERYTHING,
    INNER,
    OUTER,
    Addresses,
    And,
    Range,
    Texts,
    Vnis,
    both,
)
from tunnel_monitor.flows.groupings import grouping
from tunnel_monitor.flows.question import Place, Span
from tunnel_monitor.serve.parameters import LIMITS, PARAMETERS, Context, Query

INTERFACES = ("eth0", "eth1")
NOW_NS = 1_763_800_000_500_000_000
ROWS = (
    Flow(bytes=1),
    Flow(bytes=2, vni=10001, outer_dst="172.16.1.102"),
    Flow(bytes=4, vni=None, interface="eth1"),
    Flow(bytes=8, vni=0, outer_src="2001:db8::1", outer_dst="2001:db8::2"),
)


def parse(resource: str, *given: tuple[str, str]) -> Query:
    return Query.parse(resource, given, Context(INTERFACES, NOW_NS))


@pytest.mark.parametrize(
    ("given", "span"),
    [
        ([("from", "-5m")], (NOW_NS - 300 * 10**9, NOW_NS)),
        ([("from", "-1.5h"), ("to", "-90s")], (NOW_NS - 5400 * 10**9, NOW_NS - 90 * 10**9)),
        ([("from", "-1d"), ("to", "now")], (NOW_NS - 86400 * 10**9, NOW_NS)),
        ([("from", "0"), ("to", "1763800000.123456789")], (0, 1_763_800_000_123_456_789)),
        ([("from", "5"), ("to", "5.25")], (5 * 10**9, 525 * 10**7)),
    ],
)
def test_stretches_of_time(given: list[tuple[str, str]], span: tuple[int, int]) -> None:
    assert parse("flows", *given).window == Span(*span)


@pytest.mark.parametrize(
    ("by", "columns"),
    [
        ("peer", {"outer_src"}),
        ("endpoint", {"encap", "vni", "outer_src", "inner_src"}),
        ("vni", {"vni"}),
        ("outer_src,host,vni", {"outer_src", "host", "vni"}),
    ],
)
def test_groupings(by: str, columns: set[str]) -> None:
    assert grouping(parse("flows", ("by", by)).by) == columns


def test_orders() -> None:
    assert (parse("flows").order, parse("flows").descending) == ("bytes", True)
    query = parse("flows", ("sort", "inner_src"), ("offset", "40"))
    assert (query.order, query.descending, query.offset) == ("inner_src", False, 40)


def test_defaults() -> None:
    assert parse("status") == Query()
    assert parse("live") == Query(window="last", filter=EVERYTHING, narrow=EVERYTHING)
    assert parse("flows").limit == 1000
    assert parse("matrix").limit == 50


def test_every_parameter() -> None:
    query = parse(
        "matrix",
        ("window", "total"),
        ("vni", "10000"),
        ("vni", "none"),
        ("vni", "10000"),
        ("peer", "172.16.1.100"),
        ("interface", "eth1"),
        ("filter", "inner:none"),
        ("by", "endpoint"),
        ("limit", "500"),
    )
    peer = packed("172.16.1.100")
    assert query == Query(
        window="total",
        filter=And((Addresses(INNER, absent=True), Texts("interface", ("eth1",)))),
        narrow=And((Vnis(((10000, 10000),), absent=True), Addresses(OUTER, (Range(peer, peer),)))),
        by="endpoint",
        limit=500,
    )
    assert len({query, query}) == 1


@pytest.mark.parametrize(
    ("resource", "given", "sentence"),
    [
        (
            "flows",
            [("colour", "red")],
            "unknown parameter 'colour'; flows takes window, from, to, filter",
        ),
        ("status", [("window", "last")], "unknown parameter 'window'; status takes no parameters"),
        ("live", [("offset", "5")], "unknown parameter 'offset'"),
        ("segments", [("vni", "5")], "unknown parameter 'vni'"),
        ("segments", [("by", "peer")], "unknown parameter 'by'"),
        ("flows", [("window", "last"), ("window", "last")], "window is given twice; give it once"),
        ("flows", [("window", "Last")], "window='Last' is unknown; choose last or total"),
        ("flows", [("window", "")], "window='' is unknown"),
        ("matrix", [("by", "host")], "by='host' is unknown; choose peer or endpoint"),
        ("flows", [("vni", "-1")], "vni='-1' is no VNI; give a number up to 4294967295, or none"),
        ("flows", [("vni", "4294967296")], "vni='4294967296' is no VNI"),
        ("flows", [("vni", "1e3")], "is no VNI"),
        ("flows", [("vni", "")], "is no VNI"),
        ("flows", [("vni", "٣")], "is no VNI"),
        ("flows", [("peer", "host0")], "peer: 'host0' is no address; give one like 172.16.1.100"),
        ("flows", [("peer", "")], "is no address"),
        ("flows", [("interface", "eth9")], "interface='eth9' is not watched; choose eth0 or eth1"),
        ("flows", [("filter", "vni:x")], "'x' is no VNI"),
        ("flows", [("filter", "peer:nobody")], "no address is known by the name 'nobody'"),
        ("ledger", [("filter", "")], "unknown parameter 'filter'"),
        (
            "filter",
            [("text", "vni"), ("cursor", "4")],
            "cursor='4' is not in the text; give 0 to 3",
        ),
        ("filter", [("cursor", "-1")], "cursor='-1' is not in the text"),
        ("flows", [("limit", "0")], "limit='0' is out of range; give 1 to 100000"),
        ("flows", [("limit", "100001")], "out of range"),
        ("matrix", [("limit", "501")], "give 1 to 500"),
        ("flows", [("limit", "ten")], "out of range"),
        ("flows", [("limit", "+5")], "out of range"),
        ("flows", [("limit", "9" * 5000)], "out of range"),
    ],
)
def test_what_means_nothing_is_refused_with_a_sentence(
    resource: str, given: list[tuple[str, str]], sentence: str
) -> None:
    with pytest.raises(BadSetting) as caught:
        parse(resource, *given)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], 1 | 2 | 4 | 8),
        ([("vni", "10001")], 2),
        ([("vni", "none")], 4),
        ([("vni", "0")], 8),
        ([("vni", "none"), ("vni", "10000")], 1 | 4),
        ([("vni", "5")], 0),
        ([("peer", "172.16.1.101")], 1 | 4),
        ([("peer", "172.16.1.102")], 2),
        ([("peer", "2001:db8::1")], 8),
        ([("interface", "eth1")], 4),
        ([("interface", "eth0"), ("peer", "172.16.1.100"), ("vni", "10000")], 1),
        ([("filter", "!vni:10001 !interface:eth1"), ("peer", "172.16.1.100")], 1),
        ([("filter", "")], 1 | 2 | 4 | 8),
    ],
)
def test_chosen_rows(given: list[tuple[str, str]], expected: int) -> None:
    query = parse("flows", *given)
    setting = Setting(10**9, tuple(Place("", interface) for interface in INTERFACES))
    found = chosen(rows_of(*ROWS), both(query.filter, query.narrow), setting)
    assert int(found["bytes"].sum()) == expected


def test_every_limited_resource_is_a_resource() -> None:
    assert {name for name, known in PARAMETERS.items() if "limit" in known} == set(LIMITS)
