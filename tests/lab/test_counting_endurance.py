"""A short piece of the hour that `make bench ARGS=residual` takes."""

from __future__ import annotations

import pytest
from tests.lab.endurance import LOADS, apart, endured

pytestmark = pytest.mark.root

LOAD_S = 2


def test_nothing_is_missing_under_any_load() -> None:
    found = endured(LOAD_S * len(LOADS), LOAD_S)
    assert found.drains >= len(LOADS)
    assert found.packets > 10_000
    assert found.packets > 1.2 * found.buffers  # the busier the machine, the larger they are
    assert (found.residual, found.wire, found.ledger) == (0, 0, 0)


def test_what_is_apart_would_be_told() -> None:
    assert apart([(5, 500), (7, 700)], [(5, 500), (8, 690)]) == 11
