"""The page of 500 peers with 50,000 flows: how long it is busy at once, and what an hour leaves.

Not among what is measured by default: `make bench ARGS=page` takes more than an hour.
"""

from __future__ import annotations

from statistics import median

from bench.figures import Effort, Row
from tests.browser import launched
from tests.lab import commands
from tests.web.invented import draining, invented
from tests.web.visits import Tabs, Visit
from tests.web.work import held, watched

FLOWS, PEERS = 50_000, 500
VIEWS = ("chord", "chord&top=500", "matrix&top=500", "sankey", "table", "timeline")
UPDATES = 10
HOUR_S = 3600
KEPT_S = 900  # what a page keeps of the past: before that it grows
SAMPLES = 60


def measure(effort: Effort) -> list[Row]:
    """A row for each view, and what the page holds at the end by what it held."""
    flows = effort.of(FLOWS, PEERS)
    with (
        commands.home() as home,
        launched(home) as browser,
        invented(home, flows=flows, peers=PEERS, past_s=2) as server,
        draining(server),
        Tabs(browser).visiting(server, motion=True) as here,
    ):
        rows = [longest(here, view, effort.of(UPDATES, 2)) for view in VIEWS]
        return [*rows, *kept(here, effort)]


def longest(here: Visit, view: str, updates: int) -> Row:
    """The longest tasks of the page's main thread, one of each of some stretches."""
    here.page.evaluate("(link) => { location.hash = link; }", f"#v=2&view={view}")
    here.let_pass(2)
    found = []
    for _ in range(3):
        with watched(here) as work:
            here.let_pass(updates)
        found.append(work.tasks_ms[0])
    name = view.replace("&top=", "-")
    return Row.of(f"page-task-{name}", f"longest task, {name}", "ms", found, at_most=50)


def kept(here: Visit, effort: Effort) -> list[Row]:
    """What the page holds in the last quarter of an hour, by the one after the first."""
    here.page.evaluate("location.hash = ''")
    every = effort.of(HOUR_S / SAMPLES, 1)
    samples = []
    for _ in range(SAMPLES):
        for _ in range(every):  # a single wait of a minute would be taken for a fault
            here.let_pass(1)
        samples.append(held(here))
    quarter = SAMPLES * KEPT_S // HOUR_S
    early, late = samples[quarter : 2 * quarter], samples[-quarter:]

    def row(name: str, what: str, member: str) -> Row:
        before = median(one[member] for one in early)
        ratios = [one[member] / before for one in late]
        return Row.of(f"page-{name}", f"{what} at the end by before", "", ratios, at_most=1.05)

    return [
        row("memory", "an hour: memory", "bytes"),
        row("nodes", "an hour: nodes", "nodes"),
        row("listeners", "an hour: listeners", "jsEventListeners"),
    ]
