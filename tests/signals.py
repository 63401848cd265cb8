"""Signals that whoever started the tests lets them ignore, as `nohup` and a shell's `&` do."""

from __future__ import annotations

import signal
from typing import Final

ENDING: Final = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)


def keep_ignored_to_ourselves() -> None:
    """Let what we start meet these signals as if it had been started at a terminal.

    A signal that is ignored stays so in whatever a process starts; one that is caught does not.
    """
    for number in ENDING:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
