from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.synthetic import Flow
from tests.unit.test_flows_group import FLOWS, rows_of

from tunnel_monitor.flows import columns, labels
from tunnel_monitor.flows.group import TUNNEL, group
from tunnel_monitor.serve.seen import NOTHING, Endpoints, Seen


def seen(flows: list[Flow]) -> Seen:
    rows = rows_of(*flows)
    return Seen.of(group(rows, TUNNEL), Endpoints.nothing().added(rows))


@given(st.lists(FLOWS, max_size=20))
def test_counts_equal_plain_sets(flows: list[Flow]) -> None:
    peers: dict[int | None, set[str]] = defaultdict(set)
    endpoints: dict[int | None, set[str | None]] = defaultdict(set)
    tunnels: dict[int | None, set[tuple[str, str]]] = defaultdict(set)
    for flow in flows:
        peers[flow.vni] |= {flow.outer_src, flow.outer_dst}
        endpoints[flow.vni] |= {flow.inner_src, flow.inner_dst}
        tunnels[flow.vni] |= {(flow.outer_src, flow.outer_dst)}
    found = seen(flows)
    order = sorted(peers, key=lambda vni: -1 if vni is None else vni)
    assert labels.vnis(found.segments) == order
    assert found.counts.tolist() == [
        [len(peers[vni]), len(endpoints[vni]), len(tunnels[vni])] for vni in order
    ]
    assert found.peers == len(set().union(*peers.values()))
    assert found.endpoints == sum(map(len, endpoints.values()))
    assert found.tunnels == sum(map(len, tunnels.values()))
    assert found.counts_of(found.segments[::-1].copy()).tolist() == found.counts.tolist()[::-1]


@given(st.lists(FLOWS, max_size=20), st.integers(0, 20))
def test_endpoints_may_come_one_drain_after_the_other(flows: list[Flow], cut: int) -> None:
    together = Endpoints.nothing().added(rows_of(*flows))
    apart = Endpoints.nothing().added(rows_of(*flows[:cut])).added(rows_of(*flows[cut:]))
    assert apart.by_segment == together.by_segment
    assert apart.hashes.tolist() == together.hashes.tolist()
    assert together.added(rows_of(*flows)) is together


def test_groups_and_broadcast_are_neither_peers_nor_endpoints() -> None:
    found = seen(
        [
            Flow(outer_dst="239.1.1.1", inner_dst="255.255.255.255"),
            Flow(
                outer_dst="ff05::1",
                outer_src="2001:db8::1",
                inner_src="fd00::1",
                inner_dst="ff02::1",
            ),
            Flow(inner_src=None, inner_dst=None, outer_dst="223.255.255.255"),
        ]
    )
    assert found.counts.tolist() == [[3, 2, 3]]


def test_segments_that_were_never_seen_have_no_counts() -> None:
    found = seen([Flow(vni=5)])
    others = group(rows_of(Flow(vni=4), Flow(vni=5), Flow(vni=6)), {"encap", "vni"})
    counts = dict(zip(others["vni"].tolist(), found.counts_of(others).tolist(), strict=True))
    assert counts == {4: [0, 0, 0], 5: [2, 2, 1], 6: [0, 0, 0]}


def test_nothing() -> None:
    assert NOTHING.counts.shape == (0, 3)
    assert NOTHING.counts_of(columns.empty(2)).tolist() == [[0, 0, 0], [0, 0, 0]]
