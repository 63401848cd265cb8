"""Rows in the order of any column."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.flows import columns, labels
from tunnel_monitor.flows.columns import ADDRESSES, Rows
from tunnel_monitor.flows.filter.tree import TEXTS
from tunnel_monitor.flows.question import Place


def ordered(rows: Rows, by: str, places: Sequence[Place]) -> NDArray[np.intp]:
    """Places of all rows in ascending order of a column; equals by the same rule each time.

    Args:
        rows: (n,) FLOW.
        by: one of question.COLUMNS, or a count; texts are in the order of their letters.
        places: as in Answer.
    """
    return np.lexsort((rows["bytes"], *reversed(_keys(rows, by, places))))


def _keys(rows: Rows, by: str, places: Sequence[Place]) -> list[NDArray[np.generic]]:
    """Arrays to compare by, the most significant first."""
    if by in ADDRESSES:
        return [labels.has_address(rows, by), *columns.address(rows, by).byteswap().T]
    if by == "vni":
        return [columns.has_vni(rows), rows["vni"]]
    if by in TEXTS:
        texts, numbers = labels.words(rows, by, places)
        return [_ranks(texts)[numbers]]
    return [rows[by]]


def _ranks(texts: Sequence[str]) -> NDArray[np.intp]:
    """(n,) which text each one is among the different ones in order."""
    known = {text: rank for rank, text in enumerate(sorted(set(texts)))}
    return np.array([known[text] for text in texts], np.intp)
