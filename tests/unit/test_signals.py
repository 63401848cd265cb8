"""Run in the background, tests of signals test the same."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.signals import ENDING

ROOT = Path(__file__).resolve().parents[2]
IN_BACKGROUND = """
import signal, subprocess, sys
from tests.signals import keep_ignored_to_ourselves

number = int(sys.argv[1])
signal.signal(number, signal.SIG_IGN)
keep_ignored_to_ourselves()
signal.raise_signal(number)
print(subprocess.run(["sh", "-c", f"kill -{number} $$; exit 7"]).returncode)
"""


@pytest.mark.parametrize("number", ENDING)
def test_what_the_tests_may_ignore_ends_what_they_start(number: signal.Signals) -> None:
    """A demo that SIGHUP was to end ran on, as it should, below `nohup`."""
    words = [sys.executable, "-c", IN_BACKGROUND, str(int(number))]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == f"{-number}\n"
