"""What waits on disk, whoever left it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.store import batches
from tests.store.batches import LONG_NS

from tunnel_monitor.errors import StoreFailed
from tunnel_monitor.store.fleet_rows import Rows, read
from tunnel_monitor.store.spool import Spool

PLENTY = 1 << 30


def put(spool: Spool, rows: Rows, count: int, first: int = 1) -> None:
    """Batches into one block."""
    for batch in batches.batches(range(first, first + count)):
        number = spool.next_number()
        receipt = rows.receipt(rows.begin_ns(batch), number).tobytes()
        spool.add(rows.of(batch, number).tobytes(), receipt=receipt)


def test_blocks_come_out_as_they_went_in(tmp_path: Path) -> None:
    spool, rows = Spool(tmp_path, 7, PLENTY), Rows("node1", 7, LONG_NS)
    for number in range(3):
        put(spool, rows, 2, 1 + 2 * number)
        spool.close_block()
    for number in range(3):
        block = spool.first()
        assert block is not None
        assert (block.drains, block.doubtful) == (2, False)
        found = read(block.file.read_bytes())
        assert set(found["block"]) == {number}
        assert found["kind"][0] == 2
        assert (found["kind"] == 5).sum() == 2
        assert {bytes(host) for host in found["host"]} == {b"node1"}
        spool.done(block)
    assert spool.first() is None
    assert spool.waiting_bytes == 0
    spool.close()
    assert not list(tmp_path.iterdir())


def test_a_killed_monitors_rows_are_taken_over_as_far_as_they_are_whole(tmp_path: Path) -> None:
    killed, rows = Spool(tmp_path, 7, PLENTY), Rows("node1", 7, LONG_NS)
    put(killed, rows, 1)
    killed.close_block()
    put(killed, rows, 2, 2)
    (opened,) = tmp_path.rglob("*.open")
    with opened.open("ab") as file:
        file.write(b"half a row")
    for lock in killed._locks:  # as the kernel does when a process has gone
        import os

        os.close(lock)
    spool = Spool(tmp_path, 8, PLENTY)
    for drains in (1, 2):
        block = spool.first()
        assert block is not None
        assert (block.drains, block.doubtful) == (drains, True)
        assert block.file.stat().st_size % rows.dtype.itemsize == 0
        spool.done(block)
    spool.close()
    assert not list(tmp_path.iterdir())


def test_a_running_monitors_rows_are_left_alone(tmp_path: Path) -> None:
    first = Spool(tmp_path, 7, PLENTY)
    put(first, Rows("node1", 7, LONG_NS), 1)
    first.close_block()
    second = Spool(tmp_path, 8, PLENTY)
    assert second.first() is None
    second.close()
    assert first.first() is not None
    first.close()


def test_the_oldest_go_when_there_are_too_many(tmp_path: Path) -> None:
    rows = Rows("node1", 7, LONG_NS)
    spool = Spool(tmp_path, 7, most_bytes=20_000)
    for number in range(1, 50):
        put(spool, rows, 1, number)
        spool.close_block()
        on_disk = sum(file.stat().st_size for file in tmp_path.rglob("*.rows"))
        assert on_disk == spool.waiting_bytes <= 20_000
    kept = len(list(tmp_path.rglob("*.rows")))
    assert spool.lost_drains == 49 - kept
    spool.close()


@pytest.mark.root
def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreFailed, match=r"cannot keep what waits for the store in .*: Not a dir"):
        Spool(tmp_path / "file", 7, PLENTY)
