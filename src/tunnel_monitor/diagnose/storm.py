"""7. Broadcast storm: more frames to everybody than a network should have to carry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import numpy as np

from tunnel_monitor.contract import Notice
from tunnel_monitor.diagnose.base import Observation
from tunnel_monitor.diagnose.finding import Confidence, Severity, Subject, Suspicion
from tunnel_monitor.diagnose.subjects import capture, in_network, network_of, subject_of
from tunnel_monitor.flows import addresses, columns
from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.flows.group import Groups, coarsened, group, group_all

BROADCAST = addresses.as_words(addresses.parse("255.255.255.255"))
SOURCE = frozenset({"interface", "encap", "vni", "outer_src"})
NETWORK = frozenset({"encap", "vni"})


class Storm:
    """Adds up, for each network, what is meant for all of it.

    Frames that are not IP (ARP, mostly), IP broadcast, and frames to one endpoint that go to a
    multicast group because nobody knows where it is. IP multicast is left out: it may be
    somebody's television.
    """

    name: ClassVar = "storm"
    title: ClassVar = "Broadcast storm"
    severity: ClassVar = Severity.HIGH
    patience: ClassVar = "storm_s"
    explains: ClassVar[frozenset[str]] = frozenset()
    notices: ClassVar = Notice.HEADERS

    def judge(self, seen: Observation) -> Iterable[Suspicion]:
        """One suspicion for each network."""
        least = seen.thresholds.storm_packets_per_s * seen.interval_s
        sources = {kind: once(rows) for kind, rows in for_everybody(seen.flows).items()}
        every = group_all(list(sources.values()), SOURCE)
        networks = group(every, NETWORK)
        for place in np.flatnonzero(networks["packets"] >= least).tolist():
            yield self._suspicion(seen, sources, columns.take(networks, np.array([place])), every)

    def _suspicion(
        self, seen: Observation, sources: dict[str, Rows], network: Rows, every: Rows
    ) -> Suspicion:
        """What is said of one network; (1,) FLOW, and (n,) the sources of all of them."""
        rate = round(int(network["packets"][0]) / seen.interval_s)
        rates = {
            f"{kind}_packets_per_s": round(int(rows["packets"][same].sum()) / seen.interval_s)
            for kind, rows in sources.items()
            for same in [in_network(rows, network)]
        }
        ours = columns.where(every, in_network(every, network))
        first = columns.take(ours, np.array([ours["packets"].argmax()]))
        loudest, asking = subject_of(first, 0), asker(seen, first)
        about = Subject(loudest.encap, loudest.vni, loudest.peers, asking)
        return Suspicion(
            key=f"{about.encap} {about.vni}",
            subject=about,
            confidence=Confidence.HIGH,
            evidence={
                "packets_per_s": rate,
                **rates,
                "loudest_packets_per_s": round(int(ours["packets"].max()) / seen.interval_s),
                **({"asking": asking[0]} if asking else {}),
            },
            explanation=(
                f"{rate:,} packets a second in {network_of(about)} are meant for everybody, most "
                f"of them from {about.peers[0]}. Each host in this network must look at them all."
            ),
            next=capture(seen, ours, about.peers[0], "-e"),
        )


def asker(seen: Observation, loudest: Rows) -> tuple[str, ...]:
    """The endpoint that sent the newest ARP of a peer in a network, (1,) FLOW, if any did."""
    rows, notices = seen.noticed.tunnels, seen.noticed.notices
    sources = columns.address(rows, "outer_src") == columns.address(loudest, "outer_src")
    asking = in_network(rows, loudest) & sources.all(axis=1) & (notices["arps"] > 0)
    for sender in map(bytes, notices["asker"][asking]):
        if any(sender):
            return (addresses.text(addresses.MAPPED_PREFIX + sender),)
    return ()


def for_everybody(flows: Rows) -> dict[str, Rows]:
    """Kind -> (n,) FLOW of it."""
    inner, has_inner = columns.address(flows, "inner_dst"), columns.has_inner(flows)
    broadcast = (inner == BROADCAST).all(axis=1)
    to_group = ~addresses.are_hosts(columns.address(flows, "outer_dst"))
    return {
        "not_ip": columns.where(flows, ~has_inner),
        "broadcast": columns.where(flows, broadcast),
        "unknown_unicast": columns.where(flows, to_group & addresses.are_hosts(inner)),
    }


def once(flows: Rows) -> Rows:
    """(k,) FLOW by source: a frame that a sender copies for each of its peers was sent once."""
    tunnels = group(flows, SOURCE | {"outer_dst"})
    sources = coarsened(tunnels, SOURCE)
    groups = Groups.of(columns.words(sources)[:, : columns.KEY_WORDS])
    most = columns.take(sources, groups.any_row())
    if len(most):
        most["packets"] = np.maximum.reduceat(sources["packets"][groups.order], groups.starts)
    return most
