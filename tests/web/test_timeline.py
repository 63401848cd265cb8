"""The past: brushes by hand and by keys, and what makes the difference between two."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect
from tests.lab import commands
from tests.web.invented import Invented
from tests.web.visits import Visit

pytestmark = [pytest.mark.root, pytest.mark.browser]

PAST = "#past"
STRIP = "#timeline"


def drag(page: Page, svg: str, start: float, end: float, *keys: str) -> None:
    """Draw out a brush between two parts of the picture's width."""
    box = page.locator(svg).bounding_box()
    assert box
    height = box["y"] + 0.7 * box["height"]
    for key in keys:
        page.keyboard.down(key)
    page.mouse.move(box["x"] + start * box["width"], height)
    page.mouse.down()
    page.mouse.move(box["x"] + (start + end) / 2 * box["width"], height)
    page.mouse.move(box["x"] + end * box["width"], height)
    page.mouse.up()
    for key in keys:
        page.keyboard.up(key)


def chosen(here: Visit, word: str) -> tuple[float, float] | None:
    """A stretch of time in the page's address."""
    words = parse_qs(urlsplit(here.location()).fragment)
    if word not in words:
        return None
    start, end = words[word][0].split("-")
    return float(start), float(end)


@pytest.mark.parametrize(("view", "svg"), [("timeline", PAST), ("chord", STRIP)])
def test_a_brush_is_drawn_moved_and_let_go(
    view: str, svg: str, visit: Callable[..., Visit], past: Invented
) -> None:
    here = visit(past, f"#v=2&view={view}&paused=1")
    # What was before the page opened comes a moment after the newest drain.
    here.page.wait_for_function(
        "svg => document.querySelector(`${svg} .layer`).getAttribute('d').length > 2000", arg=svg
    )
    drag(here.page, svg, 0.5, 0.7)
    first = chosen(here, "span")
    assert first
    assert first[1] - first[0] == pytest.approx(0.2 * 900, rel=0.2)
    drag(here.page, svg, 0.6, 0.65)
    moved = chosen(here, "span")
    assert moved
    assert moved[1] - moved[0] == pytest.approx(first[1] - first[0], abs=0.01)
    assert moved[0] > first[0]
    here.page.go_back()
    assert chosen(here, "span") == first
    drag(here.page, svg, 0.1, 0.1)
    assert chosen(here, "span") is None


@pytest.mark.parametrize(("view", "svg"), [("timeline", PAST), ("chord", STRIP)])
def test_keys_go_from_layer_to_layer_and_choose(
    view: str, svg: str, visit: Callable[..., Visit], past: Invented
) -> None:
    here = visit(past, f"#v=2&view={view}&paused=1")
    layers = here.page.locator(f"{svg} .layer")
    layers.last.focus()
    here.page.keyboard.press("ArrowDown")
    here.page.keyboard.press("ArrowDown")
    here.page.keyboard.press("ArrowUp")
    layer = layers.nth(layers.count() - 2)
    expect(layer).to_be_focused()
    here.page.keyboard.press("Enter")
    expect(layer).to_have_attribute("aria-pressed", "true")
    key = layer.get_attribute("data-key")
    assert parse_qs(urlsplit(here.location()).fragment)["chosen"] == [key]


def test_ends_are_sliders(visit: Callable[..., Visit], past: Invented) -> None:
    here = visit(past, "#v=2&view=timeline&paused=1")
    here.page.get_by_role("button", name="Choose time").click()
    first = chosen(here, "span")
    begin = here.page.get_by_role("slider", name="Begin of the chosen time")
    expect(begin).to_be_focused()
    assert first
    said = begin.get_attribute("aria-valuetext")
    here.page.keyboard.press("ArrowLeft")
    here.page.keyboard.press("PageDown")
    here.page.keyboard.press("Enter")
    longer = chosen(here, "span")
    assert longer
    assert longer[0] < first[0]
    assert longer[1] == first[1]
    assert begin.get_attribute("aria-valuetext") != said
    # All that was one choice.
    here.page.go_back()
    assert chosen(here, "span") == first
    begin.focus()
    here.page.keyboard.press("Delete")
    assert chosen(here, "span") is None


def test_the_difference_has_its_parts(visit: Callable[..., Visit], past: Invented) -> None:
    here = visit(past, "#v=2&view=timeline&paused=1")
    drag(here.page, PAST, 0.68, 0.9)
    drag(here.page, PAST, 0.3, 0.55, "Shift")
    assert chosen(here, "before")
    rows = here.page.locator("[data-role=contributions] > *")
    expect(rows.first).to_contain_text(past.culprit_inside)  # until the server answers, the peer
    changes = [
        float(text.replace("\N{MINUS SIGN}", "-"))
        for text in rows.locator(".change").all_text_contents()
    ]
    total = here.page.locator(".comparison .sum b").text_content() or ""
    assert sum(changes) == pytest.approx(float(total), abs=0.06 * len(changes))
    assert changes[0] == pytest.approx(38, abs=2)
    heading = here.page.locator(".past-heading")
    expect(heading).to_have_text(
        re.compile(rf"{re.escape(past.culprit_inside)} sends 3\d\.\d.Mb/s more")
    )


def test_what_waits_is_veiled_and_counted(visit: Callable[..., Visit], mirror: Invented) -> None:
    here = visit(mirror, "#v=2&view=timeline&paused=1")
    veil = here.page.locator("#past .veil")
    expect(veil).to_have_count(1)
    hint = here.page.locator("#panel-timeline .hint")
    commands.wait_for(
        lambda: bool(re.search(r"held at .* ([2-9]|\d\d+) intervals waiting", hint.inner_text())),
        "it counts what waits",
    )
    assert float(veil.get_attribute("width") or 0) > 0
