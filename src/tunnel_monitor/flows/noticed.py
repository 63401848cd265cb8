"""What a drain noticed beside sizes: the rows of all CPUs and interfaces joined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import Example
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import ADDRESSES, KEY_WORDS, Rows, Words
from tunnel_monitor.flows.group import Groups
from tunnel_monitor.kernel.drained import InterfaceDrain, Records
from tunnel_monitor.layout import NOTICES, STATION_KEY

SEGMENTS = np.dtype(
    [("src_port", "<u2"), ("dst_port", "<u2"), ("sequence", "<u4"), ("size", "<u4")]
)
MAC = STATION_KEY["mac"]
PLACE = 0xFFFFFFFF  # the bits of a place beside what it is worth
NEVER = 0xFFFFFFFF  # stands for "none yet" while the smallest is looked for


@dataclass(frozen=True, slots=True)
class Noticed:
    """A value; each part has rows of FLOW that say what it is about, their counters zero.

    Args:
        tunnels: (n,) FLOW without inner addresses, unique.
        notices: (n,) NOTICES of them.
        flows: (s,) FLOW of which a large TCP segment was seen.
        segments: (s,) SEGMENT_KEY and SEGMENT fields together, by `SEGMENTS`.
        peers: (t,) FLOW with outer source and VNI alone.
        macs: (t,) bytes: an inner link address that was behind each.
    """

    tunnels: Rows = field(default_factory=columns.empty)
    notices: NDArray[np.void] = field(default_factory=lambda: np.zeros(0, NOTICES))
    flows: Rows = field(default_factory=columns.empty)
    segments: NDArray[np.void] = field(default_factory=lambda: np.zeros(0, SEGMENTS))
    peers: Rows = field(default_factory=columns.empty)
    macs: NDArray[np.void] = field(default_factory=lambda: np.zeros(0, MAC))

    @classmethod
    def of(cls, interfaces: Sequence[InterfaceDrain]) -> Noticed:
        """Join what all interfaces noticed, and what their CPUs did of one tunnel."""
        tunnels, notices = each_once(
            _joined([one.notices.tunnels for one in interfaces], _wide),
            [one.notices.tunnels.counters for one in interfaces],
        )
        segments = [one.notices.segments for one in interfaces]
        stations = [one.notices.stations for one in interfaces]
        return cls(
            tunnels=tunnels,
            notices=notices,
            flows=_joined(segments, lambda keys: _wide(keys["flow"])),
            segments=np.concatenate([np.zeros(0, SEGMENTS), *map(_segments, segments)]),
            peers=_joined(stations, _peers),
            macs=np.concatenate([np.zeros(0, MAC), *(one.keys["mac"] for one in stations)]),
        )

    @classmethod
    def together(cls, parts: Sequence[Noticed]) -> Noticed:
        """What several drains of the same interfaces noticed, as if they had been one."""
        tunnels, notices = each_once(
            columns.join(columns.empty(), *(one.tunnels for one in parts)),
            [one.notices for one in parts],
        )
        return cls(
            tunnels=tunnels,
            notices=notices,
            flows=columns.join(columns.empty(), *(one.flows for one in parts)),
            segments=np.concatenate([np.zeros(0, SEGMENTS), *(one.segments for one in parts)]),
            peers=columns.join(columns.empty(), *(one.peers for one in parts)),
            macs=np.concatenate([np.zeros(0, MAC), *(one.macs for one in parts)]),
        )


def _joined(parts: Sequence[Records], rows_of: Callable[[NDArray[np.void]], Rows]) -> Rows:
    """(n,) FLOW of all interfaces, each row with its interface's place."""
    joined = [rows_of(records.keys) for records in parts]
    for place, rows in enumerate(joined):
        rows["interface"] = place
    return columns.join(columns.empty(), *joined)


def _wide(keys: NDArray[np.void]) -> Rows:
    rows = columns.empty(len(keys))
    for name in (*ADDRESSES, "vni", "meta"):
        rows[name] = keys[name]
    return rows


def _peers(keys: NDArray[np.void]) -> Rows:
    rows = columns.empty(len(keys))
    for name in ("outer_src", "vni", "meta"):
        rows[name] = keys[name]
    return rows


