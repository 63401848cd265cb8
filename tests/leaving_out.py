"""Tests that this machine has not what they need for."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

IN_CI = bool(os.environ.get("CI"))


def leave_out(why: str) -> NoReturn:
    """Skip a test, or fail it where none may be left out."""
    if IN_CI:
        pytest.fail(f"{why} (CI leaves no test out)", pytrace=False)
    pytest.skip(why)
