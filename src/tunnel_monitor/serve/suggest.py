"""The `filter` reply: is it right, and what could stand at the cursor, while somebody types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice

from tunnel_monitor.errors import BadFilter
from tunnel_monitor.flows import addresses, columns, labels
from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.flows.filter import values
from tunnel_monitor.flows.filter.complete import Choice, complete
from tunnel_monitor.flows.filter.keys import AddressKey, Key, TextKey, VniKey
from tunnel_monitor.flows.filter.naming import resolved
from tunnel_monitor.flows.filter.parse import parse
from tunnel_monitor.flows.group import group
from tunnel_monitor.flows.names import Naming
from tunnel_monitor.serve.members import Json
from tunnel_monitor.serve.parameters import Query
from tunnel_monitor.serve.view import Snapshot

LARGEST_ROWS = 5000  # of a million flows, those whose addresses somebody may be looking for
MOST_NAMES = 2000
NONE = Choice(values.NONE, "without one")


def reply(snapshot: Snapshot, query: Query) -> Json:
    """The whole reply."""
    known = Seen(snapshot)
    return {
        "text": query.text,
        "mistake": mistake(query.text, snapshot.names),
        "completion": asdict(complete(query.text, query.cursor, known.choices)),
    }


def mistake(text: str, names: Naming) -> Json | None:
    """What is wrong with a filter, and where; None if nothing is."""
    try:
        resolved(parse(text), names.lookup)
    except BadFilter as error:
        return {"error": str(error), "start": error.start, "length": error.length}
    return None


class Seen:
    """Values that a filter may ask for: those seen since the start, most bytes first.

    Args:
        snapshot: where they were seen.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def choices(self, key: Key) -> Iterator[Choice]:
        """What may stand behind a key, lazily."""
        match key:
            case AddressKey(columns=places):
                yield from self._addresses(places)
            case VniKey():
                yield from self._vnis()
            case TextKey(name="host"):
                hosts = {place.host for place in self._snapshot.places}
                yield from (Choice(host, "") for host in sorted(hosts))
            case TextKey(name="interface"):
                yield from (Choice(name, "") for name in self._snapshot.interfaces)
            case TextKey(name="path"):
                yield from self._texts("path")
            case TextKey(name="encap"):
                yield from self._texts("encap")
            case TextKey(name=name):
                yield from (Choice(word, "") for word in values.KNOWN[name])

    def _addresses(self, places: tuple[str, ...]) -> Iterator[Choice]:
        inside = not places[-1].startswith("outer")
        parts = self._snapshot.total.parts()
        rows = parts.flows if inside else parts.tunnels
        for address in by_size(rows, places):
            yield Choice(addresses.text(address), self._snapshot.names.of(address) or "")
        for name, first in islice(self._snapshot.names.all(), MOST_NAMES):
            yield Choice(name, addresses.text(first))
        yield NONE

    def _vnis(self) -> Iterator[Choice]:
        segments = group(self._snapshot.total.parts().tunnels, {"encap", "vni"})
        ordered = columns.take(segments, columns.largest(segments, len(segments)))
        absent = False
        for vni, encap in zip(labels.vnis(ordered), labels.encaps(ordered), strict=True):
            absent |= vni is None
            if vni is not None:
                yield Choice(str(vni), encap)
        if absent:
            yield NONE

    def _texts(self, name: str) -> Iterator[Choice]:
        groups = group(self._snapshot.total.parts().tunnels, {name})
        ordered = columns.take(groups, columns.largest(groups, len(groups)))
        texts = labels.paths(ordered) if name == "path" else labels.encaps(ordered)
        yield from (Choice(text, "seen") for text in texts)


def by_size(rows: Rows, places: tuple[str, ...]) -> list[bytes]:
    """Addresses in any of the columns, those with most bytes first."""
    largest = columns.take(rows, columns.largest(rows, LARGEST_ROWS))
    sizes: dict[bytes, int] = {}
    for name in places:
        present = columns.where(largest, labels.has_address(largest, name))
        groups = group(present, {name})
        packed = columns.address(groups, name)
        for place, size in enumerate(groups["bytes"].tolist()):
            address = packed[place].tobytes()
            sizes[address] = sizes.get(address, 0) + size
    return sorted(sizes, key=lambda address: (-sizes[address], address))
