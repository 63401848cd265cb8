"""Who is named for a group of flows: the largest flow's two endpoints."""

from __future__ import annotations

import numpy as np
from tests.unit.synthetic import Flow, drained

from tunnel_monitor.diagnose.base import DIRECTION
from tunnel_monitor.diagnose.subjects import busiest
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.columns import Rows

SMALL = Flow(inner_src="192.168.0.1", inner_dst="192.168.0.2", bytes=100)
LARGE = Flow(inner_src="192.168.0.3", inner_dst="192.168.0.4", bytes=300)
OTHER_VNI = Flow(inner_src="192.168.0.5", inner_dst="192.168.0.6", vni=10001, bytes=900)
WITHOUT = Flow(inner_src=None, inner_dst=None, vni=10002)


def rows_of(*flows: Flow) -> Rows:
    """Of one drain, in this order."""
    return FlowBatch.of(drained(flows)).flows


def test_the_largest_of_each_group_is_named() -> None:
    flows = rows_of(SMALL, OTHER_VNI, LARGE)
    assert busiest(flows, flows[[0, 1]], DIRECTION) == [
        ("192.168.0.3", "192.168.0.4"),
        ("192.168.0.5", "192.168.0.6"),
    ]


def test_two_of_one_group_get_the_same_answer() -> None:
    flows = rows_of(LARGE, SMALL)
    assert busiest(flows, flows, DIRECTION) == [("192.168.0.3", "192.168.0.4")] * 2


def test_what_tells_groups_apart_is_said() -> None:
    flows = rows_of(SMALL, LARGE, OTHER_VNI)
    pair = frozenset({"outer_src", "outer_dst"})
    assert busiest(flows, flows[:1], pair) == [("192.168.0.5", "192.168.0.6")]


def test_nobody_is_named_where_nobody_is_inside() -> None:
    flows = rows_of(WITHOUT, SMALL)
    assert busiest(flows, flows[:1], DIRECTION) == [()]
    assert busiest(columns.empty(), flows, DIRECTION) == [(), ()]
    assert busiest(flows, columns.take(flows, np.zeros(0, np.intp)), DIRECTION) == []
