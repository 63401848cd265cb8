"""Names of addresses from the system's resolver: asked for beside everything else, and remembered.

Nobody waits for it: a name that is not known yet is looked up by a thread, and is there the next
time.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain

from tunnel_monitor.flows import addresses
from tunnel_monitor.flows.filter import values
from tunnel_monitor.flows.filter.tree import Range
from tunnel_monitor.flows.names import NO_NAMES, Naming

MOST_KNOWN = 20_000  # addresses, with or without a name: 4 MB
MOST_WAITING = 1_000
FRESH_S = 3600.0
ATTEMPTS = 2  # at once: one that takes half a minute must not hold up all others


def look_up(address: bytes) -> str | None:
    """The name that the system's resolver has for an address; may take half a minute."""
    try:
        host, _ = socket.getnameinfo((addresses.text(address), 0), socket.NI_NAMEREQD)
    except OSError:
        return None
    return host.lower() if values.is_name(host) else None


class Resolver:
    """Naming by a file first, then by the resolver.

    Its threads begin with the first question: not before root is given up.

    Args:
        known: names that need not be looked up.
        look_up: asks; called from threads.
        most: addresses that are remembered; when there are more, all are asked for anew.
    """

    def __init__(
        self,
        known: Naming = NO_NAMES,
        look_up: Callable[[bytes], str | None] = look_up,
        most: int = MOST_KNOWN,
    ) -> None:
        self._known = known
        self._look_up = look_up
        self._most = most
        self._found: dict[bytes, tuple[str | None, float]] = {}
        self._waiting: deque[bytes] = deque()
        self._asked: set[bytes] = set()
        self._changed = threading.Condition()
        self._threads = 0

    def __bool__(self) -> bool:
        return True

    def of(self, address: bytes) -> str | None:
        """Its name, if it is known by now; else it will be looked up."""
        name = self._known.of(address)
        if name is not None:
            return name
        with self._changed:
            name, until = self._found.get(address, (None, 0.0))
            if until < time.monotonic():
                self._ask(address)
        return name

    def lookup(self, pattern: str) -> tuple[Range, ...]:
        """The addresses with a name that fits, as far as names are known by now."""
        fits = values.expression(pattern).fullmatch
        found = (Range(address, address) for name, address in self._names() if fits(name))
        return (*self._known.lookup(pattern), *found)

    def all(self) -> Iterator[tuple[str, bytes]]:
        """Each name that is known by now, with an address."""
        return chain(self._known.all(), self._names())

    def _names(self) -> list[tuple[str, bytes]]:
        with self._changed:
            return [(name, address) for address, (name, _) in self._found.items() if name]

    def _ask(self, address: bytes) -> None:
        """Queue it, unless it is queued, or the queue is full; then whoever asks again may."""
        if address in self._asked or len(self._waiting) >= MOST_WAITING:
            return
        self._asked.add(address)
        self._waiting.append(address)
        self._changed.notify()
        if self._threads < ATTEMPTS:
            self._threads += 1
            # A daemon, since the resolver cannot be interrupted.
            threading.Thread(target=self._run, name="resolver", daemon=True).start()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                address = self._waiting.popleft()
            name = self._look_up(address)
            with self._changed:
                if len(self._found) >= self._most:
                    self._found.clear()
                self._found[address] = name, time.monotonic() + FRESH_S
                self._asked.discard(address)
