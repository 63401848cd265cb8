"""The page of 500 peers with 50,000 flows, live: it answers, blocks nobody, and does not grow.

All is judged by processor time, or by the best of several rounds: what else the machine does is
not the page's fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.web.invented import Invented, invented
from tests.web.visits import Visit
from tests.web.work import held, watched

pytestmark = [pytest.mark.root, pytest.mark.browser]

LONG_MS = 50  # from which a task counts as long
ANSWER_MS = 100
ROUNDS = 3
# Of what is measured by the clock: a machine that is busy for three rounds may be idle in another.
MOST_ROUNDS = 12
VIEWS = ("chord", "chord&top=100", "chord&top=500", "matrix&top=500", "sankey", "table", "timeline")

# How long each input waited for the next frame: what is not told took less than 16 ms.
OBSERVE = """() => {
  window.inputs = new PerformanceObserver(() => {});
  inputs.observe({ type: 'event', durationThreshold: 16 });
}"""
LONGEST = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  for (let i = 0; i < 3; i++) await frame();
  return Math.max(0, ...inputs.takeRecords().map(({ duration }) => duration));
}"""
SCROLL = """async () => {
  const table = document.querySelector('[data-role=table]');
  for (let i = 0; i < 60; i++) {
    table.scrollTop += 317;
    await new Promise((done) => requestAnimationFrame(done));
  }
}"""


def longest_ms(here: Visit, act: Callable[[], object]) -> float:
    """The longest task while something happens; of the best round."""
    longest = []
    for _ in range(ROUNDS):
        with watched(here) as work:
            act()
        assert work.tasks_ms
        longest.append(work.tasks_ms[0])
        if longest[-1] < LONG_MS:
            break
    return min(longest)


@pytest.mark.parametrize("view", VIEWS)
def test_no_task_is_long(view: str, visit: Callable[..., Visit], many: Invented) -> None:
    here = visit(many, f"#v=2&view={view}", motion=True)
    here.let_pass(2)
    longest = longest_ms(here, lambda: here.let_pass(3))
    assert longest < LONG_MS


def test_what_is_held_is_reached(visit: Callable[..., Visit], many: Invented) -> None:
    """It is drawn once, frame by frame: when the focus looks for an arc, none is there yet."""
    here = visit(many, "#v=2&view=chord&top=500&paused=1")
    stop = here.page.locator("#chord [data-arc][tabindex='0']")
    expect(stop).to_have_count(1)


def test_long_tasks_are_found(visit: Callable[..., Visit], many: Invented) -> None:
    here = visit(many)
    # So much work, not so much time: of that others on the machine may take most.
    block = "() => { let sum = 0; for (let i = 0; i < 4e8; i++) sum += i % 7; return sum; }"
    assert longest_ms(here, lambda: here.page.evaluate(block)) > LONG_MS


def test_the_table_scrolls(visit: Callable[..., Visit], many: Invented) -> None:
    here = visit(many, "#v=2&view=table")
    here.page.wait_for_selector("#panel-table tr[data-place]:not(.waiting)")
    assert longest_ms(here, lambda: here.page.evaluate(SCROLL)) < LONG_MS


INPUTS: dict[str, Callable[[Page], object]] = {
    "a click on a network": lambda page: page.click('[data-vni="10001"]'),
    "a click on a talker": lambda page: page.locator("[data-talker]").first.click(),
    "the matrix": lambda page: page.keyboard.press("2"),
    "the sankey": lambda page: page.keyboard.press("3"),
    "the table": lambda page: page.keyboard.press("4"),
    "the timeline": lambda page: page.keyboard.press("5"),
    "the chord": lambda page: page.keyboard.press("1"),
    "up": lambda page: page.keyboard.press("Escape"),
    "another unit": lambda page: page.click("[data-role=unit-packets]"),
    "back to bits": lambda page: page.click("[data-role=unit-bits]"),
    "rows": lambda page: page.keyboard.press("r"),
    "no rows": lambda page: page.keyboard.press("r"),
    "overlay": lambda page: page.keyboard.press("u"),
    "underlay": lambda page: page.keyboard.press("u"),
    "a letter": lambda page: page.locator("#filter-text").press("v"),
    "no letter": lambda page: page.locator("#filter-text").press("Backspace"),
}


def test_input_is_answered(visit: Callable[..., Visit], many: Invented) -> None:
    here = visit(many, motion=True)
    here.page.evaluate(OBSERVE)
    waited: dict[str, list[float]] = {name: [] for name in INPUTS}
    for number in range(MOST_ROUNDS):
        if number >= ROUNDS and all(min(ms) <= ANSWER_MS for ms in waited.values()):
            break
        for name, act in INPUTS.items():
            here.shown()
            here.page.evaluate(LONGEST)
            act(here.page)
            waited[name].append(here.page.evaluate(LONGEST))
        here.page.locator("#filter-text").blur()
    assert any(max(one) > 0 for one in waited.values()), "nothing was measured"
    assert {name: ms for name, ms in waited.items() if min(ms) > ANSWER_MS} == {}


def pass_by(here: Visit, server: Invented, seconds: range) -> None:
    """Let so many seconds of traffic come, in less; each is drawn."""
    for second in seconds:
        server.drain(ahead_s=second)
        here.wait_for_drain(server.running.view.snapshot.number)


@pytest.fixture
def server(home: int) -> Iterator[Invented]:
    """For one visit, which ends before it."""
    with invented(home, flows=3000, peers=100) as here:
        yield here


@pytest.mark.parametrize("view", ["chord", "table"])
def test_memory_stays(server: Invented, view: str, visit: Callable[..., Visit]) -> None:
    """A hundred updates after a quarter of an hour, which is what the page keeps."""
    here = visit(server, f"#v=2&view={view}")
    pass_by(here, server, range(30))
    before = held(here)
    pass_by(here, server, range(30, 130))
    after = held(here)
    assert after["bytes"] < before["bytes"] * 1.03 + 150_000
    assert after["nodes"] < before["nodes"] * 1.1 + 100
    assert after["jsEventListeners"] < before["jsEventListeners"] * 1.1 + 20
