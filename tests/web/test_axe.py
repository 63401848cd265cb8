"""No view breaks a rule of WCAG 2.2 AA that axe-core can judge: both themes, wide and narrow."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.lab.commands import Running
from tests.web.invented import Invented, invented
from tests.web.visits import Visit

pytestmark = [pytest.mark.root, pytest.mark.browser]

# Tables already.
OWN_ROWS = {"table", "findings"}
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
JUDGE = """async ([part, tags]) => {
  const { violations } = await axe.run(part, {
    runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'], preload: false,
  });
  return violations.flatMap(({ id, nodes }) => nodes.map(
    ({ target, any, all, none }) => `${id}: ${target.join(' ')}: ` +
      [...any, ...all, ...none].map(({ message }) => message).join('; ')));
}"""
# Cells and layers say what they are in slices, after they are drawn. Drains and timers may come at
# turns that leave no such pause between them: five seconds are enough for any slice.
SETTLED = """(part) => new Promise((done) => {
  const end = () => { watcher.disconnect(); clearTimeout(timer); done(); };
  const changed = ({ type, target, attributeName, oldValue }) =>
    type !== 'attributes' || target.getAttribute(attributeName) !== oldValue;
  const watcher = new MutationObserver((records) => {
    if (!records.some(changed)) return;
    clearTimeout(timer);
    timer = setTimeout(end, 300);
  });
  let timer = setTimeout(end, 300);
  setTimeout(end, 5000);
  watcher.observe(document.querySelector(part), {
    subtree: true, childList: true, attributes: true, attributeOldValue: true, characterData: true,
  });
})"""
SIZES = {"wide": (1280, 800), "phone": (360, 780)}
ONE = "172.16.1.107"
# What is chosen -> where it shows.
CHOSEN = {
    f"chosen={ONE}": "#right",
    f"chosen={ONE}|172.16.1.103": "#right",
    "chosen=vni:10001": "#right",
    f"layer=overlay&filter=peer:{ONE}": "#app",
    "filter=vni:10001+colour:red": "#app",
    "filter=vni:99": "#app",
}


def violations(here: Visit, part: str = "#app") -> list[str]:
    """What axe finds wrong in a part of the page, as soon as that stands still."""
    here.page.evaluate(SETTLED, part)
    if not here.page.evaluate("'axe' in window"):
        here.page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = here.page.evaluate(JUDGE, [part, TAGS])
    return found


def go_to(here: Visit, choice: str) -> None:
    """Choose by address, as a link does."""
    here.page.evaluate("(link) => { location.hash = link; }", f"#v=2&{choice}")


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    return SIZES[request.param]


@pytest.fixture(params=["dark", "light"])
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_each_view_and_its_rows(
    theme: str, size: tuple[int, int], visit: Callable[..., Visit], past: Invented
) -> None:
    here = visit(past, theme=theme, size=size)
    found = violations(here)
    tabs = here.page.locator("#tabs [role=tab]").evaluate_all("(all) => all.map(({id}) => id)")
    assert len(tabs) >= 5
    for view in (tab.removeprefix("tab-") for tab in tabs):
        for rows in ("",) if view in OWN_ROWS else ("", "&twin=1"):
            go_to(here, f"view={view}{rows}")
            expect(here.page.locator("#twin" if rows else f"#panel-{view}")).to_be_visible()
            found += [f"{view}{rows}: {one}" for one in violations(here, "#stage")]
    assert found == []


def test_what_is_chosen(
    theme: str, size: tuple[int, int], visit: Callable[..., Visit], past: Invented
) -> None:
    here = visit(past, theme=theme, size=size)
    found = []
    for choice, part in CHOSEN.items():
        go_to(here, choice)
        found += [f"{choice}: {one}" for one in violations(here, part)]
    now = time.time()
    spans = f"span={now - 300:.0f}-{now - 100:.0f}&before={now - 600:.0f}-{now - 400:.0f}"
    go_to(here, f"view=timeline&{spans}")
    expect(here.page.locator(".comparison")).to_be_visible()
    found += [f"two brushes: {one}" for one in violations(here)]
    assert found == []


def test_what_opens(
    theme: str, size: tuple[int, int], visit: Callable[..., Visit], past: Invented
) -> None:
    here = visit(past, theme=theme, size=size)
    found = []
    for keys, part in (("?", "#help"), ("e", "#export"), ("n", "#stage")):
        here.page.keyboard.press(keys)
        found += [f"{keys}: {one}" for one in violations(here, part)]
        here.page.keyboard.press("Escape")
    here.page.focus("#filter-text")
    for text in ("v", "vni:10001 o", "colour:red "):
        here.page.fill("#filter-text", text)
        told = here.page.locator("#filter-list, #filter-says").filter(visible=True)
        expect(told.first).to_be_visible()
        found += [f"filter {text}: {one}" for one in violations(here, "#filter")]
    here.page.fill("#filter-text", "")
    here.page.locator("#filter-text").blur()
    here.page.keyboard.press("Space")
    found += [f"paused: {one}" for one in violations(here, "header")]
    assert found == []


def test_nothing_yet(
    theme: str, size: tuple[int, int], visit: Callable[..., Visit], quiet: Running
) -> None:
    here = visit(quiet, theme=theme, size=size)
    expect(here.page.locator("[data-role=empty]")).to_be_visible()
    assert violations(here) == []


def test_nobody_there(
    theme: str, size: tuple[int, int], visit: Callable[..., Visit], home: int
) -> None:
    with ExitStack() as server:
        here = visit(server.enter_context(invented(home, past_s=5)), theme=theme, size=size)
    here.wait_for(lambda shown: shown.pill.startswith("RECONNECTING"), "it says so")
    assert violations(here) == []
    here.faults.forgive("net::ERR_")


def test_axe_finds_something(visit: Callable[..., Visit], past: Invented) -> None:
    here = visit(past)
    here.page.evaluate("document.querySelector('#theme').removeAttribute('aria-label')")
    here.page.evaluate("document.querySelector('#theme').removeAttribute('title')")
    (found,) = violations(here, "header")
    assert found.startswith("button-name: #theme")
