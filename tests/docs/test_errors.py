"""The page on errors has every exit code."""

from __future__ import annotations

import re
from pathlib import Path

from tunnel_monitor import errors
from tunnel_monitor.errors import TunnelMonitorError

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference" / "errors.md").read_text()
DONE, SOMETHING_OPEN, INTERRUPTED = 0, 3, 130


def exit_codes() -> set[int]:
    """Those of all exceptions a user can meet."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    return {kind.exit_code for kind in kinds if issubclass(kind, TunnelMonitorError)}


def test_every_exit_code_is_explained() -> None:
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.M)}
    assert listed == exit_codes() | {DONE, SOMETHING_OPEN, INTERRUPTED}
