"""The live view of many hosts: what the store has, looked at every few seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from tunnel_monitor.errors import StoreFailed
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.group import FLOW_COLUMNS, TUNNEL
from tunnel_monitor.flows.names import Naming
from tunnel_monitor.flows.question import Answer, Place, Question, Source, Span
from tunnel_monitor.serve.facts import Facts, InterfaceFacts
from tunnel_monitor.serve.seen import Endpoints, Seen
from tunnel_monitor.serve.timeline import SHOWN, SPAN_S, Series
from tunnel_monitor.serve.view import LiveView, Parts, Window

SECOND_NS: Final = 10**9
STEP_NS: Final = 10 * SECOND_NS  # two blocks of a monitor: nothing newer is sure to be complete
LATE_NS: Final = 60 * SECOND_NS  # a host that has sent nothing for so long is away
MOST_ROWS: Final = 5000

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class StoreWindow(Window):
    """A stretch of time that the store answers for.

    Args:
        source: the store.
    """

    source: Source

    def answer(self, question: Question) -> Answer:
        """Whatever was asked, for this stretch."""
        return self.source.answer(replace(question, span=self.span))

    @classmethod
    def of(cls, source: Source, span: Span) -> StoreWindow:
        """With the largest flows and tunnels at hand, for suggestions."""
        flows = source.answer(Question(span, FLOW_COLUMNS, limit=MOST_ROWS))
        tunnels = source.answer(Question(span, TUNNEL, limit=MOST_ROWS))
        none = columns.empty()  # the store keeps no signals
        parts = Parts(flows.rows, none, tunnels.rows, none)
        return cls(span, flows.elapsed_ns, flows.places, lambda: parts, source)


class FleetView(LiveView):
    """Makes a snapshot whenever there is something new in the store.

    Args:
        source: the store, in which each packet is once.
        names: of addresses.
        report: gets one sentence when the store cannot be asked, and when it can again.
        beside: called every second as well, on a thread of its own: making a snapshot may take
            long. Raises as the store does.
    """

    def __init__(
        self,
        source: Source,
        names: Naming,
        report: Report,
        beside: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__([], STEP_NS / SECOND_NS, names=names, history=source)
        self._source = source
        self._stopping = threading.Event()
        self._report = report
        self._failures = set[str]()  # as told: both threads ask the same store
        self._telling = threading.Lock()
        self._threads = [
            threading.Thread(target=self._follow, args=(look,), name="fleet", daemon=True)
            for look in (self.look, beside)
        ]

    def begin(self) -> None:
        """Follow the store from now on."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """The last snapshot stays readable."""
        self._stopping.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(SPAN_S)
        super().close()

    def look(self) -> None:
        """Make the next snapshot, if there is anything new.

        Raises:
            StoreFailed: the store cannot be asked now.
        """
        known = self._source.span()
        until_ns = known.until_ns // STEP_NS * STEP_NS if known else 0
        if known is None or until_ns <= known.from_ns:
            return  # no whole step yet
        if until_ns <= self.snapshot.last.span.until_ns and self.snapshot.number:
            return
        lately = Span(max(known.from_ns, until_ns - SPAN_S * SECOND_NS), until_ns)
        total = StoreWindow.of(self._source, lately)
        books = self._source.ledger(lately)
        flows, _, tunnels, _ = total.parts()
        endpoints = Endpoints.nothing().added(flows)
        self.snapshot = replace(
            self.snapshot,
            number=self.snapshot.number + 1,
            time_ns=until_ns,
            places=books.places,
            last=StoreWindow.of(self._source, Span(until_ns - STEP_NS, until_ns)),
            total=total,
            ledger=books.ledger,
            devices=(None,) * len(books.places),
            timeline=self._senders(lately),
            seen=Seen.of(tunnels, endpoints),
            known_flows=len(flows),
            usage=self._meter.read(),
        )
        if self._changed:
            self._changed()

    def _senders(self, span: Span) -> Series:
        """Who sent how much, step by step."""
        by_peer = Question(span, frozenset({"outer_src"}), limit=SHOWN)
        found = self._source.series(by_peer, STEP_NS)
        peers = columns.address(found.rows, "outer_src")
        order = np.lexsort(peers.byteswap().T[::-1])
        packets, size = (found.counts[[*order, -1], :, count] for count in (0, 1))
        shown = np.ascontiguousarray(peers[order])
        return Series(found.ends_ns, found.elapsed_ns, shown, packets, size)

    def _follow(self, look: Callable[[], None]) -> None:
        failure = ""
        while True:
            try:
                look()
            except StoreFailed as error:
                failure = failure or str(error)
                self._tell(failure)
            else:
                self._tell_end(failure)
                failure = ""
            if self._stopping.wait(1.0):
                return

    def _tell(self, failure: str) -> None:
        """Once, whichever thread meets it first, until it has ended."""
        with self._telling:
            if failure not in self._failures:
                self._failures.add(failure)
                self._report(failure)

    def _tell_end(self, failure: str) -> None:
        with self._telling:
            if failure in self._failures:
                self._failures.remove(failure)
                self._report("the store answers again")

    def facts(self, version: str, host: str, started_ns: int) -> Facts:
        """What `status` tells: the interfaces of all hosts."""
        places = self.snapshot.places
        present = time.time_ns() - self.snapshot.time_ns < LATE_NS
        return Facts(
            version=version,
            host=host,
            started_ns=started_ns,
            interval_s=STEP_NS / SECOND_NS,
            interfaces=tuple(_facts_of(place, present=present) for place in places),
        )


def _facts_of(place: Place, *, present: bool) -> InterfaceFacts:
    return InterfaceFacts(
        name=place.interface,
        index=None,
        attach="store",
        namespace=place.host,
        mtu=None,
        present=present,
    )
