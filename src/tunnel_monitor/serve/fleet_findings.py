"""What is judged by the counts of many hosts: a store, step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from tunnel_monitor.contract import DIRECTIONS, OUTCOMES
from tunnel_monitor.diagnose.diagnosis import Diagnosis, Report
from tunnel_monitor.diagnose.finding import Subject
from tunnel_monitor.diagnose.loss import Loss
from tunnel_monitor.diagnose.mutes import Mutes
from tunnel_monitor.diagnose.second_by_second import Closely
from tunnel_monitor.diagnose.thresholds import Thresholds
from tunnel_monitor.errors import StoreFailed
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.question import Question, Source, Span
from tunnel_monitor.layout import TALLY
from tunnel_monitor.serve.closely import closely
from tunnel_monitor.serve.loss import ENDS, MOST_ROWS

SECOND_NS: Final = 10**9
STEP_NS: Final = 5 * SECOND_NS  # as long as what a monitor sends at once
MOST_STEPS: Final = 12  # to catch up with; what is older is not judged
MOST_ASKED: Final = 50  # hosts in a step
ENOUGH: Final = 0.9  # of a step's time


class FleetFindings:
    """Judges each step once it is complete. On one thread; any thread reads `report`.

    Args:
        source: the store.
        thresholds: those in force.
        mutes: what is kept quiet.
        complain: gets one sentence where a check fails.
        off: whether nothing is judged.
    """

    def __init__(
        self,
        source: Source,
        *,
        thresholds: Thresholds,
        mutes: Mutes,
        complain: Callable[[str], None],
        off: bool = False,
    ) -> None:
        self._source = source
        self._diagnosis = Diagnosis(
            [] if off else [Loss(self._counted_all, self._closely)],
            thresholds=thresholds,
            mutes=mutes,
            complain=complain,
        )
        self._off = off
        self._step = Span(0, 0)
        self._steps = 0
        self._asked: dict[str, bool] = {}
        self._complain: Callable[[str], None] | None = complain

    @property
    def report(self) -> Report:
        """The newest."""
        return self._diagnosis.report

    def look(self) -> None:
        """Judge what is complete and was not judged.

        Raises:
            StoreFailed: the store cannot be asked now.
        """
        known = None if self._off else self._source.span()
        if known is None:
            return
        until_ns = known.until_ns // STEP_NS * STEP_NS
        earliest_ns = max(known.from_ns, until_ns - MOST_STEPS * STEP_NS)
        begin_ns = max(self._step.until_ns, -(-earliest_ns // STEP_NS) * STEP_NS)
        for step_ns in range(begin_ns, until_ns, STEP_NS):
            self._judge(Span(step_ns, step_ns + STEP_NS))

    def _judge(self, step: Span) -> None:
        found = self._source.answer(Question(step, ENDS, limit=MOST_ROWS))
        self._step, self._asked = step, {}
        self._steps += 1
        places = found.places
        if found.other.rows and self._complain:  # one end of a tunnel may be there, the other not
            self._complain(f"loss is not judged beyond {MOST_ROWS:,} ends of tunnels in a step")
            self._complain = None
        self._diagnosis.take(
            FlowBatch(
                time_ns=step.until_ns,
                interval_ns=step.length_ns,
                number=self._steps,
                interfaces=tuple(place.host for place in places),
                flows=columns.empty() if found.other.rows else found.rows,
                tunnels=columns.empty(),
                signals=columns.empty(),
                ledger=np.zeros((len(places), DIRECTIONS, OUTCOMES), TALLY),
                devices=(None,) * len(places),
            )
        )

    def _counted_all(self, host: str) -> bool:
        """Whether a host's monitor ran for the whole step, as far as the store knows."""
        if host not in self._asked and len(self._asked) < MOST_ASKED:
            self._asked[host] = self._elapsed_ns(host) >= ENOUGH * self._step.length_ns
        return self._asked.get(host, False)

    def _elapsed_ns(self, host: str) -> int:
        """For how long of the step a host's monitor ran; 0 where the store cannot tell now."""
        try:
            return self._source.ledger(self._step, [host]).elapsed_ns
        except StoreFailed:
            return 0

    def _closely(self, tunnel: Subject, hosts: tuple[str, str]) -> Closely | None:
        """A closer look at the step; None where the store cannot tell now."""
        try:
            return closely(self._source, self._step, tunnel, hosts)
        except StoreFailed:
            return None
