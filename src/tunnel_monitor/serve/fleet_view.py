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
from tunnel_monitor.serve.view import LiveView, Window

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
        rows = (flows.rows, none, tunnels.rows, none)
        return cls(span, flows.elapsed_ns, *rows, flows.places, source)


class FleetView(LiveView):
    """Makes a snapshot whenever there is something new in the store.

    Args:
        source: the store, in which each packet is once.
        names: of addresses.
        report: gets one sentence when the store goes away, and when it is back.
        beside: called before each look, on the same thread; raises as the store does.
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
        self._report = report
        self._beside = beside
        self._failed = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="fleet", daemon=True)

    def begin(self) -> None:
        """Follow the store from now on."""
        self._thread.start()

    def close(self) -> None:
        """The last snapshot stays readable."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(SPAN_S)
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
        endpoints = Endpoints.nothing().added(total.flows)
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
            seen=Seen.of(total.tunnels, endpoints),
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

    def _follow(self) -> None:
        while True:
            try:
                self._beside()
                self.look()
            except StoreFailed as error:
                if not self._failed:
                    self._report(str(error))
                self._failed = True
            else:
                if self._failed:
                    self._report("the store answers again")
                self._failed = False
            if self._stopping.wait(1.0):
                return

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
