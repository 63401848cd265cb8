"""From all peers into one and into one network, and every way back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.lab.commands import Running
from tests.web.reading import Endpoint, Shown
from tests.web.visits import Visit, address

pytestmark = [pytest.mark.root, pytest.mark.browser]

PEER = "172.16.1.108"
OPENED = f"#v=2&layer=overlay&filter=peer:{PEER}"
CHOSEN = f"#v=2&chosen={PEER}"
OVERVIEW = {f"172.16.1.{number}" for number in range(100, 109)}


def is_open(shown: Shown) -> bool:
    return "192.168.3.9" in {where.address for where in shown.endpoints if where.peer == PEER}


def is_overview(shown: Shown) -> bool:
    return not shown.endpoints and shown.hosts == OVERVIEW


def opened(here: Visit) -> Shown:
    return here.wait_for(is_open, "the endpoints behind the peer")


def overview(here: Visit) -> Shown:
    return here.wait_for(is_overview, "all peers")


def test_a_click_on_a_peer_shows_the_endpoints_behind_it_at_its_place(
    visit: Callable[..., Visit], classic: Running
) -> None:
    here = visit(classic)
    overview(here)
    here.choose_peer(PEER)
    shown = opened(here)
    assert {where.address for where in shown.endpoints if where.address} == {"192.168.3.9"}
    assert shown.hosts == OVERVIEW
    assert here.page.inner_text("[data-role=chosen]") == PEER
    assert here.location() == address(classic) + CHOSEN


def test_another_click_shows_its_traffic_alone(
    visit: Callable[..., Visit], classic: Running
) -> None:
    here = visit(classic)
    overview(here)
    here.open_peer(PEER)
    shown = here.wait_for(lambda shown: shown.hosts != OVERVIEW, "its traffic alone")
    assert {where for where in shown.endpoints if where.address} == {
        Endpoint(PEER, 10003, "192.168.3.9"),
        Endpoint("172.16.1.100", 10003, "192.168.3.1"),
    }
    assert shown.hosts == {PEER, "172.16.1.100"}
    assert shown.raw["crumbs"].startswith(f"All peers\u203a{PEER}")
    assert here.page.inner_text("[data-role=chosen]") == PEER
    assert here.location() == address(classic) + OPENED


def escape_twice(page: Page) -> None:
    for _ in range(2):
        page.keyboard.press("Escape")


WAYS_BACK: dict[str, Callable[[Page], object]] = {
    "clear": lambda page: page.click("[data-role=clear]"),
    "esc": escape_twice,
    "back": lambda page: (page.go_back(), page.go_back()),
    "crumb": lambda page: page.click("#crumbs >> text=All peers"),
    "panel": lambda page: page.click("#right .acts >> text=All"),
}


@pytest.mark.parametrize("way", WAYS_BACK)
def test_ways_back(way: str, visit: Callable[..., Visit], classic: Running) -> None:
    here = visit(classic)
    overview(here)
    here.open_peer(PEER)
    opened(here)
    WAYS_BACK[way](here.page)
    overview(here)
    assert here.location() == address(classic)
    expect(here.page.locator("[data-role=clear]")).to_be_hidden()


def test_back_and_forward(visit: Callable[..., Visit], classic: Running) -> None:
    here = visit(classic)
    here.page.click('[data-vni="10003"]')
    here.wait_for(
        lambda shown: PEER in shown.hosts and shown.chosen_network == "10003", "the network"
    )
    here.choose_peer(PEER)
    opened(here)
    here.page.go_back()
    shown = here.wait_for(lambda shown: not shown.endpoints, "the network's peers")
    assert shown.chosen_network == "10003"
    here.page.go_back()
    assert overview(here).chosen_network == "all"
    here.page.go_forward()
    here.page.go_forward()
    assert opened(here).chosen_network == "10003"


def test_a_link_shows_the_same(visit: Callable[..., Visit], classic: Running) -> None:
    first = visit(classic)
    first.page.click('[data-vni="10000"]')
    first.wait_for(lambda shown: shown.chosen_network == "10000", "10000 is chosen")
    first.open_peer("172.16.1.103")
    first.page.click("[data-role=window-total]")
    first.page.click("[data-role=unit-packets]")
    link = first.location().removeprefix(address(classic))
    assert link == (
        "#v=2&layer=overlay&filter=vni:10000+peer:172.16.1.103&unit=packets&period=total"
    )
    second = visit(classic, link)
    for here in (first, second):
        shown = here.wait_for(lambda shown: bool(shown.endpoints), "endpoints")
        assert {where.address for where in shown.endpoints} <= {"", "192.168.0.1", "192.168.0.4"}
        assert shown.chosen_network == "10000"
        assert "pkt and received" in shown.raw["arcs"][0]["said"]


def test_esc_goes_up_one_step_at_a_time(visit: Callable[..., Visit], classic: Running) -> None:
    here = visit(classic, f"#v=1&vni=10003&peer={PEER}")
    opened(here)
    here.page.keyboard.press("Escape")
    here.wait_for(lambda shown: not shown.endpoints, "the peer and whom it talks to")
    here.page.keyboard.press("Escape")
    three = {"172.16.1.100", "172.16.1.107", PEER}
    shown = here.wait_for(lambda shown: shown.hosts == three, "the network's peers")
    assert shown.chosen_network == "10003"
    here.page.keyboard.press("Escape")
    assert overview(here).chosen_network == "all"
    here.page.keyboard.press("Escape")
    here.page.keyboard.press("Escape")
    overview(here)


def test_lists_open_peers_too(visit: Callable[..., Visit], classic: Running) -> None:
    here = visit(classic)
    here.page.click(f'[data-talker="{PEER}"]')
    opened(here)
    here.page.keyboard.press("4")
    here.page.click('#panel-table .column-outer .from:has-text("172.16.1.100")')
    here.page.keyboard.press("1")
    here.wait_for(lambda shown: shown.hosts == OVERVIEW, "whom 172.16.1.100 talks to")
    assert here.page.inner_text("[data-role=chosen]") == "172.16.1.100"


@pytest.mark.parametrize(
    "fragment", ["#v=1&peer=<b>&vni=-1&window=x&unit=%00&view=pie", "#v=3&filter=vni:1", "#&=%"]
)
def test_what_a_link_says_wrong_counts_as_not_said(
    fragment: str, visit: Callable[..., Visit], classic: Running
) -> None:
    assert overview(visit(classic, fragment)).chosen_network == "all"


def test_a_link_of_a_newer_version_says_so_until_something_is_chosen(
    visit: Callable[..., Visit], classic: Running
) -> None:
    here = visit(classic, "#v=9&view=table")
    notice = here.page.locator("#notice")
    expect(notice).to_contain_text("made by a newer version")
    here.page.keyboard.press("2")
    expect(notice).to_be_hidden()
    here.page.go_back()
    expect(notice).to_be_visible()
    here.page.goto(address(classic) + "#v=1&view=table")
    expect(notice).to_be_hidden()


def test_a_peer_nobody_has_seen_is_said_to_be_silent(
    visit: Callable[..., Visit], classic: Running
) -> None:
    here = visit(classic, "#v=1&peer=192.0.2.7")
    quiet = here.page.locator("#quiet")
    expect(quiet).to_have_text("No tunnelled traffic with peer:192.0.2.7 in the last interval")
    here.page.keyboard.press("Escape")
    here.page.keyboard.press("Escape")
    overview(here)
