"""What has been counted since the start, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tunnel_monitor.flows import columns
from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.flows.filter.match import Setting, mask
from tunnel_monitor.flows.filter.tree import Node, needs_flows
from tunnel_monitor.flows.group import TUNNEL, group, group_all
from tunnel_monitor.flows.question import Place
from tunnel_monitor.flows.table import Table, Times
from tunnel_monitor.serve.seen import NOTHING, Endpoints, Seen

REMAINDER = frozenset({"interface", "direction", "encap", "overflow", "signal"})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is kept: rows of 136 bytes, endpoints of 8.

    When a table is full, a quarter of it goes, so that it does not happen in every drain.

    Args:
        flows: beyond it the smallest are folded into their tunnels' rows.
        tunnels: beyond it the smallest are folded into one row for each interface, direction
            and encapsulation, without addresses and VNI; of signals likewise.
        endpoints: beyond it no more are counted.
    """

    flows: int = 200_000
    tunnels: int = 50_000
    endpoints: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over all drains. A value: adding a batch makes the next one.

    `flows` and `overflow` together are everything, and so is `tunnels` alone.

    Args:
        flows: by flow.
        overflow: by tunnel, what is not among the flows: full tables, and forgotten flows.
        tunnels: by tunnel.
        signals: by tunnel and signal.
        endpoints: inner addresses by segment.
        seen: how many of what there are.
        forgotten_flows: how often a flow was folded into its tunnel.
        limits: when that happens.
    """

    flows: Table
    overflow: Table
    tunnels: Table
    signals: Table
    endpoints: Endpoints
    seen: Seen
    forgotten_flows: int
    limits: Limits

    @classmethod
    def nothing(cls, limits: Limits) -> Totals:
        """Before the first drain."""
        empty = Table.of(columns.empty())
        return cls(empty, empty, empty, empty, Endpoints.nothing(), NOTHING, 0, limits)

    def added(self, flows: Rows, overflow: Rows, tunnels: Rows, time_ns: int = 0) -> Totals:
        """Add one drain.

        Args:
            flows: (n,) FLOW, unique keys.
            overflow: (m,) FLOW, unique keys, without inner addresses.
            tunnels: (t,) FLOW, the same packets by tunnel.
            time_ns: when it was, since 1970.
        """
        kept, new, forgotten = self._flows(flows, time_ns)
        if len(forgotten):
            forgotten["overflow"] = 1
            overflow = group_all([overflow, forgotten], TUNNEL | {"overflow"})
        later = replace(
            self,
            flows=kept,
            overflow=self._bounded(*self.overflow.added(overflow, time_ns), time_ns)[0],
            forgotten_flows=self.forgotten_flows + len(forgotten),
        )
        return later._networks(tunnels, new, time_ns)

    def with_signals(self, signals: Rows, time_ns: int = 0) -> Totals:
        """Add those of one drain: (s,) FLOW, unique keys."""
        table = self._bounded(*self.signals.added(signals, time_ns), time_ns)[0]
        return replace(self, signals=table)

    def times(self, node: Node, places: tuple[Place, ...], elapsed_ns: int) -> Times:
        """(n, 2) when what a filter means was there first and last, one row for each.

        Args:
            node: the filter, resolved; counts are judged over the whole time.
            places: of the interfaces.
            elapsed_ns: the whole time.
        """
        tables = (self.flows, self.overflow) if needs_flows(node) else (self.tunnels,)
        setting = Setting(elapsed_ns, places)
        return np.concatenate([table.times[mask(table.rows, node, setting)] for table in tables])

    def _flows(self, flows: Rows, time_ns: int) -> tuple[Table, Rows, Rows]:
        """The next table of flows, those new in it, and those that had to go."""
        table, new = self.flows.added(flows, time_ns)
        if len(table) <= self.limits.flows:
            return table, new, columns.empty()
        kept, forgotten = table.split(self.limits.flows * 3 // 4)
        return kept, new, forgotten.rows

    def _networks(self, tunnels: Rows, new_flows: Rows, time_ns: int) -> Totals:
        """Add tunnels and endpoints; count anew only where there are new ones."""
        table, new_tunnels = self._bounded(*self.tunnels.added(tunnels, time_ns), time_ns)
        endpoints = self.endpoints
        if len(endpoints) < self.limits.endpoints:
            endpoints = endpoints.added(new_flows)
        seen = self.seen
        if len(new_tunnels) or endpoints is not self.endpoints:
            seen = Seen.of(table.rows, endpoints)
        return replace(self, tunnels=table, endpoints=endpoints, seen=seen)

    def _bounded(self, table: Table, new: Rows, time_ns: int) -> tuple[Table, Rows]:
        if len(table) <= self.limits.tunnels:
            return table, new
        kept, forgotten = table.split(self.limits.tunnels * 3 // 4)
        return kept.added(group(forgotten.rows, REMAINDER), time_ns)[0], new
