"""What tables take, as computed and as the kernel accounts for those that it made."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.lab.objects import accounted, every_table

from tunnel_monitor.contract import Notice
from tunnel_monitor.kernel.load import GENERATIONS, LoadedObject
from tunnel_monitor.kernel.memory import tables_bytes
from tunnel_monitor.kernel.tables import SHAPES
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
        pytest.param(replace(DEFAULT, notices=Notice(0)), 2, True, id="nothing noticed"),
        pytest.param(replace(DEFAULT, notices=Notice.SEGMENTS), 2, True, id="only segments"),
    ],
)
def test_memory_is_as_computed(settings: MonitorSettings, cpus: int, *, preallocated: bool) -> None:
    with LoadedObject(settings, cpus=cpus) as loaded:
        assert loaded.preallocated == preallocated
        made = sum(map(accounted, every_table(loaded)))
    sizes, copies = settings.used_tables, GENERATIONS * cpus
    computed = tables_bytes(SHAPES, sizes, copies, preallocated=preallocated)
    assert made == pytest.approx(computed, rel=NEAR if preallocated else 3 * NEAR)


def test_what_is_not_noticed_takes_no_memory() -> None:
    nothing, segments = (
        tables_bytes(SHAPES, replace(DEFAULT, notices=some).used_tables, 1, preallocated=True)
        for some in (Notice(0), Notice.SEGMENTS)
    )
    everything = tables_bytes(SHAPES, DEFAULT.tables, 1, preallocated=True)
    assert everything - nothing > 500_000
    assert nothing < segments < everything


def test_default_size_fits_small_and_large_hosts() -> None:
    for cpus, preallocated, most_mb in ((2, True, 64), (128, False, 512)):
        copies = GENERATIONS * cpus
        size = tables_bytes(SHAPES, DEFAULT.tables, copies, preallocated=preallocated)
        assert size <= most_mb * 10**6
