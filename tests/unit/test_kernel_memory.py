"""What tables take, as computed and as the kernel accounts for those that it made."""

from __future__ import annotations

import pytest
from tests.lab.objects import accounted, every_table

from tunnel_monitor.kernel.load import LoadedObject, tables_bytes
from tunnel_monitor.settings import MonitorSettings, TableSizes

pytestmark = pytest.mark.root

DEFAULT = MonitorSettings()
SMALL = MonitorSettings(tables=TableSizes.of_flows(1000))
NEAR = 0.01  # each table has a kilobyte beside what is computed


@pytest.mark.parametrize(
    ("settings", "cpus", "preallocated"),
    [(DEFAULT, 2, True), (DEFAULT, 3, False), (SMALL, 16, True)],
    ids=["few CPUs", "more CPUs", "more CPUs, fewer flows"],
)
def test_memory_is_as_computed(settings: MonitorSettings, cpus: int, *, preallocated: bool) -> None:
    with LoadedObject(settings, cpus=cpus) as loaded:
        assert loaded.preallocated == preallocated
        made = sum(map(accounted, every_table(loaded)))
    computed = tables_bytes(settings.tables, cpus, preallocated=preallocated)
    assert made == pytest.approx(computed, rel=NEAR if preallocated else 3 * NEAR)


def test_default_size_fits_small_and_large_hosts() -> None:
    assert tables_bytes(DEFAULT.tables, 2, preallocated=True) <= 64 * 10**6
    assert tables_bytes(DEFAULT.tables, 128, preallocated=False) <= 512 * 10**6
