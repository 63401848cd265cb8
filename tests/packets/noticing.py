"""What the programs noticed of packets that they were shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from tunnel_monitor.contract import DIRECTIONS, OUTCOMES, Direction, Example, Notice
from tunnel_monitor.flows import addresses, labels
from tunnel_monitor.flows.noticed import Noticed
from tunnel_monitor.kernel.drain import TableReader
from tunnel_monitor.kernel.drained import InterfaceDrain, Notices, nothing
from tunnel_monitor.kernel.load import PROGRAMS, LoadedObject
from tunnel_monitor.kernel.tables import NOTICE_RECORDS
from tunnel_monitor.kernel.testrun import TestRunner
from tunnel_monitor.layout import COUNTERS, NARROW_KEY, TALLY, WIDE_KEY
from tunnel_monitor.settings import ALL_NOTICES, MonitorSettings, TableSizes


class Watching:
    """One load of the programs, and what they noticed since it was last asked."""

    def __init__(self, notices: Notice = ALL_NOTICES, **more: Any) -> None:
        self._sizes = TableSizes(64, 64, tunnels=16, noticed=16, segments=4, stations=8)
        self.loaded = LoadedObject(MonitorSettings(tables=self._sizes, notices=notices, **more))
        self._run = TestRunner(self.loaded.programs[PROGRAMS[Direction.EGRESS]])
        self._readers = {
            name: TableReader(key, getattr(self._sizes, name), value)
            for name, (key, value) in NOTICE_RECORDS.items()
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.loaded.close()

    def sees(self, *frames: bytes) -> Noticed:
        """What it notices of some frames, after all tables were emptied as a drain does."""
        self._take()
        for name, key in (("narrow_flows", NARROW_KEY), ("wide_flows", WIDE_KEY)):
            TableReader(key, 64).take(self.loaded.tables[name][0])
        for frame in frames:
            self._run.run(frame)
        return self._take()

    def _take(self) -> Noticed:
        taken = Notices(
            *(reader.take(self.loaded.tables[name][0]) for name, reader in self._readers.items())
        )
        narrow, wide = nothing(NARROW_KEY, COUNTERS), nothing(WIDE_KEY, COUNTERS)
        ledger = np.zeros((DIRECTIONS, OUTCOMES), TALLY)
        return Noticed.of([InterfaceDrain("test", narrow, wide, wide, ledger, None, taken)])


@dataclass(frozen=True)
class Row:
    """One tunnel of which something was noticed."""

    outer: tuple[str, str]
    vni: int | None
    encap: str
    direction: str
    values: np.void

    def __getitem__(self, name: str) -> Any:
        return self.values[name].tolist()

    def example(self, example: Example) -> tuple[str, str]:
        """Who is named for that."""
        ends = self.values["ends"][example].tobytes()
        return addresses.text(ends[:16]), addresses.text(ends[16:])


def rows(noticed: Noticed) -> list[Row]:
    tunnels = noticed.tunnels
    return [
        Row(*facts)
        for facts in zip(
            zip(
                labels.texts(tunnels, "outer_src"), labels.texts(tunnels, "outer_dst"), strict=True
            ),
            labels.vnis(tunnels),
            labels.encaps(tunnels),
            labels.directions(tunnels),
            noticed.notices,
            strict=True,
        )
    ]


def only(noticed: Noticed) -> Row:
    (row,) = rows(noticed)
    return row
