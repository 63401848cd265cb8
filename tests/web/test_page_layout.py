"""Nothing overflows, nothing lies on anything else: at each width, in both themes."""

from __future__ import annotations

from collections.abc import Callable
from math import hypot
from typing import Any

import pytest
from tests.lab.commands import Running
from tests.web.reading import Shown
from tests.web.visits import Visit

pytestmark = [pytest.mark.root, pytest.mark.browser]

SIZES = [(360, 780), (760, 1000), (1280, 800), (1440, 900), (2560, 1440)]
TWO_COLUMNS = 1021  # px of width from which the diagram needs no scrolling
VIEWS = {
    "all peers": "",
    "a peer": "peer=172.16.1.108",
    "the first host": "peer=172.16.1.100",
    "a network": "vni=10001",
    "totals": "window=total",
    "paused": "paused=1",
    "table": "view=table",
}

MEASURE = """() => {
  const box = (node) => {
    const { x, y, width, height } = node.getBoundingClientRect();
    return [x, y, x + width, y + height];
  };
  const texts = (query) => [...document.querySelectorAll(query)]
    .filter((node) => node.textContent.trim() && node.checkVisibility())
    .map((node) => [node.textContent.trim(), corners(node)]);
  return {
    overflow: document.documentElement.scrollWidth - innerWidth,
    screen: [innerWidth, innerHeight],
    moving: ['header', '.bar', '#stage', '.right'].map((part) => box(document.querySelector(part))),
    stage: box(document.querySelector('#stage')),
    time: box(document.querySelector('#time')),
    diagram: box(document.querySelector('#chord')),
    disc: box(document.querySelector('#chord .rim')),
    stage_texts: texts('#chord text, .legend > div, #crumbs > *'),
    time_texts: texts('#time text, #time .title > *, #time .hint'),
  };

  // Turned texts cover less than their box: their corners as drawn.
  function corners(node) {
    if (!(node instanceof SVGTextElement)) return rectangle(box(node));
    const { x, y, width, height } = node.getBBox();
    const matrix = node.getScreenCTM();
    const at = (px, py) => { const p = new DOMPoint(px, py).matrixTransform(matrix);
      return [p.x, p.y]; };
    return rectangle([x, y, x + width, y + height]).map(([px, py]) => at(px, py));
  }
  function rectangle([left, top, right, bottom]) {
    return [[left, top], [right, top], [right, bottom], [left, bottom]];
  }
}"""

Point = tuple[float, float]
Corners = list[Point]


@pytest.mark.parametrize("size", SIZES, ids=[str(width) for width, _ in SIZES])
def test_every_view_fits(
    size: tuple[int, int], visit: Callable[..., Visit], classic: Running
) -> None:
    here = visit(classic, size=size)
    for theme in ("dark", "light"):
        for name, choice in VIEWS.items():
            go_to(here, choice)
            found = here.page.evaluate(MEASURE)
            what = f"{name} at {size[0]} px, {theme}"
            assert found["overflow"] <= 0, what
            if "table" not in choice:
                check_diagram(found, what)
                check_texts(found["stage_texts"], found["stage"], what)
                check_texts(found["time_texts"], found["time"], f"{what}, timeline")
        here.page.keyboard.press("t")


@pytest.mark.parametrize("size", SIZES[:3], ids=[str(width) for width, _ in SIZES[:3]])
def test_pausing_moves_nothing(
    size: tuple[int, int], visit: Callable[..., Visit], classic: Running
) -> None:
    here = visit(classic, size=size)
    go_to(here, "")
    before = here.page.evaluate(MEASURE)["moving"]
    here.page.click("[data-role=pause]")
    here.wait_for(lambda shown: shown.pill.startswith("PAUSED"), "it says so")
    assert here.page.evaluate(MEASURE)["moving"] == before


def go_to(here: Visit, choice: str) -> None:
    """Choose by address, as a link does, and wait until that is drawn."""
    here.page.evaluate("(link) => { location.hash = link; }", f"#v=1&{choice}")
    opens, inside = "peer=" in choice, "vni=" in choice

    def drawn(shown: Shown) -> bool:
        if "table" in choice:
            return bool(shown.raw["rows"])
        chosen = bool(shown.endpoints) == opens and (shown.chosen_network != "all") == inside
        return chosen and bool(shown.busy_peers)

    here.wait_for(drawn, choice)


def check_diagram(found: dict[str, Any], what: str) -> None:
    """The circle lies inside of its place, and that on the screen."""
    width, height = found["screen"]
    left, top, right, bottom = found["diagram"]
    assert left >= 0, what
    assert right <= width, what
    assert bottom - top <= height, what
    if width >= TWO_COLUMNS:
        assert top >= 0, what
        assert bottom <= height, what
    for place, (disc, stage) in enumerate(zip(found["disc"], found["diagram"], strict=True)):
        assert disc >= stage if place < 2 else disc <= stage, f"{what}: the circle is cut"


def check_texts(found: list[Any], within: list[float], what: str) -> None:
    """No text is cut by the edge of its place, or lies on another."""
    left, top, right, bottom = within
    texts = [(text, [(x, y) for x, y in corners]) for text, corners in found]
    assert texts, what
    cut = {
        text
        for text, corners in texts
        for x, y in corners
        if not (left - 1 <= x <= right + 1 and top - 1 <= y <= bottom + 1)
    }
    assert cut == set(), f"{what}: cut"
    covered = [
        (one, other)
        for place, (one, its) in enumerate(texts)
        for other, others in texts[place + 1 :]
        if overlap(its, others)
    ]
    assert covered == [], f"{what}: on each other"


def overlap(one: Corners, other: Corners) -> bool:
    """Whether two rectangles, each turned as it may be, share more than an edge.

    They do not if some side of one has all of the other beyond it (separating axis theorem).
    """
    sides = (
        (start, end)
        for corners in (one, other)
        for start, end in zip(corners, corners[1:] + corners[:1], strict=True)
    )
    across = ((end[1] - start[1], start[0] - end[0]) for start, end in sides)
    return not any(apart(one, other, axis) for axis in across)


def apart(one: Corners, other: Corners, axis: Point) -> bool:
    """Whether the shadows of both on an axis do not meet, up to a pixel and a half."""
    first, second = (shadow(corners, axis) for corners in (one, other))
    return first[1] <= second[0] + 1.5 or second[1] <= first[0] + 1.5


def shadow(corners: Corners, axis: Point) -> tuple[float, float]:
    """From where to where it reaches along an axis, in px."""
    length = hypot(*axis)
    along = [(x * axis[0] + y * axis[1]) / length for x, y in corners]
    return min(along), max(along)


def test_overlaps_are_found() -> None:
    square: Corners = [(0, 0), (10, 0), (10, 10), (0, 10)]
    beside: Corners = [(10, 0), (20, 0), (20, 10), (10, 10)]
    turned: Corners = [(12, 5), (17, 10), (12, 15), (7, 10)]
    beyond: Corners = [(16, 12), (21, 17), (16, 22), (11, 17)]
    assert overlap(square, turned)
    assert overlap(beside, turned)
    assert not overlap(square, beside)
    assert not overlap(square, beyond)
