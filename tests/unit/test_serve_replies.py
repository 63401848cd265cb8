from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.synthetic import Flow, drained
from tests.unit.test_flows_group import FLOWS, rows_of

from tunnel_monitor.contract import Direction, Encap, Outcome, Signal
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.filter.parse import parse
from tunnel_monitor.serve import replies
from tunnel_monitor.serve.event import event
from tunnel_monitor.serve.matrix import matrix, square
from tunnel_monitor.serve.parameters import Query
from tunnel_monitor.serve.signals import signals
from tunnel_monitor.serve.view import LiveView, Snapshot

COUNTS = ("packets", "bytes", "inner_bytes")
OVERFLOW = Flow(inner_src=None, inner_dst=None, packets=2, bytes=5000, inner_bytes=4900)


def snapshot(*flows: Flow, overflow: tuple[Flow, ...] = (), drains: int = 1) -> Snapshot:
    view = LiveView(["eth0", "eth1"], 1.0)
    for number in range(1, drains + 1):
        raw = drained(
            flows,
            overflow,
            {Outcome.NOT_TUNNELED: (2, 84)},
            interfaces=("eth0", "eth1"),
            number=number,
        )
        view.take(FlowBatch.of(raw))
    view.close()
    return view.snapshot


def added(reply: dict[str, Any], name: str) -> int:
    """Rows and the rest."""
    return sum(int(row[name]) for row in reply["rows"]) + int(reply["other"][name])


@given(st.lists(FLOWS, max_size=10), st.integers(1, 12))
def test_flows_and_the_rest_are_all(flows: list[Flow], limit: int) -> None:
    found = snapshot(*flows, overflow=(OVERFLOW,))
    reply = replies.flows(found, Query(limit=limit))
    for name in COUNTS:
        assert added(reply, name) == sum(getattr(flow, name) for flow in (*flows, OVERFLOW))
    sizes = [int(row["bytes"]) for row in reply["rows"]]
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) + reply["other"]["rows"] == len(found.last.parts().flows) + 1
    assert reply["all"] == {name: str(added(reply, name)) for name in COUNTS}


def test_one_flow_in_full() -> None:
    reply = replies.flows(snapshot(Flow(bytes=2**60)), Query(limit=5))
    assert reply["rows"] == [
        {
            "interface": "eth0",
            "direction": "egress",
            "encap": "vxlan",
            "vni": 10000,
            "outer_src": "172.16.1.100",
            "outer_dst": "172.16.1.101",
            "inner_src": "192.168.0.1",
            "inner_dst": "192.168.0.2",
            "path": "vxlan",
            "overflow": False,
            "packets": "1",
            "bytes": "1152921504606846976",
            "inner_bytes": "554",
        }
    ]
    assert reply["time"] == 1763800001.25


def test_what_has_no_inner_header_no_vni_or_no_room() -> None:
    found = snapshot(
        Flow(vni=None, inner_src="::", inner_dst="ff02::1", path=(Encap.VXLAN, Encap.VXLAN)),
        Flow(inner_src=None, inner_dst=None),
        overflow=(OVERFLOW,),
    )
    rows = replies.flows(found, Query(limit=5))["rows"]
    told = {(row["inner_src"], row["vni"], row["path"], row["overflow"]) for row in rows}
    assert told == {
        ("", 10000, "vxlan", True),
        ("", 10000, "vxlan", False),
        ("::", None, "vxlan/vxlan", False),
    }


def pairs(reply: dict[str, Any]) -> dict[tuple[str, str], int]:
    """(label of row, label of column) -> bytes, without the zeros."""
    return {
        (source, destination): int(size)
        for source, row in zip(reply["labels"], reply["bytes"], strict=True)
        for destination, size in zip(reply["labels"], row, strict=True)
        if size != "0"
    }


@given(st.lists(FLOWS, max_size=10), st.integers(1, 6), st.sampled_from(["peer", "endpoint"]))
def test_the_matrix_and_the_rest_are_all(flows: list[Flow], limit: int, by: str) -> None:
    found = square(rows_of(*flows), by, limit)
    for name in ("packets", "bytes"):
        inside = int(getattr(found, name).sum())
        outside = int(found.outside[name].sum())
        assert inside + outside == sum(getattr(flow, name) for flow in flows)
    assert len(found.places) <= limit
    ends = {(flow.outer_src, flow.inner_src) for flow in flows}
    ends |= {(flow.outer_dst, flow.inner_dst) for flow in flows}
    expected = len(ends) if by == "endpoint" else len({outer for outer, _ in ends})
    assert len(found.places) == min(limit, expected)


