"""Things move to their new places, unless the system asks for less of it.

The page's clock is ours: it stands still between two looks, however slow the machine is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from tests.lab.commands import Running
from tests.web.visits import Visit

pytestmark = [pytest.mark.root, pytest.mark.browser]

PAUSED = "#v=1&paused=1&unit=packets"
PICTURE = "() => document.querySelector('#chord .disc').innerHTML"
SAID = "() => document.querySelector('.peer').ariaLabel"


def stopped(here: Visit) -> Visit:
    """The same page, loaded anew, with its clock stopped as soon as it holds some traffic."""
    here.traceless = False
    here.page.clock.install()
    here.page.reload()
    here.page.wait_for_selector("html[data-ready]", state="attached")
    here.wait_for(lambda shown: bool(shown.busy_peers), "peers")
    here.page.clock.pause_at(datetime.now() + timedelta(seconds=5))
    return here


def test_arcs_and_ribbons_move_while_digits_change_at_once(
    visit: Callable[..., Visit], classic: Running
) -> None:
    here = stopped(visit(classic, PAUSED, motion=True))
    before = here.page.evaluate(PICTURE)
    here.page.click("[data-role=unit-bits]")
    here.page.clock.run_for(100)
    on_the_way = here.page.evaluate(PICTURE)
    assert "b/s and receives" in here.page.evaluate(SAID)
    here.page.clock.run_for(1000)
    after = here.page.evaluate(PICTURE)
    here.page.clock.run_for(1000)
    assert here.page.evaluate(PICTURE) == after
    assert len({before, on_the_way, after}) == 3


def test_less_motion_if_the_system_asks_for_it(
    visit: Callable[..., Visit], classic: Running
) -> None:
    here = stopped(visit(classic, PAUSED))
    here.page.click("[data-role=unit-bits]")
    at_once = here.page.evaluate(PICTURE)
    here.page.clock.run_for(1000)
    assert here.page.evaluate(PICTURE) == at_once