def _segments(records: Records) -> NDArray[np.void]:
    found = np.zeros(len(records.keys), SEGMENTS)
    for name in ("src_port", "dst_port"):
        found[name] = records.keys[name]
    for name in ("sequence", "size"):
        found[name] = records.counters[name]
    return found


def each_once(tunnels: Rows, notices: Sequence[NDArray[np.void]]) -> tuple[Rows, NDArray[np.void]]:
    """Put together what several saw of one tunnel.

    Args:
        tunnels: (n,) FLOW, keys may repeat.
        notices: NOTICES of them, in parts.
    Returns:
        (k,) FLOW, unique, and (k,) NOTICES.
    """
    groups = Groups.of(columns.words(tunnels)[:, :KEY_WORDS])
    parts = of_words(np.concatenate([words(part) for part in (np.zeros(0, NOTICES), *notices)]))
    if len(groups) == len(tunnels):
        return tunnels, parts
    return columns.take(tunnels, groups.any_row()), _merged(parts, groups)


def words(notices: NDArray[np.void]) -> Words:
    """(n, w) of (n,) NOTICES: whole rows are copied ten times as fast as field by field."""
    return notices.view(np.uint64).reshape(len(notices), NOTICES.itemsize // 8)


def of_words(values: Words) -> NDArray[np.void]:
    """(n,) NOTICES: the inverse."""
    return values.reshape(-1).view(NOTICES)


def _merged(notices: NDArray[np.void], groups: Groups) -> NDArray[np.void]:
    """(k,) NOTICES: those of each group put together as if one CPU had seen all."""
    made = np.zeros(len(groups), NOTICES)
    if not len(groups):
        return made
    ordered = of_words(words(notices).take(groups.order, axis=0))
    for name in ("ports", "flows", "quirks", "ecn", "df", "marks"):
        made[name] = np.bitwise_or.reduceat(ordered[name], groups.starts, axis=0)
    for name in ("sampled", "asks", "answers", "arps", "fragments", "too_big"):
        made[name] = np.add.reduceat(ordered[name], groups.starts)
    for name in ("largest_syn", "most_ttl", "fragment_size"):
        made[name] = np.maximum.reduceat(ordered[name], groups.starts)
    for name in ("too_big_mtu", "least_ttl"):
        made[name] = _least(ordered[name], groups.starts)
    for name, of_use in (
        ("header", ordered["quirks"] != 0),
        ("asker", ordered["arps"] != 0),
        *((name, ordered["inner_mark"] != 0) for name in ("inner_mark", "outer_mark")),
    ):
        made[name] = ordered[name][_best_of(of_use, groups.starts)]
    for example, worth in _worths(ordered).items():
        made["ends"][:, example] = ordered["ends"][_best_of(worth, groups.starts), example]
    return made


def _worths(notices: NDArray[np.void]) -> dict[Example, NDArray[Any]]:
    """(n,) for each example: which packet it is that is named; the one whose value is kept."""
    ends = notices["ends"]
    named = (ends[:, :, 2] | ends[:, :, 3]) != 0  # by the receiver
    return {
        Example.SYN: notices["largest_syn"],
        Example.FRAGMENT: notices["fragment_size"],
        Example.HEADER: notices["quirks"] != 0,
        Example.MARK: notices["inner_mark"] != 0,
        **{one: named[:, one] for one in (Example.ECN, Example.DF, Example.ASK, Example.TOO_BIG)},
    }


def _least(values: NDArray[Any], starts: NDArray[np.intp]) -> NDArray[Any]:
    """The smallest of each group that is not 0; 0 where there is none."""
    wide = values.astype(np.uint32)  # 255 is a TTL, and so no sign of its own type would do
    least = np.minimum.reduceat(np.where(wide == 0, NEVER, wide), starts)
    return np.where(least == NEVER, 0, least)


def _best_of(worth: NDArray[Any], starts: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each group the place of one that is worth most; worth is below 2**31."""
    ranks = worth.astype(np.int64) << 32 | np.arange(len(worth))
    return np.asarray(np.maximum.reduceat(ranks, starts) & PLACE)
