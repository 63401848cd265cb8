from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.synthetic import Flow
from tests.unit.test_flows_group import FLOWS, rows_of, summed

from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import KEY_WORDS, Words
from tunnel_monitor.flows.group import group
from tunnel_monitor.flows.numbering import MULTIPLIERS
from tunnel_monitor.flows.table import Table

DRAINS = st.lists(st.lists(FLOWS, max_size=8), max_size=6)


@pytest.mark.parametrize("multipliers", [MULTIPLIERS, np.zeros(16, np.uint64)])
@given(drains=DRAINS)
def test_adding_drains_equals_grouping_them_together(
    drains: list[list[Flow]], multipliers: Words
) -> None:
    """Also where every key has the same hash."""
    table = Table.of(columns.empty(), multipliers=multipliers)
    seen = columns.empty()
    times: dict[tuple[int, ...], list[int]] = {}
    for time, flows in enumerate(drains, 1):
        rows = rows_of(*flows)
        known = set(summed(columns.words(table.rows)))
        for key in summed(columns.words(rows)):
            times[key] = [times.get(key, [time])[0], time]
        table, inserted = table.added(rows, time)
        assert set(summed(columns.words(inserted))) == set(summed(columns.words(rows))) - known
        seen = columns.join(seen, rows)
    assert summed(columns.words(table.rows)) == summed(columns.words(group(seen)))
    keys = map(tuple, columns.words(table.rows)[:, :KEY_WORDS].tolist())
    assert dict(zip(keys, table.times.tolist(), strict=True)) == times


def test_adding_leaves_the_old_table_as_it_was() -> None:
    table = Table.of(rows_of(Flow(packets=1), Flow(vni=7)))
    before = table.rows.tobytes()
    later, inserted = table.added(rows_of(Flow(packets=1), Flow(vni=8)))
    assert table.rows.tobytes() == before
    assert len(later) == 3
    assert inserted["vni"].tolist() == [8]


@given(st.lists(FLOWS, max_size=20), st.integers(0, 20))
def test_splitting_keeps_the_largest_and_loses_nothing(flows: list[Flow], keep: int) -> None:
    table = Table.of(rows_of(*flows))
    kept, others = table.split(keep)
    assert len(kept) == min(keep, len(table))
    assert len(kept) + len(others) == len(table)
    if len(kept) and len(others):
        assert kept.rows["bytes"].min() >= others.rows["bytes"].max()
    again, inserted = kept.added(others.rows, others.times)
    assert len(inserted) == len(others)
    assert summed(columns.words(again.rows)) == summed(columns.words(table.rows))
