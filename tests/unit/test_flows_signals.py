"""Signals are taken out of the rows that the kernel part wrote them into, and lose nothing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.synthetic import Flow, drained

from tunnel_monitor.contract import Direction, Encap, Outcome, Signal
from tunnel_monitor.flows import columns, labels
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.serve.totals import Limits
from tunnel_monitor.serve.view import LiveView

OPTIONS, CRITICAL, FRAGMENT = Signal
GENEVE = (Encap.GENEVE,)
SECOND = "192.168.0.9"


def told(rows: Rows) -> list[tuple[str, str, int, int]]:
    """Signal, path, packets and bytes of each row, in order."""
    names = labels.signals(rows), labels.paths(rows)
    return sorted(zip(*names, rows["packets"].tolist(), rows["bytes"].tolist(), strict=True))


def fragments(packets: int, **rest: Any) -> Flow:
    """A row of later fragments."""
    row = Flow(inner_src=None, inner_dst=None, packets=packets, bytes=packets * 100)
    return replace(row, signals=(FRAGMENT,), **rest)


def test_a_flow_is_one_row_whatever_its_packets_had() -> None:
    batch = FlowBatch.of(
        drained(
            [
                Flow(path=GENEVE, packets=1, bytes=10),
                Flow(path=GENEVE, packets=2, bytes=20, signals=(OPTIONS,)),
                Flow(path=GENEVE, packets=4, bytes=40, signals=(OPTIONS, CRITICAL)),
                Flow(path=GENEVE, packets=8, bytes=80, signals=(CRITICAL,), inner_src=SECOND),
            ]
        )
    )
    assert sorted(batch.flows["packets"].tolist()) == [7, 8]
    assert not (batch.flows["meta"] & columns.SIGNAL_MASK).any()
    assert told(batch.signals) == [
        ("geneve_critical", "geneve", 12, 120),
        ("geneve_options", "geneve", 6, 60),
    ]
    assert not columns.has_inner(batch.signals).any()
    assert labels.vnis(batch.signals) == [10000, 10000]


def test_later_fragments_are_in_no_flow_and_no_overflow() -> None:
    lost = {Outcome.LATER_FRAGMENT: (5, 500)}
    batch = FlowBatch.of(drained([Flow()], [fragments(3), Flow(inner_src=None)], lost))
    assert len(batch.flows) == len(batch.tunnels) == 1
    assert told(batch.signals) == [
        ("later_fragment", "none", 5, 500),
        ("later_fragment", "vxlan", 3, 300),
    ]
    assert sorted(labels.texts(batch.signals, "outer_src")) == ["", "172.16.1.100"]


def test_what_overflowed_has_its_signals_too() -> None:
    row = Flow(inner_src=None, inner_dst=None, path=GENEVE, signals=(OPTIONS,), packets=2, bytes=9)
    batch = FlowBatch.of(drained([], [row]))
    assert batch.tunnels["packets"].tolist() == [2]
    assert not (batch.tunnels["meta"] & columns.SIGNAL_MASK).any()
    assert told(batch.signals) == [("geneve_options", "geneve", 2, 9)]


MARKS = st.sets(st.sampled_from([OPTIONS, CRITICAL])).map(lambda found: tuple(sorted(found)))
FLOWS = st.builds(
    Flow,
    inner_src=st.sampled_from(["192.168.0.1", SECOND, "fd00::1"]),
    inner_dst=st.sampled_from(["192.168.0.2", "fd00::2"]),
    vni=st.sampled_from([None, 7]),
    packets=st.integers(1, 9),
    bytes=st.integers(60, 9000),
    direction=st.sampled_from(Direction),
    path=st.just(GENEVE),
    signals=MARKS,
    interface=st.sampled_from(["eth0", "eth1"]),
).filter(lambda flow: (":" in (flow.inner_src or "")) == (":" in (flow.inner_dst or "")))


@given(st.lists(FLOWS, max_size=20), st.lists(st.builds(fragments, st.integers(1, 9)), max_size=5))
def test_nothing_is_lost(flows: Sequence[Flow], pieces: Sequence[Flow]) -> None:
    batch = FlowBatch.of(drained(flows, pieces, interfaces=("eth0", "eth1")))
    assert batch.flows["bytes"].sum() == sum(flow.bytes for flow in flows)
    for signal in Signal:
        rows = columns.where(batch.signals, batch.signals["meta"] & signal.bit != 0)
        expected = [flow for flow in (*flows, *pieces) if signal in flow.signals]
        assert rows["packets"].sum() == sum(flow.packets for flow in expected)
        assert rows["bytes"].sum() == sum(flow.bytes for flow in expected)
    assert len(np.unique(batch.signals)) == len(batch.signals)


def test_the_view_keeps_them_all_but_those_of_the_smallest_tunnels() -> None:
    with closing(LiveView(["eth0"], 1.0, Limits(tunnels=4))) as view:
        for number in range(1, 6):
            row = fragments(number, outer_src=f"10.0.0.{number}")
            view.take(FlowBatch.of(drained([], [row], number=number)))
    last, total = (window.parts().signals for window in (view.snapshot.last, view.snapshot.total))
    assert told(last) == [("later_fragment", "vxlan", 5, 500)]
    assert len(total) == 4
    assert int(total["packets"].sum()) == 1 + 2 + 3 + 4 + 5
    assert set(labels.signals(total)) == {"later_fragment"}
