"""Everything can be reached and seen without a pointer, and at twice the size."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.web.invented import Invented
from tests.web.visits import Visit

pytestmark = [pytest.mark.root, pytest.mark.browser]

VIEWS = ("chord", "matrix", "sankey", "table", "timeline")
# What can be used: what has a role or is of a kind that one clicks, and is seen.
USABLE = """() => {
  const roles = ['button', 'slider', 'tab', 'menuitem', 'combobox', 'option', 'link'];
  const kinds = 'button, a[href], input, select, textarea, [data-key], ' +
    roles.map((role) => `[role=${role}]`).join();
  return [...document.querySelectorAll(kinds)].filter((one) =>
    one.checkVisibility({ visibilityProperty: true }) && !one.closest('[aria-hidden=true]') &&
    !one.disabled);
}"""
# Those that neither tab nor the arrow keys of something around them can reach.
UNREACHED = f"""() => {{
  const isReached = (one) => one.tabIndex === 0 || (one.tabIndex === -1 &&
    one.hasAttribute('tabindex') && one.parentElement.closest(
      ':is(svg, [role=tablist], [role=grid], table, [role=listbox]):has([tabindex="0"])'
      + ', [role=grid][tabindex="0"], :has(> [tabindex="0"])') !== null);
  const isRow = (one) => one.closest('[role=grid][tabindex="0"], [aria-activedescendant]') !== null;
  // More room for a pointer to hit what is reached itself.
  const isEdge = (one) => one.matches('[data-reach], [data-label]');
  return ({USABLE})().filter((one) => !isReached(one) && !isRow(one) && !isEdge(one))
    .map((one) => one.outerHTML.slice(0, 120));
}}"""
# How the focused element, and what is drawn for it, looks with and without the focus.
LOOKS = """() => {
  const one = document.activeElement;
  if (one === document.body) return null;
  const around = one.closest('.filter, .table') ?? one;
  const look = () => JSON.stringify([around, one, ...one.querySelectorAll('*')].slice(0, 30).map(
    (node) => {
    const { outline, stroke, strokeWidth, boxShadow, opacity, borderColor, visibility, display } =
      getComputedStyle(node);
    return [outline, stroke, strokeWidth, boxShadow, opacity, borderColor, visibility, display];
  }));
  const focused = look();
  const { scrollX, scrollY } = window;
  one.blur();
  const blurred = look();
  one.focus({ preventScroll: true, focusVisible: true });
  return [one.id || one.getAttribute('aria-label') || one.textContent.trim().slice(0, 40),
    focused !== blurred];
}"""
PAST_IS_THERE = """(svg) =>
  (document.querySelector(`${svg} .layer`)?.getAttribute('d') ?? '').length > 2000"""


@pytest.mark.parametrize("view", VIEWS)
def test_all_is_reached_by_keyboard(view: str, visit: Callable[..., Visit], past: Invented) -> None:
    here = visit(past, f"#v=2&view={view}&paused=1")
    here.shown()
    assert here.page.evaluate(f"({USABLE})().length") > 30
    assert here.page.evaluate(UNREACHED) == []


@pytest.mark.parametrize("view", VIEWS)
def test_the_focus_is_seen(view: str, visit: Callable[..., Visit], past: Invented) -> None:
    here = visit(past, f"#v=2&view={view}&paused=1")
    # What was before the page opened comes a moment later, and with it other layers: the one that
    # has the focus may not be among them.
    here.page.wait_for_function(PAST_IS_THERE, arg="#past" if view == "timeline" else "#timeline")
    here.shown()
    looks: list[Any] = []
    for _ in range(150):
        here.page.keyboard.press("Tab")
        look = here.page.evaluate(LOOKS)
        if look is None:
            break
        looks.append(look)
    else:
        raise AssertionError(f"the tab key never leaves the page: {looks}")
    assert len(looks) > 25
    assert [name for name, changes in looks if not changes] == []


PARTS = (
    "#state", "#wire-rate", "#head-residual", "#open-findings", "#pause", "#theme",
    "#filter-text", "#networks", "#encaps", "#shown", "#ledger", "#right", "#top", "#rows",
    "#export-open", "#timeline", "#own-cost",
)  # fmt: skip


@pytest.mark.parametrize("size", [(640, 400), (360, 780)], ids=["200 %", "phone"])
def test_nothing_is_lost_where_there_is_less_room(
    size: tuple[int, int], visit: Callable[..., Visit], past: Invented
) -> None:
    """1280 px wide at twice the size is 640 px wide."""
    here = visit(past, size=size)
    for part in PARTS:
        expect(here.page.locator(part)).to_be_visible()
    overflow = "document.documentElement.scrollWidth - innerWidth"
    assert here.page.evaluate(overflow) <= 0


@pytest.mark.parametrize("width", [1280, 1024, 853, 640, 360])
def test_the_counts_are_told_once(width: int, visit: Callable[..., Visit], past: Invented) -> None:
    """In the header, or where that has no room for them in the foot."""
    here = visit(past, size=(width, 800))
    counts = here.page.locator(":is(.stat:has(#tunnels), #counts):visible")
    expect(counts).to_have_count(1)
    expect(counts).to_contain_text(re.compile("tunnels", re.IGNORECASE))
