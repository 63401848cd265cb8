"""Names beside addresses in the drawings that tell everybody apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.lab import commands
from tests.lab.commands import Running
from tests.web.visits import Tabs

pytestmark = [pytest.mark.root, pytest.mark.browser]

NAMES = "172.16.1.101 gateway1\n192.168.0.2 client2\n"
WORDS = ("--hosts", "2", "--segments", "1", "--traffic", "classic", "--listen", "127.0.0.1:0")
PEER = '[data-key="172.16.1.101"]'
ENDPOINT = '[data-key$="/192.168.0.2"]'


@pytest.fixture(scope="module")
def named(home: int, folder: Path) -> Iterator[Running]:
    """A small demo, of which one host and one client have names."""
    names = folder / "names"
    names.write_text(NAMES)
    with commands.demo(home, folder, *WORDS, "--names", str(names)) as running:
        yield running


@pytest.mark.parametrize(
    ("view", "marks", "shown"),
    [
        ("matrix", f"#heat [role=rowheader]{PEER} text", ".101 gateway1"),
        ("matrix", f"#heat [role=columnheader]{PEER} text", ".101 gateway1"),
        ("matrix&layer=overlay", f"#heat [role=rowheader]{ENDPOINT} text", ".2 client2"),
        ("sankey", "#sankey .names .senders .name", ".101 gateway1"),
        ("sankey", "#sankey .names .receivers .name", ".0.2 client2"),
    ],
)
def test_a_name_stands_beside_its_address(
    tabs: Tabs, named: Running, view: str, marks: str, shown: str
) -> None:
    with tabs.visiting(named, f"#v=2&view={view}") as here:
        expect(here.page.locator(marks).filter(has_text=shown)).to_be_visible()


@pytest.mark.parametrize(
    ("view", "mark", "said"),
    [
        ("matrix", "#heat .cell", "172.16.1.101 (gateway1) sends"),
        ("sankey", f"#sankey g.senders{PEER}", "172.16.1.101 (gateway1) sends"),
        ("sankey", f"#sankey g.receivers{ENDPOINT}", "192.168.0.2 (client2) receives"),
    ],
)
def test_both_are_said_whole(tabs: Tabs, named: Running, view: str, mark: str, said: str) -> None:
    with tabs.visiting(named, f"#v=2&view={view}") as here:
        expect(here.page.locator(f'{mark}[aria-label^="{said}"]').first).to_be_visible()
