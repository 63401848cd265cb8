"""An hour of load with a drain each second: what the interface, the wire and the ledger differ by.

Not among what is measured by default: `make bench ARGS=residual`.
"""

from __future__ import annotations

from bench.figures import Effort, Row
from tests.lab.endurance import endured

HOUR_S = 3600


def measure(effort: Effort) -> list[Row]:
    """A row for each pair that must agree."""
    found = endured(effort.of(HOUR_S))
    about = f"{found.seconds:.0f} s, {found.drains} drains, {found.packets:,} packets"

    def row(name: str, what: str, figure: int) -> Row:
        return Row.of(f"residual-{name}", what, "", [figure], at_most=0, note=about)

    return [
        row("interface", "the interface's own counters less the ledger, at most", found.residual),
        row("wire", "an independent count of the wire, and the ledger", found.wire),
        row("flows", "flows, and the ledger's row of them", found.ledger),
    ]
