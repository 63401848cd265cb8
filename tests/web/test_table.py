"""The table: the diagram's numbers as lines, any number of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.lab.commands import Running
from tests.web.expected import rounded
from tests.web.reading import amount
from tests.web.visits import Visit

pytestmark = [pytest.mark.root, pytest.mark.browser]

LINK = "#v=2&view=table&period=total&unit=packets"
TALL = (1280, 4000)  # all lines of the demo are in sight
TUNNEL = ("outer_src", "outer_dst", "vni")
FLOW = (*TUNNEL, "inner_src", "inner_dst")


def test_tunnels_are_those_of_the_api(visit: Callable[..., Visit], classic: Running) -> None:
    here = visit(classic, f"{LINK}&rows=tunnels", size=TALL)
    shown, (flows,) = here.with_api("flows?window=total")
    exact: Counter[tuple[str, ...]] = Counter()
    for row in flows["rows"]:
        exact[tuple(str(row[name]) for name in TUNNEL)] += int(row["packets"])
    lines = shown.raw["rows"]
    drawn = {tuple(line[name] for name in TUNNEL): amount(line["packets"]) for line in lines}
    assert drawn == {key: rounded(packets) for key, packets in exact.items()}


def test_flows_of_a_peer_are_those_of_the_api(
    visit: Callable[..., Visit], classic: Running
) -> None:
    here = visit(classic, f"{LINK}&filter=peer:172.16.1.101", size=TALL)
    shown, (flows,) = here.with_api("flows?window=total&peer=172.16.1.101")
    exact = {
        tuple(str(row[name]) or "no address" for name in FLOW): rounded(int(row["packets"]))
        for row in flows["rows"]
    }
    lines = shown.raw["rows"]
    assert {tuple(line[name] for name in FLOW): amount(line["packets"]) for line in lines} == exact
    sums = [amount(line["packets"]) for line in lines]
    assert sums == sorted(sums, reverse=True)


def test_a_click_on_a_head_sorts_by_it_and_a_link_keeps_that(
    visit: Callable[..., Visit], classic: Running
) -> None:
    here = visit(classic, f"{LINK}&rows=tunnels", size=TALL)
    head = here.page.get_by_role("columnheader", name="VNI")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    vnis = [line["vni"] for line in here.shown().raw["rows"]]
    assert vnis == sorted(vnis)
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    assert "sort=-vni" in here.page.url
    here.page.go_back()
    expect(head).to_have_attribute("aria-sort", "ascending")


def test_keys_go_from_line_to_line_and_choose(
    visit: Callable[..., Visit], classic: Running
) -> None:
    here = visit(classic, f"{LINK}&rows=tunnels&sort=outer_src")
    grid = here.page.get_by_role("grid")
    grid.focus()
    here.page.keyboard.press("ArrowDown")
    here.page.keyboard.press("ArrowDown")
    here.page.keyboard.press("Enter")
    line = here.page.locator('tr[data-place="2"]')
    expect(line).to_have_attribute("aria-selected", "true")
    assert "chosen=" in here.page.url
    here.page.keyboard.press("End")
    count = int(grid.get_attribute("aria-rowcount") or 0)
    last = here.page.locator(f'tr[aria-rowindex="{count}"]')
    expect(last).to_be_in_viewport()
    assert grid.get_attribute("aria-activedescendant") == last.get_attribute("id")
