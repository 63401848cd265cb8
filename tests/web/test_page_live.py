"""The page while traffic runs: rates, new drains, pause."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from statistics import median

import pytest
from playwright.sync_api import expect
from tests.lab.commands import Running
from tests.web.expected import exchanges, networks_of, peers_of
from tests.web.reading import amount
from tests.web.visits import Visit, drain_again, drains

pytestmark = [pytest.mark.root, pytest.mark.browser]

# All that tells numbers, but for the small curves and the timeline, which go on while paused.
PICTURE = """() => ['.stats', '.left', '#crumbs', '#chord', '#right', 'footer'].map((query) => {
  const part = document.querySelector(query).cloneNode(true);
  for (const curve of part.querySelectorAll('#spark, .share svg')) curve.remove();
  return part.outerHTML;
})"""


@pytest.mark.parametrize(("unit", "bits"), [("packets", 1), ("bytes", 8)])
def test_rates_of_peers_and_networks(
    unit: str, bits: int, visit: Callable[..., Visit], classic: Running
) -> None:
    here = visit(classic, "#v=1&unit=packets" if unit == "packets" else "")
    shown, (matrix, segments) = here.with_api("matrix", "segments")
    per_second = bits / matrix["interval_s"]
    assert shown.busy_peers
    assert shown.busy_peers == exchanges(peers_of(matrix, unit, per_second))
    assert shown.networks == networks_of(segments, unit, per_second)
    wire = sum(both.sent for both in shown.peers.values())
    assert amount(shown.stats["wire-rate"]) == pytest.approx(wire, rel=0.01)


def test_rates_of_one_network(visit: Callable[..., Visit], classic: Running) -> None:
    here = visit(classic, "#v=1&vni=10001")
    shown, (matrix,) = here.with_api("matrix?vni=10001")
    assert shown.hosts == {"172.16.1.100", "172.16.1.101", "172.16.1.103"}
    assert shown.busy_peers == exchanges(peers_of(matrix, "bytes", 8 / matrix["interval_s"]))


def test_drains_are_drawn_within_a_second(visit: Callable[..., Visit], classic: Running) -> None:
    here = visit(classic)
    behind_s = []
    for _ in range(5):
        drain = drain_again(classic)
        known = time.monotonic()
        here.wait_for_drain(drain)
        behind_s.append(time.monotonic() - known)
    assert median(behind_s) < 1, behind_s


def test_pause_holds_every_number(visit: Callable[..., Visit], classic: Running) -> None:
    here = visit(classic)
    here.page.click("[data-role=pause]")
    held = here.wait_for(lambda shown: shown.pill.startswith("PAUSED"), "it says so")
    picture = here.page.evaluate(PICTURE)
    hint = here.page.locator("#time-hint")
    drain_again(classic, 4)
    expect(hint).to_contain_text(re.compile(r"\b([4-9]|\d\d) intervals waiting · space resumes"))
    age = re.compile("^PAUSED \u221200:(0[2-9]|[1-5][0-9])$")  # as the clock on the wall goes on
    expect(here.page.locator("[data-role=state]")).to_have_text(age)
    assert here.shown().drains == held.drains
    assert here.page.evaluate(PICTURE) == picture
    last = drains(classic)
    here.page.click("[data-role=pause]")
    assert here.wait_for_drain(last).pill == "LIVE"
    assert here.page.evaluate(PICTURE) != picture


def test_what_is_paused_can_be_filtered_and_counted_otherwise(
    visit: Callable[..., Visit], classic: Running
) -> None:
    here = visit(classic)
    here.page.click("[data-role=pause]")
    held = here.wait_for(lambda shown: shown.pill.startswith("PAUSED"), "it says so")
    here.page.click('[data-vni="10003"]')
    shown = here.wait_for(lambda shown: shown.chosen_network == "10003", "10003 is chosen")
    assert shown.drains == held.drains
    assert shown.networks == held.networks
    assert shown.peers.keys() < held.peers.keys()
    here.page.click("[data-role=unit-packets]")
    shown = here.wait_for(lambda shown: "pps" in shown.raw["sum"], "packets a second")
    assert shown.drains == held.drains
    here.page.click("[data-role=clear]")
    here.page.click("[data-role=unit-bits]")
    shown = here.wait_for(lambda shown: shown.sum == held.sum, "what it held before")
    assert shown.peers == held.peers


def test_a_link_can_be_to_a_paused_page(visit: Callable[..., Visit], classic: Running) -> None:
    here = visit(classic, "#v=1&paused=1")
    held = here.wait_for(lambda shown: shown.pill.startswith("PAUSED"), "it says so")
    drain_again(classic, 2)
    assert here.shown().drains == held.drains


def test_opening_a_peer_while_paused(visit: Callable[..., Visit], classic: Running) -> None:
    here = visit(classic)
    here.page.click("[data-role=pause]")
    held = here.wait_for(lambda shown: shown.pill.startswith("PAUSED"), "it says so")
    here.open_peer("172.16.1.108")
    shown = here.wait_for(lambda shown: bool(shown.endpoints), "the endpoints behind it")
    assert {where.address for where in shown.endpoints} >= {"192.168.3.9", "192.168.3.1"}
    assert shown.peers["172.16.1.108"] == held.peers["172.16.1.108"]
    assert shown.drains == held.drains
