"""Stretches of time, through a real server: what is told of them is what was drained in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.unit.serving import Running, batch, serving
from tests.unit.synthetic import SECOND_NS, START_NS, Flow

FIRST_S = START_NS // SECOND_NS
COUNTS = ("packets", "bytes", "inner_bytes")


def flows_of(number: int) -> list[Flow]:
    """Of the drain with that number: two peers send, one of them ever more."""
    return [
        Flow(bytes=1000 * number, packets=number),
        Flow(outer_src="172.16.1.102", inner_src="192.168.0.3", vni=10001, bytes=10, packets=1),
    ]


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with serving() as running:
        for number in range(1, 31):
            running.view.take(batch(*flows_of(number), number=number))
        yield running


def added(rows: list[dict[str, str]], *others: dict[str, str]) -> dict[str, int]:
    return {name: sum(int(row[name]) for row in (*rows, *others)) for name in COUNTS}


def span(first: int, last: int) -> str:
    """Of the drains with these numbers: a drain's interval begins a second before it is taken."""
    return f"from={FIRST_S + first - 1}&to={FIRST_S + last}"


@pytest.mark.parametrize(("first", "last"), [(1, 30), (7, 11), (30, 30), (1, 1)])
def test_flows_of_a_stretch(running: Running, first: int, last: int) -> None:
    reply = running.api(f"flows?{span(first, last)}")
    expected = [flow for number in range(first, last + 1) for flow in flows_of(number)]
    assert [int(row["bytes"]) for row in reply["rows"]] == [
        sum(flow.bytes for flow in expected if flow.vni == vni) for vni in (10000, 10001)
    ]
    assert reply["window"] == "span"
    assert (reply["from"], reply["to"]) == (FIRST_S + first - 1, FIRST_S + last)
    assert reply["elapsed_s"] == last - first + 1
    assert added([reply["all"]]) == added(reply["rows"], reply["other"])


def test_every_reply_about_a_stretch_adds_up_to_its_ledger(running: Running) -> None:
    stretch = span(5, 9)
    ledger = running.api(f"ledger?{stretch}")
    tunneled = sum(int(row["outcomes"]["flow"]["bytes"]) for row in ledger["rows"])
    assert tunneled == sum(flow.bytes for number in range(5, 10) for flow in flows_of(number))
    assert {row["device"] for row in ledger["rows"]} == {None}
    matrix = running.api(f"matrix?{stretch}&limit=2")
    cells = sum(int(cell) for row in matrix["bytes"] for cell in row)
    assert cells + int(matrix["other"]["bytes"]) == tunneled
    segments = running.api(f"segments?{stretch}")["rows"]
    assert sum(int(row["bytes"]) for row in segments) == tunneled
    snapshot = running.api(f"snapshot?{stretch}&limit=1")
    for name in ("tunnels", "flows"):
        table = snapshot[name]
        size = table["columns"].index("bytes")
        rows = sum(int(row[size]) for row in table["rows"])
        assert rows + int(table["other"]["bytes"]) == int(snapshot["all"]["bytes"]) == tunneled
    assert len(snapshot["flows"]["rows"]) == 1
    assert snapshot["ledger"] == ledger["rows"]
    assert snapshot["status"]["drains"] == 30


def test_relative_times_end_where_the_newest_data_does(running: Running) -> None:
    reply = running.api("flows?from=-3s")
    assert (reply["to"], reply["elapsed_s"]) == (FIRST_S + 30, 3)
    assert running.api("flows?from=-15m&to=-29s")["elapsed_s"] == 1
    assert running.api("flows?from=0&to=5")["rows"] == []


@pytest.mark.parametrize(
    ("by", "members"),
    [
        ("peer", ["outer_src"]),
        ("segment", ["encap", "vni"]),
        ("host,interface,direction", ["host", "interface", "direction"]),
        ("path,vni", ["vni", "path"]),
    ],
)
@pytest.mark.parametrize("window", ["window=total", "from=-30s", "window=last"])
def test_groups_have_the_members_asked_for(
    running: Running, by: str, members: list[str], window: str
) -> None:
    reply = running.api(f"flows?{window}&by={by}")
    assert all(list(row) == [*members, *COUNTS] for row in reply["rows"])
    assert added(reply["rows"]) == added([reply["all"]])


