"""What counting cost in one drain's interval, on the host that it was done on."""

from __future__ import annotations

from dataclasses import dataclass

from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.kernel.own_cost import ProgramTime


@dataclass(frozen=True, slots=True)
class OwnCost:
    """The programs of all watched interfaces, both directions together.

    Args:
        time: how long they ran.
        packets: what they saw, on the wire.
        interval_ns: in this time.
    """

    time: ProgramTime
    packets: int
    interval_ns: int

    @classmethod
    def of(cls, batch: FlowBatch) -> OwnCost | None:
        """Of one batch; None where nobody measured it."""
        if batch.program_time is None:
            return None
        packets = int(batch.ledger["packets"].sum())
        return cls(batch.program_time, packets, batch.interval_ns)

    def members(self) -> dict[str, float | int | None]:
        """As in JSON; `ns_per_packet` is None where there was no packet."""
        net_ns = max(0, self.time.ns - self.time.measuring_ns)
        return {
            "runs": self.time.runs,
            "run_ns": self.time.ns,
            "measuring_ns": self.time.measuring_ns,
            "packets": self.packets,
            "ns_per_packet": round(net_ns / self.packets, 1) if self.packets else None,
            "cpu_share": round(net_ns / max(self.interval_ns, 1), 6),
        }
