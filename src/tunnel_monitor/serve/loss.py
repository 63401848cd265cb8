"""What one end sent beside what the other received: loss in the underlay, tunnel by tunnel."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TypeAlias

from tunnel_monitor.flows import labels
from tunnel_monitor.flows.filter.parse import parse
from tunnel_monitor.flows.groupings import PAIR, SEGMENT
from tunnel_monitor.flows.question import HOST, Answer, Question, Span
from tunnel_monitor.serve.members import Json, seconds
from tunnel_monitor.serve.parameters import Query
from tunnel_monitor.serve.view import Snapshot

ENDS = SEGMENT | PAIR | {HOST, "direction"}
SENDERS = frozenset({HOST, "outer_src"})
MOST_ROWS = 200_000
EGRESS = "egress"

Tunnel: TypeAlias = tuple[str, int | None, str, str]  # encap, vni, outer source, destination


@dataclass(slots=True)
class Ends:
    """One tunnel, as both its ends counted it: packets and bytes."""

    sent: list[int] = field(default_factory=lambda: [0, 0])
    received: list[int] = field(default_factory=lambda: [0, 0])

    @property
    def lost(self) -> int:
        """Packets; less than nothing where more arrived than was sent."""
        return self.sent[0] - self.received[0]


def loss(snapshot: Snapshot, query: Query) -> Json:
    """Every tunnel between two hosts that are watched, the greatest loss first."""
    assert isinstance(query.window, Span)  # noqa: S101  # this resource has no other
    source = snapshot.source(query.window)
    found = source.answer(Question(query.window, ENDS, query.filter, limit=MOST_ROWS))
    senders = Question(query.window, SENDERS, parse(f"direction:{EGRESS}"), limit=MOST_ROWS)
    hosts = hosts_of(source.answer(senders))
    tunnels = both_ends(found, hosts)
    order = sorted(tunnels.items(), key=lambda one: (-one[1].lost, one[0][2:]))
    return {
        "time": seconds(snapshot.time_ns),
        "from": seconds(found.span.from_ns),
        "to": seconds(found.span.until_ns),
        "elapsed_s": seconds(found.elapsed_ns),
        "rows": [row(tunnel, ends, hosts) for tunnel, ends in order[: query.limit]],
        "other": summed(dict(order[query.limit :])),
        "all": summed(tunnels),
    }


def hosts_of(found: Answer) -> dict[str, str]:
    """Outer address -> the watched host that sends from it."""
    texts = labels.texts(found.rows, "outer_src")
    places = (found.places[number].host for number in found.rows["interface"].tolist())
    return {address: host for address, host in zip(texts, places, strict=True) if address}


def both_ends(found: Answer, hosts: dict[str, str]) -> dict[Tunnel, Ends]:
    """The tunnels of which both ends are watched."""
    tunnels: defaultdict[Tunnel, Ends] = defaultdict(Ends)
    rows = found.rows
    cells = zip(
        labels.encaps(rows),
        labels.vnis(rows),
        labels.texts(rows, "outer_src"),
        labels.texts(rows, "outer_dst"),
        labels.directions(rows),
        rows["packets"].tolist(),
        rows["bytes"].tolist(),
        strict=True,
    )
    for encap, vni, source, destination, direction, packets, size in cells:
        if source in hosts and destination in hosts:
            ends = tunnels[encap, vni, source, destination]
            side = ends.sent if direction == EGRESS else ends.received
            side[0] += packets
            side[1] += size
    return dict(tunnels)


def row(tunnel: Tunnel, ends: Ends, hosts: dict[str, str]) -> Json:
    """One tunnel with all its members."""
    encap, vni, source, destination = tunnel
    return {
        "from_host": hosts[source],
        "to_host": hosts[destination],
        "encap": encap,
        "vni": vni,
        "outer_src": source,
        "outer_dst": destination,
        **counts(ends),
    }


def counts(ends: Ends) -> Json:
    """Both ends, and what they differ by."""
    return {
        "sent": {"packets": str(ends.sent[0]), "bytes": str(ends.sent[1])},
        "received": {"packets": str(ends.received[0]), "bytes": str(ends.received[1])},
        "lost": {
            "packets": str(ends.lost),
            "bytes": str(ends.sent[1] - ends.received[1]),
            "share": round(ends.lost / ends.sent[0], 6) if ends.sent[0] else None,
        },
    }


def summed(tunnels: dict[Tunnel, Ends]) -> Json:
    """Some tunnels together."""
    total = Ends()
    for ends in tunnels.values():
        for side, part in ((total.sent, ends.sent), (total.received, ends.received)):
            side[0] += part[0]
            side[1] += part[1]
    return {"tunnels": len(tunnels), **counts(total)}
