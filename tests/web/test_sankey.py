"""The sankey: its columns are the API's sums, its strands lead through it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.web.expected import rounded
from tests.web.invented import Invented
from tests.web.reading import amount
from tests.web.visits import Visit

pytestmark = [pytest.mark.root, pytest.mark.browser]

LINK = "#v=2&view=sankey&period=total&unit=packets"
NODES = """(column) => [...document.querySelectorAll(`#sankey .boxes .${column}`)]
  .map((node) => [node.dataset.key, node.ariaLabel])"""


def column(here: Visit, name: str) -> dict[str, float]:
    """Key of each box -> what it says it carries."""
    found: list[Any] = here.page.evaluate(NODES, name)
    return {key: amount(said.partition(";")[0]) for key, said in found}


def test_columns_are_those_of_the_api(visit: Callable[..., Visit], still: Invented) -> None:
    here = visit(still, f"{LINK}&top=500", size=(1280, 2000))
    sums = {name: Counter[str]() for name in ("senders", "networks")}
    for row in still.get("api/v1/flows?window=total")["rows"]:
        sums["senders"][row["outer_src"]] += int(row["packets"])
        sums["networks"][f"vni:{row['vni']}"] += int(row["packets"])
    for name, exact in sums.items():
        assert column(here, name) == {key: rounded(sent) for key, sent in exact.items()}
    assert sum(column(here, "receivers").values()) == rounded(sum(sums["senders"].values()))


def test_keys_lead_from_a_sender_to_a_receiver(
    visit: Callable[..., Visit], mirror: Invented
) -> None:
    here = visit(mirror, "#v=2&view=sankey&paused=1")
    here.page.locator("#sankey g.senders").first.focus()
    lanes = []
    for _ in range(4):
        here.page.keyboard.press("ArrowRight")
        lanes.append(here.page.evaluate("document.activeElement.dataset.lane"))
    assert lanes == ["1", "2", "3", "4"]
    here.page.keyboard.press("ArrowDown")
    expect(here.page.locator("#sankey g.receivers:focus")).to_have_count(1)


def test_what_is_chosen_keeps_its_strands(visit: Callable[..., Visit], mirror: Invented) -> None:
    here = visit(mirror, "#v=2&view=sankey&paused=1&chosen=vni:10002")
    strands = here.page.locator("#sankey path.strand")
    kept = here.page.locator("#sankey path.strand:not(.faded)")
    assert 0 < kept.count() < strands.count()
    ends = kept.evaluate_all("(all) => all.map(({dataset}) => [dataset.from, dataset.to])")
    assert all("vni:10002" in pair for pair in ends)
