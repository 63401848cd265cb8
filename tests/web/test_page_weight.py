"""What a first visit has to fetch, and how soon something is seen."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser
from tests.web.invented import Invented
from tests.web.visits import DESK, address

from tunnel_monitor.serve import page

pytestmark = [pytest.mark.root, pytest.mark.browser]

# Scripts, styles and the document. Fonts come after the first paint, are kept for a year, and
# stand beside: a page without them is whole, in the system's own.
MOST_BYTES = 150_000
MOST_FONT_BYTES = 100_000
PAINT_MS = 300
MOST_ROUNDS = 100  # one of them is met by a moment in which the machine has nothing else to do

FETCHED = """() => [
  ...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource'),
].filter(({ name }) => !name.includes('/api/')).map(
  ({ name, encodedBodySize }) => [name, encodedBodySize])"""
PAINTED = """() => new Promise((done) => new PerformanceObserver((list) => {
  const [paint] = list.getEntriesByName('first-contentful-paint');
  if (paint) done(paint.startTime);
}).observe({ type: 'paint', buffered: true }))"""


def test_the_page_is_small(browser: Browser, still: Invented) -> None:
    here = browser.new_page()
    here.goto(address(still))
    here.wait_for_selector("html[data-ready]", state="attached")
    here.evaluate("document.fonts.ready.then(() => null)")
    sizes = Counter[bool]()
    for url, size in here.evaluate(FETCHED):
        sizes[PurePosixPath(urlsplit(url).path).suffix == ".woff2"] += size
    here.close()
    assert 50_000 < sizes[False] <= MOST_BYTES
    assert 10_000 < sizes[True] <= MOST_FONT_BYTES


def test_all_that_is_built_is_small() -> None:
    """Also what a first visit leaves out: nothing is hidden behind a later import."""
    built = {
        path: len(gzip.compress(file.body))
        for path, file in page.load().items()
        if path != "/" and path.endswith((".html", ".js", ".css", ".svg"))
    }
    assert sum(built.values()) <= MOST_BYTES, built


def test_something_is_seen_soon(browser: Browser, still: Invented) -> None:
    """The best of several first visits, each with nothing in its cache."""
    taken_ms = []
    for _ in range(MOST_ROUNDS):
        context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]})
        here = context.new_page()
        here.goto(address(still), wait_until="commit")
        taken_ms.append(here.evaluate(PAINTED))
        context.close()
        if taken_ms[-1] < PAINT_MS:
            break
    print(taken_ms)
    assert min(taken_ms) < PAINT_MS, taken_ms
