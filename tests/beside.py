"""Work that goes on while something else is looked at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def beside(work: Callable[[threading.Event], None]) -> Iterator[None]:
    """Do it in a thread of its own, which is told by the event to end, and has."""
    ending = threading.Event()
    thread = threading.Thread(target=work, args=[ending])
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
