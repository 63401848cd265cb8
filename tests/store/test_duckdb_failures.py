"""What a history file meets in its life: kills, full disks, damage, others who use it."""

from __future__ import annotations

import itertools
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from tests.store import batches
from tests.store.batches import LONG_NS
from tests.store.tables import EVER, flows_in
from tests.unit.synthetic import many

from tunnel_monitor.errors import StoreFailed
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.question import Span
from tunnel_monitor.store.duckdb import DuckStore, read_bounds
from tunnel_monitor.store.duckdb_source import DuckSource
from tunnel_monitor.store.history import History
from tunnel_monitor.store.levels import LEVELS, MINUTES, Level
from tunnel_monitor.store.pieces import Bounds
from tunnel_monitor.store.place import SLACK_BYTES, SMALLEST_BYTES

ROOT = Path(__file__).resolve().parents[2]
LONG_ENOUGH = 90  # batches: several minutes are rolled up by then


def opening(file: Path, *, most_bytes: int = SMALLEST_BYTES) -> Callable[[], DuckStore]:
    return lambda: DuckStore(str(file), host="node1", interval_ns=LONG_NS, most_bytes=most_bytes)


@contextmanager
def writing(file: Path, until: int) -> Iterator[subprocess.Popen[str]]:
    """A process that has kept so many batches, and goes on."""
    words = [sys.executable, "-m", "tests.store.writer", str(file)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == until:
                break
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("until", [1, 7, LONG_ENOUGH])
def test_a_kill_loses_nothing_that_was_kept(until: int, tmp_path: Path) -> None:
    with writing(tmp_path / "history.duckdb", until) as process:
        process.send_signal(signal.SIGKILL)
        assert process.stdout is not None
        told = max([until, *(int(line) for line in process.stdout.read().split())])
        process.wait()
    store = opening(tmp_path / "history.duckdb")()
    rolled_ns = store.bounds()[MINUTES.name].until_ns
    found = flows_in(store, ("minutes", 0, EVER), ("raw", rolled_ns, EVER))
    kept = list(batches.batches(range(1, told + 2)))
    # The one in progress may have been kept before it was told.
    assert found in (batches.flow_sums(kept[:-1]), batches.flow_sums(kept))
    store.close()


def test_a_file_that_another_process_uses_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "history.duckdb"
    with writing(file, 1) as process, pytest.raises(StoreFailed) as refused:
        opening(file)()
    assert f"process {process.pid} uses it; give another file" in str(refused.value)


def make_other(file: Path) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute("CREATE TABLE mine (number INTEGER)")


def make_newer(file: Path) -> None:
    opening(file)().close()
    with duckdb.connect(str(file)) as connection:
        connection.execute("UPDATE about SET value = '99' WHERE key = 'version'")


def make_cut(file: Path) -> None:
    opening(file)().close()
    os.truncate(file, 5000)


def make_damaged(file: Path) -> None:
    opening(file)().close()
    with file.open("r+b") as opened:
        opened.seek(12_500)
        opened.write(b"\xff" * 2000)


def make_folder(file: Path) -> None:
    file.mkdir()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda file: file.write_bytes(b"not a history" * 1000), "no history, or damaged; move it"),
        (lambda file: file.write_bytes(b""), "no history, or damaged; move it away"),
        (make_cut, "no history, or damaged; move it away"),
        (make_damaged, r"it is damaged \(.*\); move it away"),
        (make_newer, "a newer tunnel-monitor wrote it; update this one"),
        (make_other, "other data is in it; give another file"),
        (make_folder, "Is a directory; give another place with --history"),
    ],
)
def test_what_is_no_history_is_refused_and_left_as_it_is(
    make: Callable[[Path], object], says: str, tmp_path: Path
) -> None:
    file = tmp_path / "history.duckdb"
    make(file)
    before = file.read_bytes() if file.is_file() else b""
    with pytest.raises(StoreFailed, match=re.compile(says)) as refused:
        opening(file)()
    assert str(file) in str(refused.value)
    assert "\n" not in str(refused.value)
    assert (file.read_bytes() if file.is_file() else b"") == before


def test_watching_goes_on_and_history_begins_once_it_can(tmp_path: Path) -> None:
    file = tmp_path / "history.duckdb"
    file.write_bytes(b"garbage" * 1000)
    told: list[str] = []
    sink = History(opening(file), told.append, patience_s=0)
    some = list(batches.batches(range(1, 6)))
    for batch in some[:2]:
        with pytest.raises(StoreFailed, match="no history, or damaged"):
            sink.take(batch)
    with pytest.raises(StoreFailed):
        sink.store()
    file.unlink()
    for batch in some[2:]:
        sink.take(batch)
    assert told == ["history is kept again; 2 intervals are missing in it"]
    assert flows_in(sink.store(), ("raw", 0, EVER)) == batches.flow_sums(some[2:])
    sink.close()


