"""What holds in every view: who grew is marked, words can be read, nothing is cut off."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.web.invented import Invented, invented
from tests.web.visits import Tabs, Visit

pytestmark = [pytest.mark.root, pytest.mark.browser]

MARKS = {
    "chord": "#chord .outline path",
    "matrix": "#heat .culprit[d^=M]",
    "sankey": "#sankey .strands .culprit",
    "table": "#panel-table tr.culprit",
    "timeline": "#panel-timeline .layer.culprit",
}
LAYERS = ("underlay", "overlay")
SIZES = ((360, 780), (768, 1024), (1280, 800), (2560, 1440))
LEAST_PX = 11
SMALL_TEXT = """(least) => {
  const isWord = (node) => node.nodeType === 3 && /[\\p{L}\\p{N}]/u.test(node.data);
  return [...document.querySelectorAll("body *")]
    .filter((node) => [...node.childNodes].some(isWord))
    .filter((node) => node.checkVisibility() && !node.closest("script, style"))
    .filter((node) => parseFloat(getComputedStyle(node).fontSize) < least)
    .map((node) => `${node.tagName} ${node.textContent}`);
}"""
TOO_WIDE = """() => ["body", "header", ".bar", ".left", ".right", ".stage-head", ".time"]
  .map((name) => document.querySelector(name))
  .filter((node) => node.scrollWidth > node.clientWidth + 1)
  .map((node) => `${node.className}: ${node.scrollWidth} > ${node.clientWidth}`)"""


@pytest.mark.parametrize("layer", LAYERS)
def test_every_view_marks_who_grew(layer: str, visit: Callable[..., Visit], past: Invented) -> None:
    now = past.get("api/v1/status")["time"]
    span = f"span={now - 240:.0f}-{now:.0f}&before={now - 900:.0f}-{now - 400:.0f}"
    here = visit(past, f"#v=2&layer={layer}&{span}")
    expect(here.page.locator("[data-role=culprit]")).to_contain_text("Grew most")
    for key, (view, mark) in enumerate(MARKS.items(), 1):
        here.page.keyboard.press(str(key))
        expect(here.page.locator(f"#tab-{view}")).to_have_attribute("aria-selected", "true")
        expect(here.page.locator(mark).first).to_be_attached()


@pytest.mark.parametrize("size", SIZES)
def test_words_are_large_enough_and_nothing_is_cut(
    size: tuple[int, int], visit: Callable[..., Visit], mirror: Invented
) -> None:
    chosen = f"chosen={mirror.culprit}"
    for view in MARKS:
        here = visit(mirror, f"#v=2&view={view}&layer=overlay&{chosen}", size=size)
        expect(here.page.locator("#right .who .name")).to_have_text(mirror.culprit)
        assert here.page.evaluate(SMALL_TEXT, LEAST_PX) == []
        assert here.page.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("view", ["chord", "sankey"])
def test_the_focus_stays_while_marks_change_places(
    view: str, visit: Callable[..., Visit], mirror: Invented
) -> None:
    here = visit(mirror, f"#v=2&view={view}")
    here.page.focus(f"#panel-{view} [tabindex='0']")
    for key in ("ArrowDown", "ArrowRight", "ArrowDown", "ArrowDown", "Enter"):
        here.page.keyboard.press(key)
    focused = here.page.evaluate("document.activeElement.dataset.key")
    assert focused
    here.wait_for_drain(here.shown().drains + 6)
    assert here.page.evaluate("document.activeElement.dataset.key") == focused


def test_a_mistake_stays_marked_while_drains_arrive(
    visit: Callable[..., Visit], mirror: Invented
) -> None:
    here = visit(mirror)
    here.page.keyboard.press("/")
    here.page.keyboard.type("vni")
    expect(here.page.locator("#filter-list [role=option]").first).to_be_visible()
    expect(here.page.locator("#filter-says")).to_be_hidden()  # it may still become right
    here.page.keyboard.type(":10001 rate>>10M")
    here.page.keyboard.press("Enter")
    says = here.page.locator("#filter-says")
    expect(says).to_contain_text("is no amount")
    here.wait_for_drain(here.shown().drains + 3)
    expect(says).to_be_visible()
    expect(here.page.locator("#filter-paint .wrong")).to_have_text(">10M")


def test_each_step_before_any_traffic_has_its_line(tabs: Tabs, home: int) -> None:
    with invented(home, past_s=0) as nothing, tabs.visiting(nothing) as here:
        steps = here.page.locator(".step")
        expect(steps).to_have_count(5)
        boxes = [step.bounding_box() for step in steps.all()]
        assert len({(box["x"], box["width"]) for box in boxes if box}) == 1
