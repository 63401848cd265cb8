"""`tunnel-monitor read --kernel`: what the kernel's programs count, beside the native parser."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.capture.kernel_run import KernelRun
from tunnel_monitor.capture.totals import Totals
from tunnel_monitor.cli.complaints import report
from tunnel_monitor.contract import OUTCOMES, Direction, Outcome
from tunnel_monitor.export.listing import records
from tunnel_monitor.flows import columns
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.columns import KEY_WORDS, Rows
from tunnel_monitor.flows.group import group_all
from tunnel_monitor.layout import TALLY

MOST_TOLD = 5
DISAGREED = 1  # exit code


class Comparison:
    """What the kernel has counted otherwise than the native parser, of the same bytes.

    Counters are differences modulo 2^64.

    Args:
        run: shows the packets to both.
    """

    def __init__(self, run: KernelRun) -> None:
        self._run = run
        self._flows = columns.empty()
        self._tunnels = columns.empty()
        self._ledger = np.zeros(OUTCOMES, TALLY)

    def drain(self) -> None:
        """Compare what was read since the call before."""
        ours, theirs = (FlowBatch.of(drained) for drained in self._run.drain())
        self._flows = difference(columns.join(self._flows, ours.flows), theirs.flows)
        self._tunnels = difference(columns.join(self._tunnels, ours.tunnels), theirs.tunnels)
        for batch, sign in ((ours, 1), (theirs, -1)):
            words = batch.ledger[0, Direction.INGRESS].view(np.uint64)
            self._ledger.view(np.uint64)[...] += words * np.uint64(sign % 2**64)

    def applied(self, native: Totals) -> Totals:
        """What the kernel makes of all packets that it takes, and the native parser of the rest."""
        ledger = native.ledger.view(np.uint64) + self._ledger.view(np.uint64)
        return replace(
            native,
            flows=counted(group_all([native.flows, self._flows])),
            tunnels=counted(group_all([native.tunnels, self._tunnels])),
            ledger=ledger.view(TALLY),
        )

    def tell(self, packets: int) -> int:
        """Say how both agree; the exit code.

        Args:
            packets: that were read.
        """
        refused = self._run.refused
        if refused:
            report(
                f"{refused} of {packets} packets were read by the native parser alone: the "
                "kernel's test-run takes nothing shorter than its own Ethernet and IP header, and "
                "nothing without an EtherType"
            )
        differences = [*self._told_rows(), *self._told_outcomes()]
        if self._run.verdicts:
            differences.append(f"{self._run.verdicts} verdicts other than to go on")
        if not differences:
            report(f"the kernel and the native parser agree on {packets - refused} packets")
            return 0
        report(
            f"the kernel and the native parser disagree: {'; '.join(differences[:MOST_TOLD])}; "
            "please report this, if you can with the capture"
        )
        return DISAGREED

    def _told_rows(self) -> list[str]:
        rows = columns.join(self._flows, self._tunnels)
        return [str(record) for record in records(rows)]

    def _told_outcomes(self) -> list[str]:
        packets = self._ledger["packets"].view(np.int64)
        return [f"{packets[outcome]} {outcome.label}" for outcome in Outcome if packets[outcome]]


def difference(some: Rows, others: Rows) -> Rows:
    """The rows in which (n,) and (m,) FLOW differ, with counters of the first less the second."""
    negative = others.copy()
    counters = columns.words(negative)[:, KEY_WORDS:]
    counters[...] = np.uint64(0) - counters
    return counted(group_all([some, negative]))


def counted(rows: Rows) -> Rows:
    """The rows that have counted anything."""
    found: NDArray[np.bool_] = (columns.words(rows)[:, KEY_WORDS:] != 0).any(axis=1)
    return columns.where(rows, found)
