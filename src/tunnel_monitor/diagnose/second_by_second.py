"""Loss looked at second by second: what late drains and a growing rate do not explain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

LATEST_S: Final = 1.0  # drains that are later are no measure of anything
UNSURE_S: Final = 0.02  # how well it is known when a drain was taken
MOST_SILENT: Final = 0.3  # of all seconds, without a drain
ENOUGH: Final = 2  # a single second may be chance: the highest of some is the last, now and then


@dataclass(frozen=True, slots=True)
class Counted:
    """What one end of a tunnel counted, second by second.

    Args:
        packets: (t,).
        elapsed_s: (t,) for how long its host's drains of that second collected.
    """

    packets: NDArray[np.int64]
    elapsed_s: NDArray[np.float64]

    def since(self, second: int) -> Counted:
        """Without the seconds before one."""
        return Counted(self.packets[second:], self.elapsed_s[second:])

    @property
    def begun(self) -> int:
        """The first second of which all was counted since a monitor began, the last that did."""
        counted = np.flatnonzero(self.elapsed_s > 0)
        passed_s = np.diff(counted, prepend=-1)
        anew = counted[passed_s - self.elapsed_s[counted] > LATEST_S]
        return int(anew[-1]) + 1 if len(anew) else 0

    @property
    def is_coarse(self) -> bool:
        """Whether drains are longer than a second: not only a few that were held up."""
        return bool((self.elapsed_s <= 0).sum() > len(self.elapsed_s) * MOST_SILENT)

    @property
    def surplus_s(self) -> float:
        """For how much longer, or less, than all the time its host's monitors collected."""
        return float(self.elapsed_s.sum()) - len(self.elapsed_s)

    @property
    def rates(self) -> NDArray[np.float64]:
        """(t,) packets a second."""
        shortest_s = 1e-3
        rates: NDArray[np.float64] = self.packets / np.maximum(self.elapsed_s, shortest_s)
        return rates


@dataclass(frozen=True, slots=True)
class Closely:
    """One direction of a tunnel, from some seconds before a step to its end.

    Args:
        sent: as the sender counted.
        received: as the receiver did.
        endpoints: the inner addresses of the pair that misses most, the sender's first.
    """

    sent: Counted
    received: Counted
    endpoints: tuple[str, ...] = ()

    def lossy_seconds(self, share: float, last: int) -> int | None:
        """In how many of the last seconds packets were lost, beyond all that else explains it.

        What is lost is missing from then on. So in a lossy second more is missing, in it and in
        all that follow, than ever was before, and more than what is on its way can explain.

        Args:
            share: of what was sent in a second, that so many must be.
            last: so many seconds are judged, those before only compared with.
        Returns:
            0 where one end did not count all the time, so that there is nothing to compare with;
            None where nobody can tell: by drains of more than a second, or of several monitors on
            a host, of which it is not known how late one is.
        """
        begun = max(self.sent.begun, self.received.begun)
        both = self.sent.since(begun), self.received.since(begun)
        if any(one.is_coarse or one.surplus_s > LATEST_S for one in both):
            return None
        if any(one.surplus_s < -LATEST_S for one in both):
            return 0
        more = more_missing(*both)
        stays = np.array([more[second:, :second].min() for second in range(1, len(more))])
        sent = both[0]
        lossy = stays > share * sent.packets[1:] + on_its_way(sent.rates)
        seconds = int(lossy[-last:].sum())
        return seconds if seconds >= ENOUGH else 0


def more_missing(sent: Counted, received: Counted) -> NDArray[np.float64]:
    """(t, t) how much more is missing of all so far in one second, a row, than in another.

    It is what late drains do not explain. One of the sender that is later by then has counted
    more, at the highest rate at most; one that is earlier has counted less, at the lowest rate at
    least. Some of it is of the next second. How late they are, is known.
    """
    missing = np.cumsum(sent.packets - received.packets)
    late_s = np.cumsum(sent.elapsed_s - received.elapsed_s)
    later_s = np.subtract.outer(late_s, late_s)
    rates = sent.rates
    next_rates = np.append(rates[1:], rates[-1:])
    highest = np.maximum.accumulate(np.maximum(rates, next_rates))
    lowest = np.minimum.accumulate(np.minimum(rates, next_rates))
    explained = later_s * np.where(later_s > 0, highest[:, None], lowest[:, None])
    more: NDArray[np.float64] = np.subtract.outer(missing, missing) - explained
    return more


def on_its_way(rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """(t - 1,) by how many packets more could be on their way than ever before, or fewer.

    Where clocks are apart, what is sent in that time is missing, or came before. It stays below
    what it was at the highest rate, and above what it was at the lowest, so that only a rate
    beyond both changes anything: a second of it is allowed for. And the time may differ a little
    from drain to drain.

    Args:
        rates: (t,) packets a second.
    """
    highest, lowest = np.maximum.accumulate(rates), np.minimum.accumulate(rates)
    beyond = np.maximum(rates[1:] - highest[:-1], lowest[:-1] - rates[1:])
    unsure = UNSURE_S * np.abs(np.diff(rates)).mean() if len(rates) > 1 else 0.0
    explained: NDArray[np.float64] = np.maximum(beyond, 0.0) + unsure
    return explained
