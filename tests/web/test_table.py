"""The table: the API's rows as lines, any number of them, in any order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.lab import commands
from tests.web.expected import rounded
from tests.web.invented import Invented
from tests.web.reading import amount
from tests.web.visits import Tabs, Visit

pytestmark = [pytest.mark.root, pytest.mark.browser]

LINK = "#v=2&view=table&period=total&unit=packets"
ENDS = ("outer_src", "outer_dst", "inner_src", "inner_dst")
SCROLL = "(top) => { document.querySelector('[data-role=table]').scrollTop = top; }"


def check_lines(here: Visit, server: Invented, query: str, *places: int) -> None:
    """What is in sight is what the API says stands at these places."""

    lines: dict[int, Any] = {}

    def there() -> bool:
        rows = here.shown().raw["rows"]  # one that waits for its numbers has no place
        lines.clear()
        lines.update({row["place"]: row for row in rows if row["place"] is not None})
        return set(places) <= lines.keys()

    commands.wait_for(there, f"the lines {places}")
    first = min(lines)
    page = f"offset={first}&limit={max(lines) - first + 1}"
    rows = server.get(f"api/v1/flows?window=total&{page}&{query}")["rows"]
    for place, line in lines.items():
        row = rows[place - first]
        assert amount(line["packets"]) == rounded(int(row["packets"])), place
        for name in ENDS:
            if name in row:
                assert line[name] == (row[name] or "no address"), place
        if "vni" in row:
            assert line["vni"] == str(row["vni"]), place


@pytest.mark.parametrize(
    ("kind", "by"),
    [("flows", "conversation"), ("tunnels", "tunnel"), ("peers", "peer"), ("networks", "segment")],
)
def test_lines_are_the_apis_groups(
    kind: str, by: str, visit: Callable[..., Visit], still: Invented
) -> None:
    here = visit(still, f"{LINK}&rows={kind}")
    check_lines(here, still, f"by={by}&sort=-packets", 0, 1, 2, 3)


def test_a_filter_hides_lines_and_the_sum_says_so(
    visit: Callable[..., Visit], still: Invented
) -> None:
    here = visit(still, f"{LINK}&filter=peer:172.16.1.107")
    query = "filter=peer:172.16.1.107&by=conversation&sort=-packets"
    check_lines(here, still, query, 0, 5)
    reply = still.get(f"api/v1/flows?window=total&limit=1&{query}")
    shown = int(reply["rows"][0]["packets"]) + int(reply["other"]["packets"])
    everything = int(reply["all"]["packets"])
    sums = here.page.locator(".table-sum b")
    said = [amount(text) for text in sums.all_text_contents()]
    assert said == [rounded(shown), rounded(everything - shown), rounded(everything)]


def test_fifty_thousand_lines_scroll(visit: Callable[..., Visit], many_still: Invented) -> None:
    here = visit(many_still, f"{LINK}&sort=inner_src")
    query = "by=conversation&sort=inner_src"
    check_lines(here, many_still, query, 0, 5)
    count = int(here.page.locator("#lines").get_attribute("aria-rowcount") or 0) - 1
    assert count > 50_000
    for place in (40_000, count - 1):
        here.page.evaluate(SCROLL, place * 32 - 200)
        check_lines(here, many_still, query, place)
    assert here.page.locator("#panel-table tr[data-place]").count() < 60


def test_a_click_on_a_head_sorts_by_it_and_a_link_keeps_that(
    visit: Callable[..., Visit], still: Invented
) -> None:
    here = visit(still, f"{LINK}&rows=tunnels")
    head = here.page.get_by_role("columnheader", name="VNI")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    check_lines(here, still, "by=tunnel&sort=vni", 0, 1)
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    check_lines(here, still, "by=tunnel&sort=-vni", 0, 1)
    assert "sort=-vni" in here.location()
    here.page.go_back()
    expect(head).to_have_attribute("aria-sort", "ascending")


def test_keys_go_from_line_to_line_and_choose(visit: Callable[..., Visit], still: Invented) -> None:
    here = visit(still, f"{LINK}&rows=tunnels&sort=outer_src")
    grid = here.page.locator("#lines")
    grid.focus()
    here.page.keyboard.press("ArrowDown")
    here.page.keyboard.press("ArrowDown")
    here.page.keyboard.press("Enter")
    line = here.page.locator('tr[data-place="2"]')
    expect(line).to_have_attribute("aria-selected", "true")
    assert "chosen=" in here.location()
    here.page.keyboard.press("End")
    count = int(grid.get_attribute("aria-rowcount") or 0)
    last = here.page.locator(f'tr[aria-rowindex="{count}"]')
    expect(last).to_be_in_viewport()
    assert grid.get_attribute("aria-activedescendant") == last.get_attribute("id")


def test_the_order_stands_still_under_the_pointer(
    visit: Callable[..., Visit], mirror: Invented
) -> None:
    """Rates change all the time, and with them who is first of many equals."""
    here = visit(mirror, "#v=2&view=table")
    here.page.locator('tr[data-place="3"]').hover()
    names = [line["inner_src"] for line in here.shown().raw["rows"]]
    rates = [line["bits"] for line in here.shown().raw["rows"]]

    def changed() -> bool:
        return [line["bits"] for line in here.shown().raw["rows"]][:5] != rates[:5]

    for _ in range(8):
        commands.wait_for(changed, "new rates")
        rates = [line["bits"] for line in here.shown().raw["rows"]]
        assert [line["inner_src"] for line in here.shown().raw["rows"]] == names


def test_names_stand_beside_addresses(tabs: Tabs, home: int, folder: Path, tmp_path: Path) -> None:
    names = tmp_path / "names"
    names.write_text("172.16.1.101 gateway1\n192.168.0.2 client2\n")
    words = ("--hosts", "2", "--segments", "1", "--traffic", "classic", "--names", str(names))
    with (
        commands.demo(home, folder, "--listen", "127.0.0.1:0", *words) as running,
        tabs.visiting(running, "#v=2&view=table", size=(2560, 1440)) as here,
    ):
        for column, name in (("outer", "gateway1"), ("inner", "client2")):
            alias = here.page.locator(f".column-{column} .alias", has_text=name).first
            expect(alias).to_be_visible()
