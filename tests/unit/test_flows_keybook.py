from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.test_flows_group import FLOWS, rows_of, summed

from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import KEY_WORDS, Words
from tunnel_monitor.flows.keybook import KeyBook
from tunnel_monitor.flows.numbering import MULTIPLIERS
from tunnel_monitor.flows.slices import SMALL, sums_by


@pytest.mark.parametrize("multipliers", [MULTIPLIERS, np.zeros(16, np.uint64)])
@given(drains=st.lists(st.lists(FLOWS, max_size=8), max_size=6))
def test_numbers_stay_and_lead_back_to_their_keys(drains: list[list], multipliers: Words) -> None:  # type: ignore[type-arg]
    """Also where every key has the same hash."""
    book = KeyBook.empty(multipliers)
    told: dict[tuple[int, ...], int] = {}
    for flows in drains:
        rows = rows_of(*flows)
        before = book.keys.tobytes()
        book, numbers = book.numbered(rows)
        assert book.keys.tobytes().startswith(before)
        keys = map(tuple, columns.words(rows)[:, :KEY_WORDS].tolist())
        for key, number in zip(keys, numbers.tolist(), strict=True):
            assert told.setdefault(key, number) == number
    assert len(book) == len(told)
    assert {key: place for place, key in enumerate(map(tuple, book.keys.tolist()))} == told
    ones = np.ones((len(book), 3), np.uint64)
    rows = book.rows(np.arange(len(book)), ones)
    assert summed(columns.words(rows)) == dict.fromkeys(told, 1)


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2**60)), max_size=50),
    st.booleans(),
)
def test_sums_by_number_are_exact(pairs: list[tuple[int, int]], narrow: bool) -> None:  # noqa: FBT001
    numbers = np.array([number for number, _ in pairs], np.uint32)
    values = [value % SMALL if narrow else value for _, value in pairs]
    found = sums_by(numbers, np.array(values, np.uint32 if narrow else np.uint64), 6)
    expected = [0] * 6
    for number, value in zip(numbers.tolist(), values, strict=True):
        expected[number] += value
    assert found.tolist() == [value % 2**64 for value in expected]
