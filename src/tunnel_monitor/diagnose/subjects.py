"""From rows to the words of a subject, and to commands about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import Example
from tunnel_monitor.diagnose.base import Observation
from tunnel_monitor.diagnose.finding import Subject
from tunnel_monitor.flows import addresses, columns, labels
from tunnel_monitor.flows.columns import KEY_WORDS, Rows
from tunnel_monitor.flows.group import mask_of
from tunnel_monitor.flows.numbering import Grouped, places_among

NOBODY = frozenset({"::", "0.0.0.0"})  # noqa: S104  # nobody's address is no socket's here


def subject_of(rows: Rows, place: int) -> Subject:
    """The tunnel of one of (n,) FLOW rows, and its inner addresses, as far as it has them."""
    return subjects_of(rows[place : place + 1])[0]


def subjects_of(rows: Rows) -> list[Subject]:
    """The same of each of (n,) FLOW rows: many at once cost little more than one."""
    outer, inner = (
        list(
            zip(labels.texts(rows, f"{layer}_src"), labels.texts(rows, f"{layer}_dst"), strict=True)
        )
        for layer in ("outer", "inner")
    )
    return [
        Subject(encap, vni, peers=tuple(filter(None, peers)), endpoints=tuple(filter(None, ends)))
        for encap, vni, peers, ends in zip(
            labels.encaps(rows), labels.vnis(rows), outer, inner, strict=True
        )
    ]


def pair_of(ends: bytes) -> tuple[str, ...]:
    """Two inner addresses of 16 bytes each in words; none where one is nobody's, or not yet."""
    pair = tuple(addresses.text(ends[at : at + 16]) for at in range(0, len(ends), 16))
    return () if NOBODY & set(pair) else pair


def example_of(seen: Observation, place: int, example: Example) -> tuple[str, ...]:
    """Who sent to whom what the notices of a tunnel tell, by its place in them."""
    return pair_of(seen.noticed.notices["ends"][place, example].tobytes())


def busiest(flows: Rows, some: Rows, by: Collection[str]) -> list[tuple[str, ...]]:
    """The inner addresses of the flow with most bytes in each of some groups.

    Args:
        flows: (n,) FLOW.
        some: (k,) FLOW, one of each group.
        by: what rows of a group agree in.
    Returns:
        k pairs; none where it has no flow with inner addresses.
    """
    if not len(some):  # mostly, and there may be many flows
        return []
    mask, keys = mask_of(frozenset(by)), columns.words(some)[:, :KEY_WORDS]
    ours = np.flatnonzero(columns.has_inner(flows))
    groups = places_among(columns.words(flows)[:, :KEY_WORDS], keys, mask)[ours]
    ours, groups = ours[groups >= 0], groups[groups >= 0]
    ascending = np.argsort(flows["bytes"][ours])
    largest = np.full(len(some), -1)
    largest[groups[ascending]] = ours[ascending]  # the last that is written stays
    found = largest[places_among(keys, keys, mask)]  # several may be of one group
    told = iter(subjects_of(columns.take(flows, found[found >= 0])))
    return [next(told).endpoints if place >= 0 else () for place in found.tolist()]


def one_each(rows: Rows, by: Collection[str], most: int) -> Rows:
    """(k,) FLOW: for each group of rows that agree in `by` one of them, whole; k at most `most`."""
    keys = columns.words(rows)[:, :KEY_WORDS]
    groups = Grouped.of(keys, KEY_WORDS, mask_of(frozenset(by)))
    return columns.take(rows, groups.firsts[:most])


def in_network(rows: Rows, network: Rows) -> NDArray[np.bool_]:
    """(n,) which rows are in the network of (1,) FLOW."""
    return np.asarray(
        (rows["vni"] == network["vni"])
        & (columns.has_vni(rows) == columns.has_vni(network))
        & (columns.encap(rows) == columns.encap(network))
    )


def network_of(subject: Subject) -> str:
    """A network in a sentence."""
    return f"VNI {subject.vni}" if subject.vni is not None else f"{subject.encap} without a VNI"


def capture(seen: Observation, rows: Rows, peer: str, *options: str) -> str:
    """The command that shows a peer's packets on the interface of (n,) FLOW, n at least 1."""
    return " ".join(["tcpdump -n", *options, f"-i {interface(seen, rows)} -c 50 host {peer}"])


def capture_inside(seen: Observation, rows: Rows, endpoint: str) -> str:
    """Likewise of packets from or to an inner address, each behind its outer one's line."""
    return f"tcpdump -n -l -i {interface(seen, rows)} | grep -B 1 -m 20 -w {endpoint}"


def interface(seen: Observation, rows: Rows) -> str:
    """The name of that of (n,) FLOW, n at least 1."""
    return seen.batch.interfaces[int(rows["interface"][0])]


def devices(subject: Subject) -> str:
    """The command that shows the tunnel devices of an encapsulation over UDP, and their numbers."""
    # To the kernel, VXLAN-GPE is a way to set up VXLAN.
    return f"ip -d link show type {subject.encap.removesuffix('-gpe')}"


def listed(names: Iterable[str]) -> str:
    """`a and b`, `a, b and c`."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
