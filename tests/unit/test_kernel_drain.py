"""The parts of a drain, in numbers: tables read empty, ledgers completed and added up."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.unit.synthetic import Flow, records

from tunnel_monitor.contract import DIRECTIONS, OUTCOMES, Direction, Outcome
from tunnel_monitor.kernel import libbpf
from tunnel_monitor.kernel.drain import TableReader, add_tallies, complete_flows, total
from tunnel_monitor.layout import COUNTERS, NARROW_KEY, TALLY, WIDE_KEY

INGRESS, EGRESS = Direction


def ledger(rows: dict[tuple[Direction, Outcome], tuple[int, int, int, int]]) -> NDArray[np.void]:
    made = np.zeros((DIRECTIONS, OUTCOMES), TALLY)
    for (way, outcome), row in rows.items():
        made[way, outcome] = row
    return made


def test_single_packets_of_flows_complete_the_ledger() -> None:
    """Nine packets of which the programs told nothing, as each was one buffer."""
    narrow = records([Flow(packets=9, bytes=900)], NARROW_KEY)
    wide = records([Flow(packets=2, bytes=300, direction=INGRESS)], WIDE_KEY)
    rows = ledger({(EGRESS, Outcome.NOT_TUNNELED): (4, 240, 4, 240)})
    complete_flows(rows, (narrow, wide))
    assert rows[EGRESS, Outcome.FLOW].item() == (9, 900, 9, 900)
    assert rows[INGRESS, Outcome.FLOW].item() == (2, 300, 2, 300)
    assert rows[EGRESS, Outcome.NOT_TUNNELED].item() == (4, 240, 4, 240)


def test_super_packets_keep_their_buffers() -> None:
    """Two buffers of 45 packets among nine single ones."""
    flows = records([Flow(packets=99, bytes=99_000), Flow(packets=5, bytes=500)], NARROW_KEY)
    rows = ledger({(EGRESS, Outcome.FLOW): (90, 95_000, 2, 90_000)})
    complete_flows(rows, (flows, records([], WIDE_KEY)))
    assert rows[EGRESS, Outcome.FLOW].item() == (104, 99_500, 2 + 14, 90_000 + 4500)
    assert rows[INGRESS, Outcome.FLOW].item() == (0, 0, 0, 0)


BUFFERS = st.lists(
    st.tuples(
        st.sampled_from(Direction), st.integers(1, 45), st.integers(60, 1500), st.integers(0, 8)
    )
)


@given(BUFFERS)
def test_a_completed_row_is_what_writing_each_buffer_would_have_given(
    buffers: list[tuple[Direction, int, int, int]],
) -> None:
    """As bpf/count.h does: only what is not one packet of its own length is told."""
    told, whole = ledger({}), ledger({})
    flows = []
    for way, packets, size, taken_out in buffers:
        wire = packets * size + taken_out
        length = wire if packets == 1 else 60 + packets * (size - 60)
        length -= taken_out
        flows.append(Flow(packets=packets, bytes=wire, direction=way))
        row = np.array((packets, wire, 1, length), TALLY)
        add_tallies(whole[way, Outcome.FLOW : 1], row.reshape(1))
        if packets > 1 or wire != length:
            add_tallies(told[way, Outcome.FLOW : 1], row.reshape(1))
    complete_flows(told, (records(flows, NARROW_KEY), records([], WIDE_KEY)))
    assert told.tolist() == whole.tolist()


def test_a_ledger_s_total_has_each_outcome_once() -> None:
    rows = ledger(
        {(INGRESS, outcome): (1 << outcome, 10, 1, 10) for outcome in Outcome}
        | {(EGRESS, Outcome.TRUNCATED): (7, 70, 7, 70)}
    )
    assert total(rows).tolist() == [
        (2**OUTCOMES - 1, 10 * OUTCOMES, OUTCOMES, 10 * OUTCOMES),
        (7, 70, 7, 70),
    ]


def test_ledgers_add_up_in_place() -> None:
    to = ledger({(EGRESS, Outcome.FLOW): (1, 2, 3, 4)})
    add_tallies(to, ledger({(EGRESS, Outcome.FLOW): (10, 20, 30, 40)}))
    assert to[EGRESS, Outcome.FLOW].item() == (11, 22, 33, 44)


@contextmanager
def table(entries: int, keys: NDArray[np.void], counters: NDArray[np.void]) -> Iterator[int]:
    """A table in the kernel with these rows."""
    made = libbpf.create_hash("rows", keys.itemsize, counters.itemsize, entries, 0)
    try:
        for key, value in zip(keys, counters, strict=True):
            put(made, key.tobytes(), value.tobytes())
        yield made
    finally:
        os.close(made)


def put(made: int, key: bytes, value: bytes) -> None:
    flags = ctypes.c_uint64(libbpf.BPF_NOEXIST)
    update = libbpf.library().bpf_map_update_elem
    libbpf.checked(update(made, ctypes.c_char_p(key), ctypes.c_char_p(value), flags))


def rows(count: int, first: int = 0) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """So many rows with different keys; a key tells its counters."""
    keys, counters = np.zeros(count, NARROW_KEY), np.zeros(count, COUNTERS)
    keys["vni"] = np.arange(first, first + count)
    counters["packets"] = keys["vni"] + 1
    return keys, counters


def paired(keys: NDArray[np.void], counters: NDArray[np.void]) -> dict[int, int]:
    return dict(zip(keys["vni"].tolist(), counters["packets"].tolist(), strict=True))


@pytest.mark.root
@pytest.mark.parametrize("count", [0, 1, 100, 128])
def test_a_table_is_read_whole_and_is_empty_then(count: int) -> None:
    """Also one that is full to its last row, in however few buckets."""
    reader = TableReader(NARROW_KEY, 128)
    with table(128, *rows(count)) as made:
        taken = reader.take([made])
        assert paired(taken.keys, taken.counters) == {n: n + 1 for n in range(count)}
        assert not len(reader.take([made]).keys)


@pytest.mark.root
def test_tables_of_all_cpus_come_as_one_and_keep_their_rows() -> None:
    """What was taken is not what the reader reuses for the next table."""
    reader = TableReader(NARROW_KEY, 64)
    with table(64, *rows(64)) as one, table(64, *rows(37, first=1000)) as other:
        taken = reader.take([one, other])
        with table(64, *rows(64, first=5000)) as later:
            reader.take([later])
    wanted = {n: n + 1 for n in (*range(64), *range(1000, 1037))}
    assert paired(taken.keys, taken.counters) == wanted


@pytest.mark.root
def test_a_table_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(OSError, match="Bad file descriptor"):
        TableReader(NARROW_KEY, 4).take([1 << 20])
