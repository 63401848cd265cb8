from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.synthetic import Flow, drained
from tests.unit.test_flows_group import FLOWS, summed

from tunnel_monitor.contract import Encap, Outcome
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.group import TUNNEL, group
from tunnel_monitor.serve.totals import Limits, Totals
from tunnel_monitor.serve.view import LiveView, Snapshot

DRAINS = st.lists(
    st.tuples(st.lists(FLOWS, max_size=6), st.lists(FLOWS, max_size=2), st.integers(0, 3)),
    max_size=6,
)
LIMITS = st.builds(
    Limits, flows=st.integers(1, 12), tunnels=st.integers(4, 12), endpoints=st.integers(0, 8)
)


def after(
    drains: list[tuple[list[Flow], list[Flow], int]], limits: Limits | None = None
) -> Snapshot:
    view = LiveView(["eth0", "eth1"], 1.0, limits)
    for number, (flows, overflow, unplaced) in enumerate(drains, 1):
        without_inner = [
            Flow(flow.outer_src, flow.outer_dst, None, None, flow.vni, flow.packets, flow.bytes)
            for flow in overflow
        ]
        rest = {Outcome.OVERFLOW: (unplaced, unplaced * 10), Outcome.TRUNCATED: (1, 60)}
        raw = drained(flows, without_inner, rest, interfaces=("eth0", "eth1"), number=number)
        view.take(FlowBatch.of(raw))
    view.close()
    return view.snapshot


@given(DRAINS, LIMITS)
def test_totals_and_what_was_forgotten_equal_the_ledger(
    drains: list[tuple[list[Flow], list[Flow], int]], limits: Limits
) -> None:
    """Whatever had to be forgotten: every packet is somewhere, in either way to add them up."""
    found = after(drains, limits)
    tunneled = found.ledger[:, :, [Outcome.FLOW, Outcome.OVERFLOW]]
    for name in ("packets", "bytes"):
        expected = int(tunneled[name].sum())
        assert int(found.total.parts().rows()[name].sum()) == expected
        assert int(found.total.parts().tunnels[name].sum()) == expected
        assert int(getattr(found.timeline, name).sum()) == expected
    assert len(found.total.parts().flows) <= limits.flows
    # A remainder for each interface, direction and encapsulation comes on top of what is kept.
    assert len(found.total.parts().tunnels) <= limits.tunnels + 8
    assert len(found.total.parts().overflow) <= limits.tunnels + 8


@given(DRAINS)
def test_both_ways_to_add_up_agree_by_tunnel(
    drains: list[tuple[list[Flow], list[Flow], int]],
) -> None:
    found = after(drains, Limits(flows=3))
    by_tunnel = group(found.total.parts().rows(), TUNNEL)
    assert summed(columns.words(by_tunnel)) == summed(columns.words(found.total.parts().tunnels))


def test_the_smallest_flows_are_folded_into_their_tunnels() -> None:
    flows = [Flow(inner_src=f"10.0.0.{host}", bytes=host) for host in range(1, 9)]
    found = after([(flows[:4], [], 0), (flows[4:], [], 0)], Limits(flows=4))
    assert sorted(found.total.parts().flows["bytes"].tolist()) == [6, 7, 8]
    assert found.total.parts().overflow["bytes"].tolist() == [15]
    assert not columns.has_inner(found.total.parts().overflow).any()
    assert found.forgotten_flows == 5


def test_a_forgotten_flow_may_come_back() -> None:
    small, large = Flow(bytes=1), Flow(inner_src="10.0.0.1", bytes=100)
    found = after([([small, large], [], 0), ([small], [], 0)], Limits(flows=1))
    assert found.total.parts().flows["bytes"].tolist() == [1]
    assert found.total.parts().overflow["bytes"].tolist() == [101]
    assert found.forgotten_flows == 2


def test_too_many_tunnels_leave_a_remainder_by_encapsulation() -> None:
    flows = [Flow(outer_src=f"10.0.0.{host}", bytes=host, vni=host) for host in range(1, 9)]
    found = after([(flows, [], 0)], Limits(tunnels=4))
    tunnels = found.total.parts().tunnels
    (rest,) = remainder = columns.where(tunnels, ~columns.has_vni(tunnels))
    assert int(rest["bytes"]) == 1 + 2 + 3 + 4 + 5
    assert rest["outer_src"].tobytes() == bytes(16)
    assert columns.encap(remainder).tolist() == [Encap.VXLAN]
    assert len(tunnels) == 4
    assert found.seen.tunnels == 3


def test_adding_makes_a_new_value() -> None:
    before = Totals.nothing(Limits())
    batch = FlowBatch.of(drained([Flow()]))
    tunnels = group(batch.flows, TUNNEL)
    after_one = before.added(batch.flows, batch.tunnels, tunnels)
    after_two = after_one.added(batch.flows, batch.tunnels, tunnels)
    assert len(before.flows) == 0
    assert after_one.flows.rows["packets"].tolist() == [1]
    assert after_two.flows.rows["packets"].tolist() == [2]
    assert after_two.seen is after_one.seen  # nothing new: nothing counted anew
