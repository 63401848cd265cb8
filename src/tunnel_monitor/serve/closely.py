"""A tunnel between two hosts, asked about once more: by second, and by pair of inner addresses."""

from __future__ import annotations

from typing import Final

import numpy as np

from tunnel_monitor.contract import Direction
from tunnel_monitor.diagnose.finding import Subject
from tunnel_monitor.diagnose.second_by_second import Closely, Counted
from tunnel_monitor.flows import addresses, labels
from tunnel_monitor.flows.filter.tree import Addresses, Node, Range, Texts, Vnis, both
from tunnel_monitor.flows.question import Question, Series, Source, Span

SECOND_NS: Final = 10**9
PAIR: Final = ("inner_src", "inner_dst")
MOST_PAIRS: Final = 100
BEFORE: Final = 5


def closely(source: Source, step: Span, tunnel: Subject, hosts: tuple[str, str]) -> Closely:
    """What both ends counted in a step, and in BEFORE more of them.

    Args:
        source: the store.
        step: whole seconds.
        tunnel: its network and both peers, the sender first.
        hosts: theirs.
    Raises:
        StoreFailed: the store cannot be asked now.
    """
    whole = Span(step.from_ns - BEFORE * step.length_ns, step.until_ns)
    sent, received = (
        source.series(
            Question(
                whole,
                frozenset(PAIR),
                both(of_tunnel(tunnel), *at(host, way)),
                limit=MOST_PAIRS,
            ),
            SECOND_NS,
        )
        for host, way in zip(hosts, (Direction.EGRESS, Direction.INGRESS), strict=True)
    )
    return Closely(counted(sent, whole), counted(received, whole), worst(sent, received, step))


def of_tunnel(tunnel: Subject) -> Node:
    """One direction of it."""
    vnis = Vnis((), absent=True) if tunnel.vni is None else Vnis(((tunnel.vni, tunnel.vni),))
    ends = zip(("outer_src", "outer_dst"), map(addresses.parse, tunnel.peers), strict=True)
    return both(
        Texts("encap", (tunnel.encap,)),
        vnis,
        *(Addresses((column,), (Range(address, address),)) for column, address in ends),
    )


def at(host: str, way: Direction) -> tuple[Node, Node]:
    """What one host counted one way."""
    return Texts("host", (host.lower(),)), Texts("direction", (way.label,))


def counted(found: Series, whole: Span) -> Counted:
    """Of all pairs together, with a place for each second."""
    seconds = whole.length_ns // SECOND_NS
    packets, elapsed_s = np.zeros(seconds, np.int64), np.zeros(seconds)
    places = (found.ends_ns - whole.from_ns) // SECOND_NS - 1
    packets[places] = found.counts[:, :, 0].sum(axis=0)
    elapsed_s[places] = found.elapsed_ns / SECOND_NS
    return Counted(packets, elapsed_s)


def worst(sent: Series, received: Series, step: Span) -> tuple[str, ...]:
    """The inner addresses that miss most in a step; where none do, those that send most."""
    left, came = packets_by_pair(sent, step), packets_by_pair(received, step)
    if received.others:  # what is not told came as well
        left = {pair: packets for pair, packets in left.items() if pair in came} or left
    return max(left, key=lambda pair: (left[pair] - came.get(pair, 0), left[pair]), default=())


def packets_by_pair(found: Series, step: Span) -> dict[tuple[str, ...], int]:
    """Of a step; what has no inner addresses is left out."""
    in_step = found.ends_ns > step.from_ns
    packets = found.counts[:-1, in_step, 0].sum(axis=1).tolist()
    pairs = zip(*(labels.texts(found.rows, name) for name in PAIR), strict=True)
    return {pair: number for pair, number in zip(pairs, packets, strict=True) if all(pair)}
