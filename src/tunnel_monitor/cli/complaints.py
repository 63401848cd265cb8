"""What reading captures has to say beside what it prints: what was not read, and why."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Mapping

import numpy as np

from tunnel_monitor.capture.links import describe
from tunnel_monitor.contract import Outcome
from tunnel_monitor.errors import TunnelMonitorError


def report(sentence: str) -> None:
    """Tell the user, beside whatever is printed for programs."""
    print(f"tunnel-monitor: {sentence}", file=sys.stderr, flush=True)


def report_error(error: TunnelMonitorError, *, debug: bool) -> int:
    """Tell of one that does not end the command; its exit code."""
    if debug:
        traceback.print_exception(error)
    report(str(error))
    return error.exit_code


def report_unread(unknown_links: Mapping[int, np.void], overflow: np.void) -> None:
    """Say what was counted, but not as flows of its own.

    Args:
        unknown_links: as in Totals.
        overflow: TALLY, the ledger's row.
    """
    for link_type, tally in unknown_links.items():
        report(
            f"{tally['packets']} packets ({tally['bytes']} bytes) have link type "
            f"{describe(link_type)}, which is not read; the ledger counts them as "
            f"{Outcome.UNKNOWN_LINK.label}"
        )
    if overflow["packets"]:
        report(
            f"there are more flows than have room: {overflow['packets']} packets "
            f"({overflow['bytes']} bytes) are counted by tunnel only, without inner addresses"
        )
