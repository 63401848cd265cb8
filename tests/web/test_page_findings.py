"""What is wrong is told on the page: counted, listed, marked where it is, and let go of."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.lab import commands
from tests.lab.finding import Broken
from tests.web.conftest import DEMO
from tests.web.invented import Invented
from tests.web.test_export import alone, exported
from tests.web.visits import Visit

pytestmark = [pytest.mark.root, pytest.mark.browser]

SIZES = [(360, 780), (760, 1000), (1280, 800), (2560, 1440)]
BADGE = "#tab-findings .badge"
ROWS = "#panel-findings .finding"
DETAIL = "[data-role=finding]"
MUTED = re.compile(r"^muted until .*\d\d:\d\d$")
# Texts of the view that are beyond its edges, or a line that its box cuts, where none may be.
CUT = """() => {
  const within = document.querySelector('#panel-findings').getBoundingClientRect();
  const texts = '#panel-findings :is(.title, .where, .when, .severity, .finding-head > span)';
  return [...document.querySelectorAll(texts)].filter((node) => {
    const box = node.getBoundingClientRect();
    return box.left < within.left || box.right > within.right || node.scrollWidth > box.width + 1;
  }).map((node) => node.textContent);
}"""


@pytest.fixture(scope="module")
def broken(home: int, folder: Path) -> Iterator[Broken]:
    """A demo that can be broken, with nothing wrong yet."""
    with commands.demo(home, folder, *DEMO, "--traffic", "classic") as running:
        commands.wait_for(lambda: running.get("api/v1/status")["peers"] == 9, "all peers are seen")
        yield Broken(running, folder)


def marked(page: Page) -> set[str]:
    """The peers whose arcs have the mark."""
    arcs = page.locator('#chord .peer:has(.found:not([d=""]))')
    return set(arcs.evaluate_all("(arcs) => arcs.map((arc) => arc.dataset.peer)"))


def expect_marked(page: Page, *peers: str) -> None:
    """Wait until they have the mark, and nobody else: the header is drawn before the arcs."""
    commands.wait_for(lambda: marked(page) == set(peers), f"marks at {peers or 'nobody'}")


def expect_marks(page: Page, fault: dict[str, Any]) -> None:
    """Of the matrix and the sankey."""
    page.keyboard.press("2")
    rows = page.locator("#heat [role=rowheader]:has(.found)")
    expect(rows).to_have_text(["172.16.1.100", fault["address"]])
    expect(rows.first).to_have_attribute("aria-description", re.compile("^open finding: "))
    page.keyboard.press("3")
    senders = page.locator('#sankey .senders:has(.found:not([d=""]))')
    expect(senders).to_have_count(2)


def expect_listed(page: Page, fault: dict[str, Any], told: dict[str, Any]) -> None:
    """As the only one, with its detail beside it."""
    page.keyboard.press("6")
    row = page.locator(ROWS)
    expect(row).to_have_count(1)
    expect(row).to_have_attribute("aria-current", "true")
    where = f"172.16.1.100 →\n{fault['address']}\nVNI {fault['vni']}"
    expect(row.locator(".where")).to_have_text(where, use_inner_text=True)
    expect(page.locator("[data-role=next]")).to_have_text(told["next"])
    expect(page.locator(DETAIL)).to_contain_text(told["explanation"].split(". ")[1])
    expect(page.locator(f"{DETAIL} .facts")).to_contain_text("Unanswered asks")
    expect(page.locator(f"{DETAIL} .finding-curve .line")).to_have_attribute("d", re.compile("M"))


def test_it_is_told_where_it_is_until_it_is_repaired(
    visit: Callable[..., Visit], broken: Broken
) -> None:
    here = visit(broken.demo)
    page = here.page
    expect(page.locator(BADGE)).to_be_hidden()
    page.keyboard.press("6")
    expect(page.locator("[data-role=nothing-found]")).to_contain_text("Nothing is wrong")
    expect(page.locator("[data-role=checks]")).to_contain_text("14 quiet")
    page.keyboard.press("1")

    fault = broken.make("one-way")["one-way"]
    expect(page.locator(BADGE)).to_have_text("1 open")
    expect(page.locator("#open-findings")).to_have_text("1")
    expect(page.locator("#said")).to_have_text("New finding: Answers do not come back")
    there = f'#chord .peer[data-peer="{fault["address"]}"]'
    expect(page.locator(there)).to_have_attribute(
        "aria-label", re.compile("; open finding: Answers do not come back$")
    )
    expect_marked(page, "172.16.1.100", fault["address"])

    expect_marks(page, fault)
    (told,) = (one for one in broken.rows() if one["state"] == "open")
    expect_listed(page, fault, told)

    page.get_by_role("button", name="Show in chord").click()
    pair = f"172.16.1.100|{fault['address']}"
    expect(page.locator(".open-findings .found")).to_have_text("highAnswers do not come back")
    assert f"chosen={pair}" in page.evaluate("decodeURIComponent(location.hash)")

    broken.lab("repair")
    expect(page.locator(BADGE)).to_be_hidden()
    expect(page.locator("#findings")).to_have_text(re.compile(r"^\s*0\s*open findings\s*$"))
    expect_marked(page)
    page.keyboard.press("6")
    expect(page.locator(ROWS).locator(".when")).to_have_text(re.compile(r"^closed \d\d:\d\d$"))
    expect(page.locator("[data-role=findings-counts]")).to_have_text("1 closed")
    expect(page.locator("[data-role=nothing-found]")).to_be_visible()


def test_what_is_muted_keeps_quiet_in_this_browser(
    visit: Callable[..., Visit], still: Invented
) -> None:
    here = visit(still, "#v=2&view=findings")
    page = here.page
    expect(page.locator(BADGE)).to_have_text("1 open")
    page.get_by_role("button", name="Mute 1 h").click()
    expect(page.locator(BADGE)).to_be_hidden()
    expect(page.locator(f"{ROWS} .when")).to_have_text(MUTED)
    page.keyboard.press("1")
    expect(page.locator("#chord .peer").first).to_be_visible()
    expect_marked(page)
    page.reload()
    page.keyboard.press("6")
    expect(page.locator(f"{ROWS} .when")).to_have_text(MUTED)
    expect(page.locator("[data-role=findings-counts]")).to_have_text("1 muted")
    page.get_by_role("button", name="Unmute").click()
    expect(page.locator(BADGE)).to_have_text("1 open")
    assert still.get("api/v1/status")["findings"]["open"] == 1


def test_a_link_leads_to_one(visit: Callable[..., Visit], still: Invented) -> None:
    (row,) = still.get("api/v1/findings")["rows"]
    page = visit(still, f"#v=2&view=findings&finding={row['id']}").page
    expect(page.locator(f"{DETAIL} .finding-title")).to_have_text(row["title"])
    gone = visit(still, "#v=2&view=findings&finding=0123456789ab").page
    expect(gone.locator(DETAIL)).to_have_text("It is not remembered any more.", use_inner_text=True)


def test_it_can_be_saved(visit: Callable[..., Visit], still: Invented, tmp_path: Path) -> None:
    (row,) = still.get("api/v1/findings")["rows"]
    here = visit(still, "#v=2&view=findings")
    expect(here.page.locator(ROWS)).to_have_count(1)
    saved = json.loads(exported(here, "JSON", tmp_path).read_text(encoding="utf-8"))
    (line,) = saved["rows"]
    assert line[:2] == [row["name"], "open"]
    assert line[-1] == row["explanation"]
    with alone(here) as page:
        page.goto(exported(here, "HTML", tmp_path).as_uri())
        expect(page.locator(f"{ROWS} .title")).to_have_text(row["title"])
        expect(page.locator(BADGE)).to_have_text("1 open")


@pytest.mark.parametrize("size", SIZES, ids=[str(width) for width, _ in SIZES])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_nothing_is_cut(
    theme: str, size: tuple[int, int], visit: Callable[..., Visit], still: Invented
) -> None:
    page = visit(still, "#v=2&view=findings", size=size, theme=theme).page
    expect(page.locator(ROWS)).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate(CUT) == []
