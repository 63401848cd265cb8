"""The heat map: every cell, both margins, the keys from cell to cell."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.lab import commands
from tests.lab.commands import Running
from tests.web.expected import rounded
from tests.web.invented import Invented
from tests.web.reading import amount
from tests.web.visits import Visit

pytestmark = [pytest.mark.root, pytest.mark.browser]

LINK = "#v=2&view=matrix&period=total&unit=packets"
CELLS = (
    """() => [...document.querySelectorAll('#heat .cell')].map((cell) => cell.ariaLabel ?? '')"""
)
SAYS = re.compile(r"(\S+) sent (.+) to (?!itself)(\S+)")


def said_by_cells(here: Visit) -> dict[tuple[str, str], float]:
    """(sender, receiver) -> packets, of cells between two addresses that say more than nothing."""
    said: list[str] = []

    def all_say() -> bool:
        said[:] = here.page.evaluate(CELLS)
        return bool(said) and all(said)

    commands.wait_for(all_say, "all cells say what they are")
    found = (SAYS.fullmatch(text) for text in said)
    return {(one[1], one[3]): amount(one[2]) for one in found if one and one[2] != "nothing"}


def test_cells_are_those_of_the_api(visit: Callable[..., Visit], still: Invented) -> None:
    here = visit(still, f"{LINK}&top=500")
    matrix = still.get("api/v1/matrix?window=total&limit=500")
    labels = matrix["labels"]
    exact = {
        (sender, labels[j]): rounded(int(packets))
        for sender, row in zip(labels, matrix["packets"], strict=True)
        for j, packets in enumerate(row)
        if packets != "0"
    }
    assert said_by_cells(here) == exact


def test_keys_go_from_cell_to_cell_and_choose_the_pair(
    visit: Callable[..., Visit], classic: Running
) -> None:
    here = visit(classic, LINK)
    here.page.locator('#heat .cell[data-cell="0,0"]').focus()
    here.page.keyboard.press("ArrowDown")
    here.page.keyboard.press("ArrowRight")
    here.page.keyboard.press("ArrowRight")
    cell = here.page.locator('#heat .cell[data-cell="1,2"]')
    expect(cell).to_be_focused()
    here.page.keyboard.press("Home")
    expect(here.page.locator('#heat .cell[data-cell="1,0"]')).to_be_focused()
    here.page.keyboard.press("Enter")
    chosen = re.compile(r"chosen=172\.16\.1\.100\|172\.16\.1\.101")
    expect(here.page).to_have_url(chosen)
    # It stays chosen in the other views.
    here.page.keyboard.press("1")
    expect(here.page).to_have_url(chosen)


def test_five_hundred_peers_share_rows_and_open_by_a_click(
    visit: Callable[..., Visit], many: Invented
) -> None:
    here = visit(many, "#v=2&view=matrix&top=500")
    rows = here.page.locator("#heat [role=rowheader]")
    count = rows.count()
    assert 20 <= count <= 48
    rows.filter(has_text="/").first.click()  # who that is may change until then
    expect(here.page).to_have_url(re.compile(r"filter=outer:172\.16\."))
