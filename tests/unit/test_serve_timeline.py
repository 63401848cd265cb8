from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.synthetic import SECOND_NS, packed

from tunnel_monitor.flows import addresses, columns
from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.serve.timeline import SHOWN, Series, Timeline, drains_kept

PEERS = [f"172.16.1.{host}" for host in range(100, 120)]
DRAINS = st.lists(
    st.dictionaries(st.sampled_from([*PEERS, ""]), st.integers(0, 1000), max_size=8), max_size=12
)


def senders(sent: dict[str, int]) -> Rows:
    rows = columns.empty(len(sent))
    for place, (peer, size) in enumerate(sent.items()):
        rows["outer_src"][place] = packed(peer or None)
        rows["bytes"][place] = size
        rows["packets"][place] = size // 10
    return rows


def last(drains: list[dict[str, int]], length: int = 900, tracked: int = 256) -> Series:
    timeline = Timeline(length, tracked)
    for number, sent in enumerate(drains):
        timeline.add(number * SECOND_NS, number + 1, senders(sent))
    return timeline.series()


@given(DRAINS, st.integers(1, 6), st.sampled_from([900, 3]))
def test_each_column_adds_up_to_all_that_was_sent(
    drains: list[dict[str, int]], tracked: int, length: int
) -> None:
    """Also with hardly any rows for peers, and where the ring has only three columns."""
    series = last(drains, length, tracked)
    kept = drains[-length:]
    assert series.bytes.sum(axis=0).tolist() == [sum(sent.values()) for sent in kept]
    assert series.packets.sum(axis=0).tolist() == [
        sum(size // 10 for size in sent.values()) for sent in kept
    ]
    first = len(drains) - len(kept)
    assert series.times_ns.tolist() == [(first + n) * SECOND_NS for n in range(len(kept))]
    assert series.elapsed_ns.tolist() == [first + n + 1 for n in range(len(kept))]


@given(DRAINS)
def test_those_who_sent_most_have_their_own_row(drains: list[dict[str, int]]) -> None:
    series = last(drains)
    sums: Counter[str] = Counter()
    for sent in drains:
        sums.update(sent)
    del sums[""]
    shown = addresses.texts(series.peers)
    assert shown == sorted(shown)
    for peer, row in zip(shown, series.bytes.tolist(), strict=False):
        assert row == [sent.get(peer, 0) for sent in drains]
    left_out = [size for peer, size in sums.items() if peer not in shown]
    assert len(shown) == min(SHOWN, sum(1 for size in sums.values() if size))
    assert max(left_out, default=0) <= min((sums[peer] for peer in shown), default=1000)


def test_a_newcomer_takes_the_row_of_whoever_sent_least() -> None:
    drains = [{PEERS[0]: 5, PEERS[1]: 50}, {PEERS[2]: 6}, {PEERS[3]: 1}]
    series = last(drains, tracked=2)
    assert addresses.texts(series.peers) == [PEERS[1], PEERS[2]]
    assert series.bytes.tolist() == [[50, 0, 0], [0, 6, 0], [5, 0, 1]]


def test_a_peer_that_was_quiet_for_the_whole_span_is_gone() -> None:
    series = last([{PEERS[0]: 5}, {PEERS[1]: 1}, {PEERS[1]: 1}, {PEERS[1]: 1}], length=3)
    assert addresses.texts(series.peers) == [PEERS[1]]


@pytest.mark.parametrize(("interval_s", "drains"), [(1.0, 900), (0.05, 3600), (3600.0, 1)])
def test_the_ring_is_bounded(interval_s: float, drains: int) -> None:
    assert drains_kept(interval_s) == drains
    timeline = Timeline(drains, tracked=2)
    for number in range(drains + 2):
        timeline.add(number, 1, senders({PEERS[0]: 1}))
    series = timeline.series()
    assert len(series.times_ns) == drains
    assert series.bytes.sum() == drains


def test_a_series_never_changes() -> None:
    timeline = Timeline(2)
    timeline.add(0, 1, senders({PEERS[0]: 5}))
    first = timeline.series()
    before = first.bytes.tolist()
    for number in range(5):
        timeline.add(number, 1, senders({PEERS[0]: 7}))
    assert first.bytes.tolist() == before
