from __future__ import annotations

import ipaddress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit import synthetic
from tests.unit.synthetic import SECOND_NS, Flow, drained
from tests.unit.test_flows_group import FLOWS

from tunnel_monitor.contract import Direction, Encap, Outcome, Signal
from tunnel_monitor.flows import addresses, columns
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.kernel.own_cost import ProgramTime


def test_one_row_in_full() -> None:
    """A literal row, so that a slip in byte order or place cannot hide in the round trip."""
    batch = FlowBatch.of(drained([Flow(packets=3, bytes=1812, inner_bytes=1662)]))
    assert batch.flows.tobytes() == bytes.fromhex(
        "00000000000000000000ffffac100164"  # outer_src
        "00000000000000000000ffffac100165"  # outer_dst
        "00000000000000000000ffffc0a80001"  # inner_src
        "00000000000000000000ffffc0a80002"  # inner_dst
        "10270000"  # vni 10000
        "07010000"  # meta: egress, VNI, inner, path vxlan
        "00000000"  # interface
        "00000000"  # overflow
        "0300000000000000"
        "1407000000000000"
        "7e06000000000000"
    )
    assert batch.interfaces == ("eth0",)
    assert (batch.number, batch.interval_ns) == (1, synthetic.SECOND_NS)


def test_rows_of_several_cpus_are_one_flow() -> None:
    batch = FlowBatch.of(drained([Flow(packets=1, bytes=10), Flow(packets=2, bytes=20)]))
    assert batch.flows[["packets", "bytes"]].tolist() == [(3, 30)]


def test_the_same_flow_on_two_interfaces_is_two() -> None:
    flows = [Flow(), Flow(interface="eth1")]
    batch = FlowBatch.of(drained(flows, interfaces=("eth0", "eth1")))
    assert sorted(batch.flows["interface"].tolist()) == [0, 1]


@pytest.mark.parametrize(
    "flow",
    [
        Flow(),
        Flow(outer_src="2001:db8::1", outer_dst="2001:db8::2"),
        Flow(inner_src="fd00::1", inner_dst="fd00::2"),
        Flow(inner_src=None, inner_dst=None),
        Flow(outer_src="2001:db8::1", outer_dst="2001:db8::2", inner_src=None, inner_dst=None),
        Flow(inner_src="0.0.0.0", inner_dst="255.255.255.255"),  # noqa: S104  # a DHCP client
        Flow(vni=None, direction=Direction.INGRESS, path=(Encap.VXLAN, Encap.VXLAN)),
    ],
)
def test_each_kind_of_key_keeps_its_parts(flow: Flow) -> None:
    (row,) = rows = FlowBatch.of(drained([flow])).flows
    for name, written in zip(columns.ADDRESSES, flow.addresses, strict=True):
        assert row[name].tobytes() == synthetic.packed(written)
    assert columns.has_inner(rows).tolist() == [flow.inner_src is not None]
    assert columns.has_vni(rows).tolist() == [flow.vni is not None]
    assert columns.direction(rows).tolist() == [flow.direction]
    assert columns.encap(rows).tolist() == [Encap.VXLAN]
    assert len(synthetic.drained([flow]).interfaces[0].narrow.keys) == flow.narrow


@given(
    st.lists(FLOWS, max_size=12),
    st.lists(FLOWS, max_size=4),
    st.integers(0, 5),
)
def test_flows_and_tunnels_equal_the_ledger(
    flows: list[Flow], overflow: list[Flow], unplaced: int
) -> None:
    rest = {Outcome.OVERFLOW: (unplaced, unplaced * 100), Outcome.NOT_TUNNELED: (7, 700)}
    batch = FlowBatch.of(drained(flows, overflow, rest, interfaces=("eth0", "eth1")))
    tunneled = batch.ledger[:, :, [Outcome.FLOW, Outcome.OVERFLOW]]
    for name in ("packets", "bytes"):
        placed = int(batch.flows[name].sum() + batch.tunnels[name].sum())
        assert placed == int(tunneled[name].sum())


def test_what_no_table_had_room_for_has_a_row_without_addresses() -> None:
    batch = FlowBatch.of(
        drained([], [Flow(inner_src=None, inner_dst=None)], {Outcome.OVERFLOW: (5, 500)})
    )
    (row,) = columns.where(batch.tunnels, columns.encap(batch.tunnels) == Encap.NONE)
    assert (int(row["packets"]), int(row["bytes"])) == (5, 500)
    assert row["outer_src"].tobytes() == bytes(16)


def test_an_empty_drain_is_an_empty_batch() -> None:
    batch = FlowBatch.of(drained([]))
    assert len(batch.flows) == len(batch.tunnels) == 0
    assert batch.ledger.shape == (1, len(Direction), len(Outcome))
    assert len(FlowBatch.of(drained([], interfaces=())).ledger) == 0


def test_many_flows_are_all_there() -> None:
    batch = FlowBatch.of(synthetic.many(3000, cpus=3))
    assert len(batch.flows) == 3000
    assert int(batch.flows["bytes"].sum()) == int(batch.ledger["bytes"].sum())
    senders = addresses.texts(columns.address(batch.flows, "inner_src"))
    assert max(senders, key=ipaddress.IPv4Address) == "10.0.11.183"
    assert len(set(senders)) == 3000


def test_several_drains_together_are_as_one() -> None:
    here, there = Flow(packets=3, bytes=1800), Flow(vni=10001, path=(Encap.GRE,))
    signalled = Flow(signals=(Signal.GENEVE_OPTIONS,), path=(Encap.GENEVE,))
    lost = {Outcome.TRUNCATED: (2, 120)}
    tunnel = Flow(inner_src=None, inner_dst=None, packets=4)
    apart = [
        drained([here, signalled], [tunnel], lost, number=1),
        drained([here, there, signalled], [tunnel], lost, number=2),
    ]
    spent = ProgramTime(10, 300, 100)
    batches = [replace(FlowBatch.of(one), program_time=spent) for one in apart]
    flows, tunnels = [here, signalled, here, there, signalled], [tunnel, tunnel]
    whole = FlowBatch.of(drained(flows, tunnels, {Outcome.TRUNCATED: (4, 240)}, number=2))
    together = FlowBatch.together(batches)
    for name in ("flows", "tunnels", "signals"):
        assert sorted(getattr(together, name).tolist()) == sorted(getattr(whole, name).tolist())
    assert np.array_equal(together.ledger, whole.ledger)
    assert (together.number, together.time_ns) == (2, batches[1].time_ns)
    assert together.interval_ns == 2 * SECOND_NS
    assert together.interfaces == whole.interfaces
    assert together.devices == whole.devices
    assert together.program_time == ProgramTime(20, 600, 200)


def test_one_drain_together_is_itself() -> None:
    batch = FlowBatch.of(drained([Flow()]))
    assert FlowBatch.together([batch]) is batch