@given(st.lists(FLOWS, max_size=10))
def test_a_matrix_equals_a_plain_dict(flows: list[Flow]) -> None:
    reply = matrix(snapshot(*flows), Query(by="peer", limit=50))
    plain: Counter[tuple[str, str]] = Counter()
    for flow in flows:
        plain[flow.outer_src, flow.outer_dst] += flow.bytes
    assert pairs(reply) == {pair: size for pair, size in plain.items() if size}
    assert reply["peers"] == reply["labels"]


def test_places_are_in_address_order() -> None:
    hosts = ["172.16.1.9", "172.16.1.100", "9.0.0.1", "172.16.1.10"]
    found = snapshot(
        *(Flow(outer_src=host, bytes=size) for size, host in enumerate(hosts)),
        Flow(outer_src="2001:db8::1", outer_dst="2001:db8::2"),
    )
    labels = matrix(found, Query(by="peer", limit=50))["labels"]
    assert labels == [
        "9.0.0.1",
        "172.16.1.9",
        "172.16.1.10",
        "172.16.1.100",
        "172.16.1.101",
        "2001:db8::1",
        "2001:db8::2",
    ]


def test_endpoints_stand_behind_their_peers() -> None:
    found = snapshot(
        Flow(bytes=100),
        Flow(inner_src=None, inner_dst=None, bytes=7),
        Flow(outer_src="172.16.1.102", bytes=1),
    )
    reply = matrix(found, Query(by="endpoint", limit=50))
    assert list(zip(reply["peers"], reply["labels"], strict=True)) == [
        ("172.16.1.100", ""),
        ("172.16.1.100", "192.168.0.1"),
        ("172.16.1.101", ""),
        ("172.16.1.101", "192.168.0.2"),
        ("172.16.1.102", "192.168.0.1"),
    ]
    assert reply["bytes"][0][2] == "7"
    assert reply["bytes"][4][3] == "1"


def test_segments_keep_the_quiet_ones() -> None:
    view = LiveView(["eth0"], 1.0)
    view.take(FlowBatch.of(drained([Flow(vni=10001), Flow(vni=None)])))
    view.take(FlowBatch.of(drained([Flow(vni=10000, bytes=9)], number=2)))
    view.close()
    for window, sizes in (("last", ["0", "9", "0"]), ("total", ["604", "9", "604"])):
        reply = replies.segments(view.snapshot, Query(window=window))
        assert [row["vni"] for row in reply["rows"]] == [None, 10000, 10001]
        assert [row["bytes"] for row in reply["rows"]] == sizes
        assert {row["peers"] for row in reply["rows"]} == {2}


def test_segments_of_one_interface() -> None:
    found = snapshot(Flow(bytes=1), Flow(bytes=10, interface="eth1", vni=10001))
    reply = replies.segments(found, Query(filter=parse("interface:eth1")))
    assert [(row["vni"], row["bytes"]) for row in reply["rows"]] == [(10000, "0"), (10001, "10")]


def test_the_ledger_has_every_outcome_and_adds_up() -> None:
    found = snapshot(Flow(direction=Direction.INGRESS), overflow=(OVERFLOW,), drains=3)
    rows = replies.ledger(found, Query())["rows"]
    assert [(row["interface"], row["direction"]) for row in rows] == [
        ("eth0", "ingress"),
        ("eth0", "egress"),
        ("eth1", "ingress"),
        ("eth1", "egress"),
    ]
    assert set(rows[0]["outcomes"]) == {outcome.label for outcome in Outcome}
    assert rows[0]["outcomes"]["flow"]["packets"] == "3"
    assert rows[0]["outcomes"]["not_tunneled"]["bytes"] == "252"
    assert rows[0]["seen"]["packets"] == "9"
    assert rows[1]["outcomes"]["overflow"]["packets"] == "6"
    assert rows[0]["device"] == {"packets": "11", "bytes": "5520", "counts": "buffers"}
    assert rows[0]["residual"] == {"packets": "0", "bytes": "0"}


def test_a_gone_interface_has_no_counters_of_its_own() -> None:
    assert replies.device(None) == {"device": None, "residual": None}


@given(st.lists(FLOWS, max_size=10))
def test_an_event_adds_up_in_each_of_its_parts(flows: list[Flow]) -> None:
    found = event(snapshot(*flows, overflow=(OVERFLOW,)), Query(), {})
    total = sum(flow.bytes for flow in flows) + OVERFLOW.bytes
    for part in ("tunnels", "flows"):
        assert sum(int(row[-2]) for row in found[part]["rows"]) == total
    assert sum(map(int, found["senders"]["bytes"])) == total
    assert sum(int(row["bytes"]) for row in found["segments"]) == total
    assert len(set(found["addresses"])) == len(found["addresses"])


