"""The page by keyboard, in words, and in both themes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, TypeAlias

import pytest
from playwright.sync_api import Page, expect
from tests.lab.commands import Running
from tests.web.reading import Shown, amount
from tests.web.visits import Visit, drain_again

Theme: TypeAlias = Literal["dark", "light"]

pytestmark = [pytest.mark.root, pytest.mark.browser]

PEERS = [f"172.16.1.{number}" for number in range(100, 109)]
RIBBON = "172.16.1.100|172.16.1.108"
RIBBON_WORDS = re.compile(
    r"(\S+) sends ([\d.]+\u2009k?b/s) to (\S+), which sends ([\d.]+\u2009k?b/s) back"
)
FOCUSED = "() => document.activeElement.dataset"


def focused(page: Page) -> dict[str, str]:
    """The hooks of what has the focus."""
    found: dict[str, str] = page.evaluate(FOCUSED)
    return found


def test_the_tab_key_reaches_the_diagram(visit: Callable[..., Visit], classic: Running) -> None:
    here = visit(classic)
    for _ in range(40):
        here.page.keyboard.press("Tab")
        if "arc" in focused(here.page):
            break
    assert focused(here.page)["arc"] == PEERS[0]
    here.page.keyboard.press("Tab")
    assert "arc" not in focused(here.page)


def test_arrows_go_round(visit: Callable[..., Visit], classic: Running) -> None:
    here = visit(classic, "#v=1&paused=1")
    here.page.focus(f'.peer[data-peer="{PEERS[0]}"]')
    circle = list(here.shown().peers)
    visited = []
    for _ in circle:
        visited.append(focused(here.page)["arc"])
        here.page.keyboard.press("ArrowRight")
    assert visited == circle
    assert visited[:9] == PEERS
    assert focused(here.page)["arc"] == PEERS[0]
    here.page.keyboard.press("ArrowLeft")
    assert focused(here.page)["arc"] == circle[-1]


def test_enter_opens_and_esc_goes_back(visit: Callable[..., Visit], classic: Running) -> None:
    here = visit(classic)
    here.page.focus(f'.peer[data-peer="{PEERS[8]}"]')
    here.wait_for_drain(drain_again(classic))  # which takes no focus away
    here.page.keyboard.press("Enter")
    shown = here.wait_for(lambda shown: bool(shown.endpoints), "the endpoints behind it")
    assert "192.168.3.9" in {where.address for where in shown.endpoints}
    here.page.keyboard.press("Escape")
    here.wait_for(lambda shown: not shown.endpoints, "all peers again")
    assert focused(here.page)["arc"] == PEERS[8]


def test_arrows_go_along_the_ribbons_of_an_arc(
    visit: Callable[..., Visit], classic: Running
) -> None:
    here = visit(classic)
    here.page.focus(f'.peer[data-peer="{PEERS[8]}"]')
    here.page.keyboard.press("ArrowDown")
    assert focused(here.page)["ribbon"] == RIBBON
    expect(here.page.locator("#tip")).to_contain_text("of all shown")
    here.page.keyboard.press("ArrowUp")
    assert focused(here.page)["arc"] == PEERS[8]


def test_space_pauses_and_goes_on(visit: Callable[..., Visit], classic: Running) -> None:
    here = visit(classic)
    pause = here.page.locator("[data-role=pause]")
    here.page.keyboard.press("Space")
    here.wait_for(lambda shown: shown.pill.startswith("PAUSED"), "it says so")
    expect(pause).to_have_attribute("aria-label", "Resume")
    here.page.keyboard.press("Space")
    here.wait_for(lambda shown: shown.pill == "LIVE", "it is live")
    expect(pause).to_have_attribute("aria-label", "Pause")
    here.page.focus("#theme")
    here.page.keyboard.press("Space")  # presses the button, no more
    expect(here.page.locator("html")).to_have_attribute("data-theme", "light")
    assert here.shown().pill == "LIVE"
    pause.focus()
    here.page.keyboard.press("Space")
    here.wait_for(lambda shown: shown.pill.startswith("PAUSED"), "it says so")


def test_numbers_change_the_view(visit: Callable[..., Visit], classic: Running) -> None:
    here = visit(classic)
    here.page.keyboard.press("4")
    expect(here.page.locator("#panel-table")).to_be_visible()
    expect(here.page.locator("#panel-chord")).to_be_hidden()
    expect(here.page.locator("#tab-table")).to_have_attribute("aria-selected", "true")
    here.page.keyboard.press("1")
    expect(here.page.locator("#panel-chord")).to_be_visible()
    here.page.focus("#tab-chord")
    here.page.keyboard.press("ArrowRight")
    expect(here.page.locator("#panel-matrix")).to_be_visible()
    expect(here.page.locator("#tab-matrix")).to_be_focused()


def test_help(visit: Callable[..., Visit], classic: Running) -> None:
    here = visit(classic)
    dialog = here.page.get_by_role("dialog")
    here.page.keyboard.press("?")
    expect(dialog).to_contain_text("pause and resume")
    here.page.keyboard.press("Space")  # on its button: closes it, and does not pause
    expect(dialog).to_be_hidden()
    here.page.click("#help-open")
    expect(dialog).to_be_visible()
    here.page.keyboard.press("t")
    here.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert here.shown().pill == "LIVE"
    expect(here.page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize(("system", "other"), [("dark", "light"), ("light", "dark")])
def test_the_theme_is_the_systems_until_chosen(
    system: Theme, other: Theme, visit: Callable[..., Visit], classic: Running
) -> None:
    here = visit(classic, theme=system)
    root = here.page.locator("html")
    expect(root).to_have_attribute("data-theme", system)
    for now in (other, system):  # as systems do in the evening
        here.page.emulate_media(color_scheme=now)
        expect(root).to_have_attribute("data-theme", now)
    before = background(here.page)
    here.page.keyboard.press("t")
    expect(root).to_have_attribute("data-theme", other)
    assert (background(here.page) > before) == (other == "light")
    here.page.reload()
    expect(root).to_have_attribute("data-theme", other)
    here.page.emulate_media(color_scheme=system)
    here.page.emulate_media(color_scheme=other)
    here.page.emulate_media(color_scheme=system)
    expect(root).to_have_attribute("data-theme", other)
    here.page.click("#theme")
    expect(root).to_have_attribute("data-theme", system)


def background(page: Page) -> int:
    """How light the page is: the sum of red, green and blue."""
    colour = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3])


def all_send(shown: Shown) -> bool:
    return shown.hosts == set(PEERS) and all(all(shown.peers[peer]) for peer in PEERS)


def test_every_mark_says_what_it_is(visit: Callable[..., Visit], classic: Running) -> None:
    shown = visit(classic).wait_for(all_send, "everybody sends and receives")
    hub, *others = PEERS
    assert list(shown.peers)[:9] == PEERS  # reading them fails if arcs say anything else
    said = dict(shown.raw["ribbons"])
    for peer in others:  # each has one ribbon, as only the first host's traffic is seen
        words = RIBBON_WORDS.fullmatch(said[f"{hub}|{peer}"])
        assert words, said[f"{hub}|{peer}"]
        both = dict(zip(words.group(1, 3), map(amount, words.group(2, 4)), strict=True))
        assert both == {peer: shown.peers[peer].sent, hub: shown.peers[peer].received}


def test_the_tooltip_says_what_a_ribbon_is(visit: Callable[..., Visit], classic: Running) -> None:
    here = visit(classic)
    tip = here.page.locator("#tip")
    here.point_at(f'.ribbon[data-ribbon="{RIBBON}"]')
    expect(tip).to_have_text(
        re.compile(RIBBON_WORDS.pattern + r"[\d.]+\u2009% of all shown · VNI 10003 · 2 tunnels$")
    )
    said, told = here.page.evaluate(
        """(key) => [document.querySelector(`.ribbon[data-ribbon="${key}"]`).ariaLabel,
                     document.querySelector('#tip').firstElementChild.textContent]""",
        RIBBON,
    )
    assert told == said
    here.page.mouse.move(640, 20)
    expect(tip).to_be_hidden()


def test_the_tooltip_says_what_an_arc_is(visit: Callable[..., Visit], classic: Running) -> None:
    here = visit(classic)
    here.point_at(f'.peer[data-peer="{PEERS[8]}"]')
    tip = here.page.locator("#tip")
    expect(tip).to_contain_text("of all sent")
    expect(tip).to_contain_text("Click to open its endpoints")
    expect(tip.locator("div")).to_have_text(
        re.compile(r"^172\.16\.1\.108 sends [\d.]+\u2009kb/s and receives [\d.]+\u2009kb/s$")
    )
