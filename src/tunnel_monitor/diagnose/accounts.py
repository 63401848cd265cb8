"""What arrived for a network, and what its tunnel device took of it, step by step.

The two are never read at one moment: a device is read a while after the drain, so what comes in
between is counted early by the device, and late by the drain. What is missing in all so far goes
below zero by that, and comes back when less is sent. So a loss within a window is what is missing
at its end beyond the most that was ever missing before it, or in its first step; and where devices
were read later then, as on a busy machine, beyond what they may have counted early by that.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile
from typing import NamedTuple

STEPS_BEFORE = 4
MOST_STEPS = 1000


class Amount(NamedTuple):
    """Of packets, or what is missing of them."""

    packets: int = 0
    bytes: int = 0

    def plus(self, other: Amount) -> Amount:
        """Both together."""
        return Amount(self.packets + other.packets, self.bytes + other.bytes)

    def less(self, other: Amount) -> Amount:
        """Without the other; may be below zero."""
        return Amount(self.packets - other.packets, self.bytes - other.bytes)


NOTHING = Amount()


class Step(NamedTuple):
    """From one reading of the device to the next.

    Args:
        at_s: the second reading, in seconds of observation.
        arrived: at the interface; the bytes that the device should count, at least.
        taken: by the device, in buffers and their bytes.
        errors: packets that it says it could not take.
        missing: of all that arrived up to here.
        exact: whether each packet was one buffer, so that packets can be compared.
        late_s: how long after its drain the device was read.
    """

    at_s: float
    arrived: Amount
    taken: Amount
    errors: int
    missing: Amount
    exact: bool
    late_s: float


@dataclass(frozen=True, slots=True)
class Balance:
    """A window.

    Args:
        arrived: in it.
        taken: likewise.
        errors: likewise.
        lost: what arrived and was not taken; packets only where they can be compared, else 0.
        exact: whether they can.
    """

    arrived: Amount
    taken: Amount
    errors: int
    lost: Amount
    exact: bool


@dataclass(slots=True)
class Account:
    """One network.

    Args:
        waiting: what arrived since the device was last read.
        exact: whether all of that was single packets.
        steps: what was before that, oldest first.
    """

    waiting: Amount = NOTHING
    exact: bool = True
    steps: deque[Step] = field(default_factory=lambda: deque(maxlen=MOST_STEPS))

    def arrive(self, amount: Amount, *, exact: bool) -> None:
        """Note what a drain has."""
        self.waiting = self.waiting.plus(amount)
        self.exact &= exact

    def read(self, at_s: float, taken: Amount, errors: int, late_s: float) -> None:
        """The device has counted so much since it was last read, so long after its drain."""
        if self.waiting.packets or taken.packets:
            before = self.steps[-1].missing if self.steps else NOTHING
            missing = before.plus(self.waiting).less(taken)
            self.steps.append(Step(at_s, self.waiting, taken, errors, missing, self.exact, late_s))
        self.waiting, self.exact = NOTHING, True

    def balance(self, since_s: float) -> Balance | None:
        """What was lost after a moment.

        None where there is nothing before it to compare with, or no more is missing than lately.
        """
        newest = list(takewhile(lambda one: one.at_s > since_s, reversed(self.steps)))
        steps = newest[::-1]
        earlier = len(self.steps) - len(steps)
        if not earlier or not steps:
            return None
        lately = [
            self.steps[place] for place in range(max(0, earlier + 1 - STEPS_BEFORE), earlier + 1)
        ]
        more = more_missing(steps[-1], lately, [*lately, *steps[1:]])
        if more.packets <= 0 and more.bytes <= 0:
            return None
        before = list(self.steps)[: earlier + 1]
        if not all(one.exact for one in self.steps):
            before = lately  # lower bounds add up to a drift
        arrived = taken = NOTHING
        for one in steps:
            arrived, taken = arrived.plus(one.arrived), taken.plus(one.taken)
        exact = all(one.exact for one in (*before, *steps))
        end = steps[-1].missing
        size = min(end.bytes - max(one.missing.bytes for one in before), more.bytes)
        packets = min(end.packets - max(one.missing.packets for one in before), more.packets)
        lost = Amount(packets if exact else 0, size)
        return Balance(arrived, taken, sum(one.errors for one in steps), lost, exact)


def more_missing(end: Step, before: Sequence[Step], every: Sequence[Step]) -> Amount:
    """How much more is missing at the end than in any step before.

    It is less what devices read later in that step may have counted early, at the highest rate of
    all steps.
    """
    packets_s = bytes_s = 0.0
    for one, other in pairwise(every):
        length_s = max(other.at_s - one.at_s, 1e-3)
        packets_s = max(packets_s, max(other.arrived.packets, other.taken.packets) / length_s)
        bytes_s = max(bytes_s, max(other.arrived.bytes, other.taken.bytes) / length_s)
    early_s = [max(0.0, one.late_s - end.late_s) for one in before]
    most = Amount(
        max(
            one.missing.packets + round(packets_s * s)
            for one, s in zip(before, early_s, strict=True)
        ),
        max(one.missing.bytes + round(bytes_s * s) for one, s in zip(before, early_s, strict=True)),
    )
    return end.missing.less(most)
