"""What captures add up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Totals:
    """The flows of all captures that one reader has read.

    Args:
        flows: (n,) FLOW, no key twice, in the order of their first packets.
        tunnels: (m,) FLOW without inner addresses: what found no room as flows.
        ledger: (OUTCOMES,) TALLY; `bytes` as on the wire, a buffer is a packet.
        unknown_links: link type -> TALLY of the packets whose link header nobody here reads: the
            ledger's UNKNOWN_LINK in parts, since the reader's beginning.
    """

    flows: NDArray[np.void]
    tunnels: NDArray[np.void]
    ledger: NDArray[np.void]
    unknown_links: Mapping[int, np.void]
