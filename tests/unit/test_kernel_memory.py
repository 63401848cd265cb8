"""What tables take, as computed and as the kernel accounts for those that it made."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.lab.objects import accounted, every_table

from tunnel_monitor.kernel.load import LoadedObject, tables_bytes
from tunnel_monitor.settings import MonitorSettings, Preallocate, TableSizes

pytestmark = pytest.mark.root

DEFAULT = MonitorSettings()
SMALL = MonitorSettings(tables=TableSizes.of_flows(1000))
LARGE = MonitorSettings(tables=TableSizes.of_flows(200_000))
ALWAYS, NEVER = Preallocate.ALWAYS, Preallocate.NEVER
NEAR = 0.01  # each table has a kilobyte beside what is computed


@pytest.mark.parametrize(
    ("settings", "cpus", "preallocated"),
    [
        pytest.param(DEFAULT, 2, True, id="few CPUs"),
        pytest.param(DEFAULT, 3, False, id="more CPUs"),
        pytest.param(SMALL, 16, True, id="more CPUs, fewer flows"),
        pytest.param(LARGE, 2, False, id="more flows"),
        pytest.param(replace(LARGE, preallocate=ALWAYS), 2, True, id="more flows, but always"),
        pytest.param(replace(DEFAULT, preallocate=NEVER), 2, False, id="few CPUs, but never"),
    ],
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