def test_findings_are_kept_with_the_batch_that_follows(tmp_path: Path) -> None:
    sink = History(opening(tmp_path / "history.duckdb"), print)
    some = list(batches.batches(range(1, 4)))
    sink.note({"time": 1.5, "finding": {"name": "mtu"}})
    for batch in some:
        sink.take(batch)
    sink.note({"time": 2.5, "finding": {"name": "storm"}})
    source = DuckSource(sink.store)
    ever = Span(0, EVER)
    assert source.findings(ever) == ['{"time": 1.5, "finding": {"name": "mtu"}}']
    assert source.findings(Span(0, 1)) == []
    sink.close()


def test_a_file_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    file = tmp_path / "history.duckdb"
    store = opening(file)()
    store.add(batches.batch_at(1, []))
    store.close()
    with duckdb.connect(str(file)) as connection:
        connection.execute("DROP TABLE findings")
        connection.execute("UPDATE about SET value = '1' WHERE key = 'version'")
    reading = DuckStore(str(file), host="", interval_ns=1, read_only=True)
    assert DuckSource(lambda: reading).findings(Span(0, EVER)) == []
    reading.close()
    store = opening(file)()
    assert DuckSource(lambda: store).findings(Span(0, EVER)) == []
    assert store.bounds()
    store.close()


def test_a_file_is_not_tried_again_at_once() -> None:
    tries = []

    def refuse() -> DuckStore:
        tries.append(1)
        raise StoreFailed("no")

    sink = History(refuse, print, patience_s=1000)
    for batch in batches.batches(range(1, 5)):
        with pytest.raises(StoreFailed):
            sink.take(batch)
    assert len(tries) == 1


def test_the_file_never_outgrows_its_limit(tmp_path: Path) -> None:
    file = tmp_path / "history.duckdb"
    store = DuckStore(str(file), host="node1", interval_ns=10**9, most_bytes=SMALLEST_BYTES)
    largest = 0
    some = [FlowBatch.of(many(25_000, seed=seed)) for seed in range(4)]
    for number in range(120):
        store.add(replace(some[number % 4], time_ns=some[0].time_ns + number * 10**9))
        log = file.with_suffix(".duckdb.wal")
        largest = max(largest, file.stat().st_size + (log.stat().st_size if log.exists() else 0))
    assert SMALLEST_BYTES - SLACK_BYTES < largest <= SMALLEST_BYTES
    store.close()


FULL = """
import os, sys
from pathlib import Path
from tests.store import batches
from tests.store.tables import EVER, flows_in
from tests.unit.synthetic import many
from tests.store.test_duckdb_failures import opening
from tunnel_monitor.errors import StoreFailed
from tunnel_monitor.store.duckdb_source import DuckSource
from tunnel_monitor.store.history import History

folder = Path(sys.argv[1])
ballast = folder / "ballast"
ballast.write_bytes(bytes(6 << 20))
sink = History(opening(folder / "history.duckdb"), print, patience_s=0)
kept = []
for batch in batches.batches(range(1, 100_000), flows=500):
    try:
        sink.take(batch)
    except StoreFailed as error:
        print(error)
        break
    kept.append(batch)
ballast.unlink()
sink.take(batch)
kept.append(batch)
until_ns = sink.store().bounds()["minutes"].until_ns
found = flows_in(sink.store(), ("minutes", 0, EVER), ("raw", until_ns, EVER))
print("the same" if found == batches.flow_sums(kept) else "not the same")
"""


@pytest.mark.root
def test_a_full_disk_stops_history_until_there_is_room(tmp_path: Path) -> None:
    in_small_disk = f'mount -t tmpfs -o size=16m none {tmp_path} && exec "$@"'
    words = ("unshare", "--mount", "sh", "-c", in_small_disk, "sh", sys.executable, "-c", FULL)
    ended = subprocess.run(
        [*words, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    lines = ended.stdout.splitlines()
    assert ended.returncode == 0, ended.stderr
    assert "the disk is full; make room, or set --history-size lower" in lines[0]
    assert lines[1:] == ["history is kept again; 1 intervals are missing in it", "the same"]
    assert not list(itertools.islice(tmp_path.iterdir(), 1))


def test_what_the_levels_cover_is_known_of_all_or_of_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    setting = DuckStore._set_bounds

    def looking(store: DuckStore, level: Level, bounds: Bounds) -> None:
        setting(store, level, bounds)
        with closing(store.cursor()) as reader:
            seen.append(len(read_bounds(reader)))

    monkeypatch.setattr(DuckStore, "_set_bounds", looking)
    store = opening(tmp_path / "history.duckdb")()
    source = DuckSource(lambda: store)
    assert source.span() is None
    store.add(FlowBatch.of(many(10)))
    assert seen == [0] * len(LEVELS)
    assert source.span() is not None
    store.close()
