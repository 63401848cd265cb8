"""Who grew most, for one event after another.

To find out costs more than all else in an event where there are many flows, and a minute hardly
changes within a second. So it is found out anew as often as findings are (ADR 0025).
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

from tunnel_monitor.flows.gathering import is_time
from tunnel_monitor.flows.question import Span
from tunnel_monitor.serve.comparing import culprit_of
from tunnel_monitor.serve.members import Json
from tunnel_monitor.serve.parameters import Query
from tunnel_monitor.serve.view import Snapshot

FORGOTTEN_NS: Final = 60 * 10**9


@dataclass(frozen=True, slots=True)
class _Found:
    time_ns: int
    culprit: Json | None


class Suspects:
    """Remembers who it was. Several threads may ask at once."""

    def __init__(self) -> None:
        self._found: dict[Hashable, _Found] = {}

    def __len__(self) -> int:
        return len(self._found)

    def of(self, snapshot: Snapshot, query: Query) -> Json | None:
        """As `culprit_of`, of this moment or one up to four seconds ago."""
        asked = (query.window if isinstance(query.window, Span) else None, query.filter)
        found = self._found.get(asked)
        if found is None or _is_old(found, snapshot):
            found = _Found(snapshot.time_ns, culprit_of(snapshot, query))
            self._found = {**self._recent(snapshot.time_ns), asked: found}
        return found.culprit

    def _recent(self, time_ns: int) -> dict[Hashable, _Found]:
        return {
            asked: found
            for asked, found in self._found.items()
            if abs(time_ns - found.time_ns) < FORGOTTEN_NS
        }


def _is_old(found: _Found, snapshot: Snapshot) -> bool:
    elapsed_ns = snapshot.time_ns - found.time_ns
    return elapsed_ns < 0 or is_time(
        elapsed_ns, snapshot.interval_ns, len(snapshot.last.parts().flows)
    )
