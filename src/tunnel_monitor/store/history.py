"""The sink that keeps history in a file, and goes on when it cannot."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from tunnel_monitor.errors import StoreFailed
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.store.duckdb import DuckStore

MOST_NEWS: Final = 1000  # that wait for the next batch
PATIENCE_S: Final = 10.0  # until the file is tried again; a full disk may have room by then

Report = Callable[[str], None]


class Closable(Protocol):
    """Something that ends."""

    def close(self) -> None:
        """End it."""


class History:
    """Takes batches into a store; where that fails, closes it and tries again later.

    Args:
        opened: opens the store; called from the sink's thread.
        report: gets one sentence when history is kept again.
        patience_s: between two tries.

    Attributes:
        beside: makes what stands beside an open store, and is closed before it.
    """

    name = "history"
    beside: Callable[[], Closable | None]

    def __init__(
        self,
        opened: Callable[[], DuckStore],
        report: Report,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.beside = lambda: None
        self._opened = opened
        self._report = report
        self._beside: Closable | None = None
        self._patience_s = patience_s
        self._store: DuckStore | None = None
        self._failure: StoreFailed | None = None
        self._due_s = 0.0
        self._missed = 0
        self._news: deque[str] = deque(maxlen=MOST_NEWS)

    def note(self, finding: Mapping[str, object]) -> None:
        """Keep what was found wrong, with the next batch; from any thread."""
        self._news.append(json.dumps(finding))

    def take(self, batch: FlowBatch) -> None:
        """Keep one batch.

        Raises:
            StoreFailed: it is not kept. As long as nothing is, the same error again.
        """
        try:
            news = list(self._news)
            self._open().add(batch, news)
            for _ in news:
                self._news.popleft()
        except StoreFailed as error:
            self._missed += 1
            if error is not self._failure:
                self._give_up(error)
            raise
        if self._failure is not None:
            self._report(f"history is kept again; {self._missed} intervals are missing in it")
            self._failure, self._missed = None, 0

    def close(self) -> None:
        """No batch will follow."""
        self._close()

    def store(self) -> DuckStore:
        """What questions are answered from.

        Raises:
            StoreFailed: there is no history now.
        """
        if self._store is None:
            raise self._failure or StoreFailed("there is no history yet", "ask again in a moment")
        return self._store

    def _open(self) -> DuckStore:
        if self._store is None:
            if self._failure is not None and time.monotonic() < self._due_s:
                raise self._failure
            self._store = self._opened()
            self._beside = self.beside()
        return self._store

    def _give_up(self, error: StoreFailed) -> None:
        self._failure = error
        self._due_s = time.monotonic() + self._patience_s
        self._close()

    def _close(self) -> None:
        beside, self._beside = self._beside, None
        store, self._store = self._store, None
        for one in (beside, store):
            if one is not None:
                one.close()
