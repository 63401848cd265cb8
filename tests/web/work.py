"""What a page's main thread does, task by task, in processor time.

Who else computes on the machine meanwhile stretches a task on the clock, but takes nothing of its
processor time: that is what the page itself can be blamed for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.web.visits import Visit

# One event for each task of a thread, with `tdur`: its processor time in microseconds.
TASKS = "disabled-by-default-devtools.timeline"
TASK = "RunTask"


@dataclass
class Work:
    """What was done while it was watched.

    Attributes:
        tasks_ms: processor time of each task of the page's main thread, largest first.
    """

    tasks_ms: list[float] = field(default_factory=list)


@contextmanager
def watched(here: Visit) -> Iterator[Work]:
    """Watches the main thread of a page; what it did is known afterwards."""
    browser = here.page.context.browser
    assert browser
    work = Work()
    browser.start_tracing(page=here.page, categories=[TASKS, "devtools.timeline", "__metadata"])
    try:
        yield work
        # A task is written down when it has ended: in the next one, all before it are.
        here.page.evaluate("() => new Promise((done) => setTimeout(done))")
    finally:
        events = json.loads(browser.stop_tracing())["traceEvents"]
        work.tasks_ms = sorted(tasks_ms(events), reverse=True)


def tasks_ms(events: list[dict[str, Any]]) -> list[float]:
    main = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    found = [e for e in events if e["name"] == TASK and (e["pid"], e["tid"]) in main]
    return [event.get("tdur", 0) / 1000 for event in found]


def held(here: Visit) -> dict[str, Any]:
    """What the page keeps, after garbage has gone."""
    client = here.page.context.new_cdp_session(here.page)
    client.send("HeapProfiler.collectGarbage")
    found = {
        "bytes": client.send("Runtime.getHeapUsage")["usedSize"],
        **client.send("Memory.getDOMCounters"),
    }
    client.detach()
    return found