def test_rows_of_an_event_name_addresses_by_place() -> None:
    both = Flow(direction=Direction.INGRESS), Flow(interface="eth1")
    found = event(snapshot(Flow(), *both, Flow(inner_src=None, inner_dst=None)), Query(), {})
    assert found["addresses"] == ["172.16.1.100", "172.16.1.101", "192.168.0.1", "192.168.0.2"]
    assert found["tunnels"]["rows"] == [("vxlan", 10000, 0, 1, "4", "2416", "2216")]
    assert found["flows"]["rows"] == [
        ("vxlan", 10000, 0, 1, 2, 3, "3", "1812", "1662"),
        ("vxlan", 10000, 0, 1, -1, -1, "1", "604", "554"),
    ]
    assert found["senders"]["peers"] == ["172.16.1.100", "other"]


def test_an_event_is_bounded_and_says_what_it_left_out() -> None:
    many = [
        Flow(outer_src=f"10.1.{n // 250}.{n % 250}", vni=n, bytes=n + 1, packets=1)
        for n in range(2100)
    ]
    found = event(snapshot(*many), Query(), {})
    assert (len(found["tunnels"]["rows"]), len(found["flows"]["rows"])) == (2000, 500)
    assert found["tunnels"]["other"] == {
        "tunnels": 100,
        "packets": "100",
        "bytes": "5050",
        "inner_bytes": "55400",
    }
    assert found["flows"]["other"]["flows"] == 1600
    assert [row["vni"] for row in found["segments"]] == list(range(1100, 2100))
    assert found["segments_other"]["segments"] == 1100
    kept = sum(int(row["bytes"]) for row in found["segments"])
    assert kept + int(found["segments_other"]["bytes"]) == sum(flow.bytes for flow in many)


def test_an_event_of_one_peer_tells_its_flows_apart_and_keeps_all_tunnels() -> None:
    many = [Flow(inner_src=f"10.1.{n // 250}.{n % 250}", bytes=1) for n in range(2100)]
    other = Flow(outer_src="172.16.1.105", bytes=10**6, vni=10001)
    found = event(snapshot(*many, other), Query(narrow=parse("peer:172.16.1.100")), {})
    assert len(found["tunnels"]["rows"]) == 2
    assert len(found["flows"]["rows"]) == 2000
    assert found["flows"]["other"] == {
        "flows": 100,
        "packets": "100",
        "bytes": "100",
        "inner_bytes": "55400",
    }
    one_vni = event(snapshot(*many, other), Query(narrow=parse("vni:10001")), {})
    assert len(one_vni["tunnels"]["rows"]) == 2
    assert one_vni["flows"]["rows"][0][-2] == "1000000"
    assert len(one_vni["flows"]["rows"]) == 1


def test_an_event_before_the_first_drain() -> None:
    view = LiveView(["eth0"], 1.0)
    view.close()
    found = event(view.snapshot, Query(window="total"), {})
    assert (found["drains"], found["elapsed_s"]) == (0, 1.0)
    assert found["addresses"] == found["tunnels"]["rows"] == found["segments"] == []
    assert found["senders"] == {"peers": ["other"], "packets": ["0"], "bytes": ["0"]}
    assert found["ledger"][0]["device"] is None


def test_signals_are_the_largest_and_the_rest() -> None:
    pieces = [
        Flow(
            inner_src=None,
            inner_dst=None,
            outer_src=f"10.0.0.{number}",
            packets=number,
            bytes=number * 100,
            direction=Direction.INGRESS,
            signals=(Signal.LATER_FRAGMENT,),
        )
        for number in (1, 2, 3)
    ]
    options = Flow(path=(Encap.GENEVE,), vni=7, bytes=5000, signals=(Signal.GENEVE_OPTIONS,))
    found = snapshot(options, overflow=tuple(pieces))
    reply = signals(found, Query(limit=2))
    assert [row["bytes"] for row in reply["rows"]] == ["5000", "300"]
    assert reply["rows"][0] == {
        "signal": "geneve_options",
        "interface": "eth0",
        "direction": "egress",
        "encap": "geneve",
        "vni": 7,
        "outer_src": "172.16.1.100",
        "outer_dst": "172.16.1.101",
        "path": "geneve",
        "packets": "1",
        "bytes": "5000",
    }
    assert reply["other"] == {"signals": 2, "packets": "3", "bytes": "300"}
    fragments = Query(limit=9, filter=parse("peer:10.0.0.2"))
    assert [row["packets"] for row in signals(found, fragments)["rows"]] == ["2"]
    assert added(replies.flows(found, Query(limit=9)), "bytes") == 5000
