"""Imports, quickly."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """Let imports make their many objects, none of which is garbage, without a search for it.

    Nor are they searched later. A tenth of the time that imports take.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def sharing_often() -> Iterator[None]:
    """Let a thread beside imports have Python's lock soon: it wants it after each system call."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(before / 20)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


@contextmanager
def dying_of_interrupts() -> Iterator[None]:
    """Let Ctrl-C end the process without a word while imports run, half a second.

    Nothing has been made by then that does not go with the process, and an exception could surface
    anywhere in other people's code.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
