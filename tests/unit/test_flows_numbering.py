"""The numbering of native/number.h, against plain dictionaries."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.test_flows_group import FLOWS, rows_of

from tunnel_monitor.contract import MAX_DEPTH, META_OUTERMOST, META_PATH_SHIFT, PATH_BITS, Signal
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import KEY_WORDS, Words
from tunnel_monitor.flows.group import FLOW_COLUMNS, TUNNEL, added_up, coarsened, group, mask_of
from tunnel_monitor.flows.numbering import (
    MULTIPLIERS,
    NO_NUMBER,
    WHOLE,
    Book,
    Grouped,
    Mask,
    book_for,
    places_among,
    slots_for,
    slots_with,
)

ZEROS = np.zeros(16, np.uint64)  # every key has the same hash
HASHES = pytest.mark.parametrize("multipliers", [MULTIPLIERS, ZEROS])
MASKS = [WHOLE, Mask(np.array([0xFF, 0, 2**63], np.uint64))]
SOME = [0, 1, 2, 0x1FF, 2**63, 2**64 - 1]


def rows(key_words: int, sum_words: int = 0) -> st.SearchStrategy[Words]:
    """Few different keys, so that they repeat."""
    row = st.tuples(*[st.sampled_from(SOME)] * key_words, *[st.integers(0, 2**64 - 1)] * sum_words)
    width = key_words + sum_words
    return st.lists(row, max_size=60).map(lambda some: np.array(some, np.uint64).reshape(-1, width))


def added(
    parts: list[Words], mask: Mask, room: int
) -> tuple[dict[tuple[int, ...], int], list[int]]:
    """The slow and obvious way: key -> sum in the order of numbers; the number of each row."""
    sums: dict[tuple[int, ...], int] = {}
    numbers = []
    for *words, count in np.concatenate(parts).tolist():
        key = tuple(word & bits for word, bits in zip(words, mask.words.tolist(), strict=False))
        if key not in sums and len(sums) == room:
            numbers.append(NO_NUMBER)
            continue
        numbers.append([*sums, key].index(key))
        sums[key] = (sums.get(key, 0) + count) % 2**64
    return sums, numbers


@HASHES
@pytest.mark.parametrize("mask", MASKS)
@given(first=rows(3, 1), second=rows(3, 1), room=st.sampled_from([0, 1, 3, 120]))
def test_adding_is_a_dictionary(
    multipliers: Words, mask: Mask, first: Words, second: Words, room: int
) -> None:
    book = book_for(room, 4, 3, multipliers)
    numbers = [*book.add(first, mask).tolist(), *book.add(second, mask).tolist()]
    sums, expected = added([first, second], mask, room)
    assert numbers == expected
    assert {tuple(key): count for *key, count in book.rows().tolist()} == sums
    assert len(book.rows()) == book.count == len(sums)


@HASHES
@pytest.mark.parametrize("mask", MASKS)
@given(words=rows(3, 1))
def test_groups_whose_keys_stay_in_their_rows(multipliers: Words, mask: Mask, words: Words) -> None:
    sums, numbers = added([words], mask, len(words))
    groups = Grouped.of(words, 3, mask, multipliers)
    assert groups.numbers.tolist() == numbers
    assert groups.firsts.tolist() == [numbers.index(group) for group in range(len(sums))]
    assert groups.sums[:, 0].tolist() == list(sums.values())


@pytest.mark.parametrize("mask", MASKS)
@given(words=rows(3, 1), places=st.lists(st.integers(0, 59)))
def test_only_some_of_the_rows_come(mask: Mask, words: Words, places: list[int]) -> None:
    some = np.array([place for place in places if place < len(words)], np.uint32)
    book = book_for(len(some), 4, 3)
    numbers = book.add(words, mask, some)
    whole = book_for(len(some), 4, 3)
    assert np.array_equal(numbers, whole.add(words[some], mask))
    assert np.array_equal(book.rows(), whole.rows())


@HASHES
@given(words=rows(3, 1))
def test_rows_are_added_up_where_they_are(multipliers: Words, words: Words) -> None:
    sums, numbers = added([words], WHOLE, 60)
    book = Book(words, 0, slots_for(len(words)), 3, multipliers)
    assert book.add(words).tolist() == numbers
    assert {tuple(key): count for *key, count in words[: book.count].tolist()} == sums


@HASHES
@given(keys=rows(2), others=rows(2))
def test_a_longer_book_finds_what_it_had_and_what_it_got(
    multipliers: Words, keys: Words, others: Words
) -> None:
    before = book_for(len(keys), 2, 2, multipliers)
    before.add(keys)
    slots = before.slots.copy()
    book = Book(before.rows(), before.count, before.slots, 2, multipliers)
    fresh = others[book.add(others) == NO_NUMBER]
    fresh = fresh[np.unique(fresh, axis=0, return_index=True)[1]]
    every = np.concatenate([before.rows(), fresh])
    longer = slots_with(before.slots, every, before.count, 2, multipliers)
    found = Book(every, len(every), longer, 2, multipliers).add(every)
    assert found.tolist() == list(range(len(every)))
    assert np.array_equal(before.slots, slots)


@given(keys=rows(2), others=rows(2))
def test_each_key_is_found_among_others(keys: Words, others: Words) -> None:
    for key, place in zip(keys.tolist(), places_among(keys, others).tolist(), strict=True):
        assert (others.tolist()[place] == key) if place >= 0 else (key not in others.tolist())


def test_many_keys_get_a_number_each() -> None:
    """Addresses one after another, as networks have them."""
    keys = np.zeros((100_000, 2), np.uint64)
    keys[:, 1] = np.arange(100_000, dtype=np.uint64) << np.uint64(32)
    book = book_for(len(keys), 2, 2)
    assert np.array_equal(book.add(keys), np.arange(len(keys)))
    assert np.array_equal(book.add(keys[::-1]), np.arange(len(keys))[::-1])


@given(st.lists(FLOWS, max_size=20), st.sets(st.sampled_from(sorted(FLOW_COLUMNS))))
def test_grouping_is_adding_up_what_is_coarser(flows: list, by: set[str]) -> None:  # type: ignore[type-arg]
    some = rows_of(*flows)
    assert np.array_equal(group(some, by), added_up(coarsened(some, by)))


def test_by_all_columns_means_signals_too() -> None:
    some = columns.empty(2)
    some["meta"] = [0, Signal.LATER_FRAGMENT.bit]
    assert len(group(some)) == 2
    assert len(group(some, TUNNEL)) == 1


@pytest.mark.parametrize("outermost", [0, META_OUTERMOST])
def test_the_encapsulation_of_any_path(outermost: int) -> None:
    paths = np.random.default_rng(1).integers(0, 1 << MAX_DEPTH * PATH_BITS, 5000)
    some = columns.empty(len(paths) + 1)
    some["meta"][1:] = paths << META_PATH_SHIFT
    some["meta"] |= outermost
    grouped = group(some, {"encap"})
    assert np.array_equal(grouped, added_up(coarsened(some, {"encap"})))
    assert len(grouped) == 1 << PATH_BITS
    assert mask_of(frozenset({"encap"})).words.shape == (KEY_WORDS,)
