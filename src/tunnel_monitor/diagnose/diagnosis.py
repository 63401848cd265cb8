"""The sink that judges: each drain goes to all detectors, and what they say into the book."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from tunnel_monitor.diagnose.base import Detector, Observation
from tunnel_monitor.diagnose.book import Book
from tunnel_monitor.diagnose.finding import Finding, State, Suspicion
from tunnel_monitor.diagnose.grouping import Grouping
from tunnel_monitor.diagnose.mutes import Mutes
from tunnel_monitor.diagnose.thresholds import Thresholds
from tunnel_monitor.flows import addresses
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.kernel.overlay import Overlay

# A host with thousands of devices takes long to tell of them: not more of a processor than this.
# What others computed meanwhile is no part of it, or a busy machine would be looked at less often,
# and what is found by looking later.
READING_SHARE = 0.02


class OverlaySource(Protocol):
    """Where the host's own view comes from."""

    def read(self) -> Overlay:
        """What is so now."""

    def close(self) -> None:
        """Read no more."""


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of one moment.

    Args:
        number: grows whenever anything of it that a reader would see has changed.
        time_ns: of the drain, by the wall clock, since 1970; 0 before the first.
        findings: open ones first, then closed ones and events, each the newest first.
        checks: name and title of each detector that looks.
        left_out: how often a subject was not looked at because there were too many.
    """

    number: int = 0
    time_ns: int = 0
    findings: tuple[Finding, ...] = ()
    checks: tuple[tuple[str, str], ...] = ()
    left_out: int = 0

    @property
    def open(self) -> tuple[Finding, ...]:
        """Those that are open and not muted: what a badge counts."""
        return tuple(one for one in self.findings if one.state is State.OPEN and not one.muted)


Tell: TypeAlias = Callable[[Finding], None]


class Diagnosis:
    """Takes batches on one thread; any thread reads `report`.

    Args:
        detectors: all that shall look.
        thresholds: what they compare with.
        mutes: what is kept quiet.
        overlay: this host's own view; None for packets of elsewhere.
        complain: gets one sentence about the first error of each detector.
        clock: nanoseconds since 1970, as drains are stamped.
    """

    name = "findings"

    def __init__(
        self,
        detectors: Sequence[Detector],
        *,
        thresholds: Thresholds | None = None,
        mutes: Mutes | None = None,
        overlay: OverlaySource | None = None,
        complain: Callable[[str], None] | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._clock = clock
        self._detectors = tuple(detectors)
        self._thresholds = thresholds or Thresholds()
        self._overlay = overlay
        self._tells: list[Tell] = []
        self._complain = complain
        self._book = Book(self._thresholds, mutes or Mutes())
        self._grouping = Grouping(self._thresholds.group_at)
        self._now_s = 0.0
        self._seen_overlay: Overlay | None = None
        self._here: frozenset[str] = frozenset()
        self._next_reading = 0.0
        self._complained: set[str] = set()
        self._told: dict[str, tuple[State, int]] = {}
        checks = tuple((one.name, one.title) for one in self._detectors)
        self.report = Report(checks=checks)

    def on_news(self, tell: Tell) -> None:
        """Call with each finding that opens, closes or happens and is not muted.

        On the thread that takes batches; call before the first of them. Several may listen.
        """
        self._tells.append(tell)

    def take(self, batch: FlowBatch) -> None:
        """Judge one drain."""
        self._now_s += batch.interval_ns / 10**9
        is_new = self._read_overlay()
        seen = Observation(
            batch,
            self._now_s,
            self._thresholds,
            self._seen_overlay,
            overlay_is_new=is_new,
            late_s=(self._clock() - batch.time_ns) / 10**9,
        )
        told = [
            (detector, one) for detector in self._detectors for one in self._judged(detector, seen)
        ]
        self._book.enter(told, self._now_s, seen.interval_s, batch.time_ns)
        self._publish(batch.time_ns)

    def close(self) -> None:
        """The last report stays readable."""
        if self._overlay:
            self._overlay.close()

    def _judged(self, detector: Detector, seen: Observation) -> list[Suspicion]:
        """What one detector says, each subject once: a tunnel may be seen on several interfaces.

        A fault of ours in one of them must not silence the others.
        """
        told: dict[str, Suspicion] = {}
        try:
            for one in detector.judge(seen):
                told.setdefault(one.key, one)
        except Exception as error:  # counted by what is missing, and told once
            what = f"the check {detector.name} failed: {type(error).__name__}: {error}"
            self._complain_once(detector.name, f"{what}; please report this")
            return []
        return list(told.values())

    def _read_overlay(self) -> bool:
        """Read this host's view again, unless that costs too much; whether it did."""
        if self._overlay is None or time.monotonic() < self._next_reading:
            return False
        began = time.thread_time()
        try:
            self._seen_overlay = self._overlay.read()
        except OSError as error:
            self._complain_once("overlay", f"cannot read this host's tunnels: {error.strerror}")
            return False
        self._here = frozenset(map(addresses.text, self._seen_overlay.addresses))
        took = time.thread_time() - began
        self._next_reading = time.monotonic() + took * (1 / READING_SHARE - 1)
        return True

    def _publish(self, time_ns: int) -> None:
        """Make the next report, and tell what is new in it."""
        findings = tuple(self._grouping.told(self._book.findings(), time_ns, self._here))
        fresh = [one for one in findings if self._told.get(one.id) != (one.state, one.times)]
        self._told = {one.id: (one.state, one.times) for one in findings}
        self.report = replace(
            self.report,
            number=self.report.number + (findings != self.report.findings),
            time_ns=time_ns,
            findings=findings,
            left_out=self._book.left_out,
        )
        for finding in fresh:
            for tell in () if finding.muted else self._tells:
                tell(finding)

    def _complain_once(self, about: str, sentence: str) -> None:
        if self._complain and about not in self._complained:
            self._complained.add(about)
            self._complain(sentence)
