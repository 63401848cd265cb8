"""Each chart's rows say what the chart shows, and that is what the API says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.web.expected import rounded
from tests.web.invented import Invented
from tests.web.reading import amount
from tests.web.visits import Visit

pytestmark = [pytest.mark.root, pytest.mark.browser]

LINK = "#v=2&twin=1&unit=packets"
ROWS = """() => [...document.querySelectorAll('#twin tbody tr')]
  .map((row) => [...row.children].map((cell) => cell.textContent))"""


def rows_of(here: Visit) -> list[list[str]]:
    """The cells of the rows, all of which must be there."""
    expect(here.page.locator("#twin")).to_be_visible()
    here.shown()
    expect(here.page.locator("#twin .more")).to_be_hidden()
    found: list[list[str]] = here.page.evaluate(ROWS)
    assert found
    return found


@pytest.mark.parametrize("view", ["chord", "matrix"])
def test_rows_of_pairs(view: str, visit: Callable[..., Visit], still: Invented) -> None:
    here = visit(still, f"{LINK}&view={view}&period=total&top=500")
    matrix = still.get("api/v1/matrix?window=total&limit=500")
    labels = matrix["labels"]
    exact = {
        (sender, labels[j]): rounded(int(packets))
        for sender, row in zip(labels, matrix["packets"], strict=True)
        for j, packets in enumerate(row)
        if packets != "0"
    }
    assert {(sender, to): amount(sent) for sender, to, sent in rows_of(here)} == exact


def test_rows_of_the_sankey(visit: Callable[..., Visit], still: Invented) -> None:
    query = "filter=vni:10001"
    here = visit(still, f"{LINK}&view=sankey&period=total&top=500&{query}")
    sums = Counter[tuple[str, str, str]]()
    for row in still.get(f"api/v1/flows?window=total&{query}")["rows"]:
        sums[row["outer_src"], str(row["vni"]), row["outer_dst"]] += int(row["packets"])
    found = {
        (sender, vni, behind or to): amount(sent) for sender, vni, to, behind, sent in rows_of(here)
    }
    assert found == {key: rounded(sent) for key, sent in sums.items()}


def test_rows_of_the_timeline(visit: Callable[..., Visit], still: Invented) -> None:
    here = visit(still, f"{LINK}&view=timeline")
    rows = rows_of(here)
    assert len(rows) == 5
    whole = still.get("api/v1/flows?limit=1")["all"]
    last = sum(amount(cell) for cell in rows[-1][1:] if amount_in(cell))
    assert last == pytest.approx(int(whole["packets"]), rel=0.01)


def amount_in(cell: str) -> bool:
    """Whether there is one: a dash stands for none."""
    return any(letter.isdigit() for letter in cell)