def test_pages_are_all_rows_once(running: Running) -> None:
    def page(words: str) -> list[Any]:
        return [row["outer_src"] for row in running.api(f"flows?from=-30s&{words}")["rows"]]

    assert page("by=peer&sort=outer_src") == ["172.16.1.100", "172.16.1.102"]
    assert page("by=peer&sort=-outer_src") == ["172.16.1.102", "172.16.1.100"]
    assert page("by=peer&sort=packets&limit=1&offset=1") == ["172.16.1.100"]
    assert page("by=peer&offset=2") == []
    other = running.api("flows?from=-30s&by=peer&limit=1&offset=1")["other"]
    assert other == {"rows": 1, "packets": "465", "bytes": "465000", "inner_bytes": "16620"}


def test_a_series_of_a_stretch(running: Running) -> None:
    reply = running.api(f"series?{span(5, 9)}&by=segment&limit=1&filter=!inner:none")
    assert reply["groups"] == [{"encap": "vxlan", "vni": 10000}]
    assert reply["bytes"] == [["5000", "6000", "7000", "8000", "9000"], ["10"] * 5]
    assert reply["times"] == [FIRST_S + n for n in range(5, 10)]
    assert reply["elapsed_s"] == [1.0] * 5
    assert reply["others"] == 1
    coarse = running.api(f"series?{span(1, 30)}&step=30")
    assert sum(int(row[-1]) for row in coarse["bytes"]) <= sum(range(1, 31)) * 1000 + 300
    whole = running.api("series")
    assert len(whole["times"]) == 30
    assert len(running.api("series?from=0&to=5")["times"]) == 0


def test_growth_of_a_stretch(running: Running) -> None:
    reply = running.api(f"growth?{span(21, 30)}&compare_{span(1, 10).replace('&', '&compare_')}")
    assert (reply["before"]["bytes"], reply["now"]["bytes"]) == ("55100", "255100")
    grew, steady = reply["rows"]
    assert (grew["bytes"], grew["before"]["bytes"], grew["share"]) == ("255000", "55000", 1.0)
    assert grew["more_bps"] == 8 * (255000 - 55000) / 10
    assert (steady["more_bps"], steady["share"]) == (0, 0)
    assert reply["culprit"]["inner_src"] == "192.168.0.1"
    assert reply["culprit"]["before_to"] == FIRST_S + 10
    usual = running.api("growth?limit=1&by=peer&from=-15s")
    assert usual["before"]["to"] == usual["now"]["from"]
    assert usual["other"]["rows"] == 1
    assert running.api("snapshot?from=-15s")["culprit"]["inner_dst"] == "192.168.0.2"


def test_a_summary(running: Running) -> None:
    reply = running.api("summary?from=-10s&filter=peer:172.16.1.102")
    assert (reply["bytes"], reply["packets"]) == ("100", "10")
    assert added([reply["all"]])["bytes"] == sum(range(21, 31)) * 1000 + 100
    assert (reply["peers"], reply["endpoints"], reply["segments"]) == (2, 2, 1)
    assert (reply["tunnels"], reply["conversations"]) == (1, 1)
    assert reply["paths"] == [
        {"path": "vxlan", "packets": "10", "bytes": "100", "inner_bytes": "5540"}
    ]
    first, last = START_NS / SECOND_NS + 1, START_NS / SECOND_NS + 30
    assert (reply["first_seen"], reply["last_seen"]) == (first, last)
    inner = running.api("summary?filter=endpoint:192.168.0.3")
    assert (inner["first_seen"], inner["last_seen"]) == (first, last)
    nobody = running.api("summary?filter=peer:10.9.9.9")
    assert (nobody["first_seen"], nobody["last_seen"], nobody["conversations"]) == (None, None, 0)


def test_a_rate_is_that_of_the_stretch(running: Running) -> None:
    for words, count in (("from=-30s", 1), ("window=last", 1), (span(1, 3), 0)):
        reply = running.api(f"flows?{words}&filter=rate%3E120k")
        assert len(reply["rows"]) == count
        assert int(reply["all"]["bytes"]) > 1000
