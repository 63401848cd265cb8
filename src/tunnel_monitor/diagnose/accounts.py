"""What arrived for a network, and what its tunnel device took of it, step by step.

The two are never read at one moment: a device is read a while after the drain, so what comes in
between is counted early by the device, and late by the drain. What is missing in all so far goes
below zero by that, and comes back when less is sent. So a loss within a window is what is missing
at its end beyond the most that was ever missing before it, or in its first step.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
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
    """

    at_s: float
    arrived: Amount
    taken: Amount
    errors: int
    missing: Amount
    exact: bool


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

    def read(self, at_s: float, taken: Amount, errors: int) -> None:
        """The device has counted so much since it was last read."""
        if self.waiting.packets or taken.packets:
            before = self.steps[-1].missing if self.steps else NOTHING
            missing = before.plus(self.waiting).less(taken)
            self.steps.append(Step(at_s, self.waiting, taken, errors, missing, self.exact))
        self.waiting, self.exact = NOTHING, True

    def balance(self, since_s: float) -> Balance | None:
        """What was lost after a moment; None where there is nothing before it to compare with."""
        steps = [one for one in self.steps if one.at_s > since_s]
        earlier = len(self.steps) - len(steps)
        if not earlier or not steps:
            return None
        before = list(self.steps)[: earlier + 1]
        if not all(one.exact for one in self.steps):
            before = before[-STEPS_BEFORE:]  # lower bounds add up to a drift
        arrived = taken = NOTHING
        for one in steps:
            arrived, taken = arrived.plus(one.arrived), taken.plus(one.taken)
        exact = all(one.exact for one in (*before, *steps))
        end = steps[-1].missing
        packets = end.packets - max(one.missing.packets for one in before) if exact else 0
        lost = Amount(packets, end.bytes - max(one.missing.bytes for one in before))
        return Balance(arrived, taken, sum(one.errors for one in steps), lost, exact)
