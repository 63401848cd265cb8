"""Roll-ups and retention of the history file: nothing is lost, nothing counted twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.store import batches
from tests.store.batches import LONG_NS, SECOND_NS, begin_of
from tests.store.tables import EVER, flows_in, ledger_in, number_in

from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.question import Question, Span
from tunnel_monitor.store.duckdb import DuckStore
from tunnel_monitor.store.duckdb_source import DuckSource
from tunnel_monitor.store.levels import DAY_NS, HOUR_NS, HOURS, LEVELS, MINUTE_NS, MINUTES, Keep
from tunnel_monitor.store.opening import IN_MEMORY


def open_store(path: str, keep: Keep | None = None, interval_ns: int = LONG_NS) -> DuckStore:
    return DuckStore(path, host="node1", interval_ns=interval_ns, keep=keep)


def fill(store: DuckStore, kept: list[FlowBatch]) -> None:
    for batch in kept:
        store.add(batch)


def coarsest(store: DuckStore) -> list[tuple[str, int, int]]:
    """All there is, each part from the coarsest level that has it."""
    bounds = store.bounds()
    minutes_ns, hours_ns = bounds[MINUTES.name].until_ns, bounds[HOURS.name].until_ns
    return [("hours", 0, EVER), ("minutes", hours_ns, EVER), ("raw", minutes_ns, EVER)]


@pytest.fixture
def long_kept() -> Iterator[DuckStore]:
    store = open_store(IN_MEMORY, Keep(raw=DAY_NS, minutes=DAY_NS, hours=DAY_NS))
    yield store
    store.close()


def test_every_level_adds_up_to_the_same(long_kept: DuckStore) -> None:
    kept = list(batches.batches(range(1, 260)))
    fill(long_kept, kept)
    bounds = long_kept.bounds()
    assert bounds[MINUTES.name].until_ns == MINUTES.floor(begin_of(kept[-1]))
    assert bounds[HOURS.name].until_ns == HOURS.floor(begin_of(kept[-1]))
    expected = batches.flow_sums(kept)
    assert flows_in(long_kept, ("raw", 0, EVER)) == expected
    hours, minutes, raw = coarsest(long_kept)
    assert flows_in(long_kept, ("minutes", 0, EVER), raw) == expected
    assert flows_in(long_kept, hours, minutes, raw) == expected


def test_the_ledger_and_the_time_watched_add_up_too(long_kept: DuckStore) -> None:
    kept = list(batches.batches(range(1, 20)))
    fill(long_kept, kept)
    until_ns = long_kept.bounds()[MINUTES.name].until_ns
    before = [batch for batch in kept if begin_of(batch) < until_ns]
    for level, those in (("raw", kept), ("minutes", before)):
        assert ledger_in(long_kept, level) == batches.ledger_sums(those)
        assert number_in(long_kept, f"SELECT sum(drains) FROM {level}_drains") == len(those)
        covered_ns = number_in(long_kept, f"SELECT sum(covered_ns) FROM {level}_drains")
        assert covered_ns == len(those) * LONG_NS


def test_what_devices_counted_is_kept_as_differences(long_kept: DuckStore) -> None:
    kept = [
        replace(
            batch,
            devices=tuple(
                (replace(one, packets=7 * place, residual_bytes=-place),) * 2 for one, _ in both
            ),
        )
        for place, batch in enumerate(batches.batches(range(1, 20)), 1)
        if (both := [pair for pair in batch.devices if pair])
    ]
    fill(long_kept, kept)
    packets = "SELECT sum(packets) FROM raw_devices WHERE interface = 0 AND direction = 0"
    assert number_in(long_kept, packets) == 7 * len(kept)
    residual = "SELECT sum(residual_bytes) FROM raw_devices WHERE interface = 1 AND direction = 1"
    assert number_in(long_kept, residual) == -len(kept)


def test_each_level_is_kept_as_long_as_it_is_to_be() -> None:
    keep = Keep(raw=20 * MINUTE_NS, minutes=2 * HOUR_NS, hours=4 * HOUR_NS)
    store = open_store(IN_MEMORY, keep, 4 * MINUTE_NS)
    kept = list(batches.batches(range(1, 120), flows=1, interval_ns=4 * MINUTE_NS))
    fill(store, kept)
    now_ns = begin_of(kept[-1])
    for level in LEVELS:
        oldest_ns = number_in(store, f"SELECT min(time_ns) FROM {level.name}_flows")
        slack_ns = level.width_ns + 4 * MINUTE_NS
        assert abs(now_ns - keep.of(level) - oldest_ns) <= slack_ns
        assert store.bounds()[level.name].from_ns <= oldest_ns
    from_ns = store.bounds()[HOURS.name].from_ns
    those = [batch for batch in kept if begin_of(batch) >= from_ns]
    assert flows_in(store, *coarsest(store)) == batches.flow_sums(those)
    store.close()


def test_the_first_minute_is_told_as_finely_as_those_after_it() -> None:
    store = open_store(IN_MEMORY, interval_ns=10 * SECOND_NS)
    kept = list(batches.batches(range(1, 40), interval_ns=10 * SECOND_NS))
    assert begin_of(kept[0]) % MINUTE_NS, "it begins within a minute"
    fill(store, kept)
    span = Span(begin_of(kept[0]) - HOUR_NS, begin_of(kept[-1]) + 10 * SECOND_NS)
    series = DuckSource(lambda: store).series(
        Question(span, by=frozenset(), limit=0), 10 * SECOND_NS
    )
    assert series.elapsed_ns.tolist() == [10 * SECOND_NS] * len(kept)
    store.close()


def test_what_comes_late_is_in_every_level(long_kept: DuckStore) -> None:
    """The clock was set back by two hours, then to before all that is there."""
    kept = list(batches.batches([*range(1, 260), *range(40, 50), -400, *range(260, 270)]))
    fill(long_kept, kept)
    assert flows_in(long_kept, *coarsest(long_kept)) == batches.flow_sums(kept)
    assert long_kept.bounds()[HOURS.name].from_ns <= begin_of(kept[-11])


def test_a_file_goes_on_where_it_ended(tmp_path: Path) -> None:
    kept = list(batches.batches(range(1, 150)))
    file = str(tmp_path / "history.duckdb")
    for part in (kept[:70], kept[70:71], kept[71:]):
        store = open_store(file)
        fill(store, part)
        store.close()
    store = open_store(file)
    assert flows_in(store, *coarsest(store)) == batches.flow_sums(kept)
    assert store.host == "node1"
    store.close()
