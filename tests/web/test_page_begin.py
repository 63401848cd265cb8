"""The page before there is any traffic, and when it begins; and that its faults are noticed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.lab import commands
from tests.lab.commands import Running
from tests.web.visits import Visit

pytestmark = [pytest.mark.root, pytest.mark.browser]

PEERS = {f"172.16.1.{number}" for number in range(100, 109)}


def test_an_empty_page_tells_how_to_begin_and_then_draws(
    visit: Callable[..., Visit], quiet: Running, home: int, folder: Path
) -> None:
    here = visit(quiet)
    here.page.evaluate("window.sameDocument = true")
    empty = here.page.locator("[data-role=empty]")
    shown, (ledger, status) = here.with_api("ledger", "status")
    seen = sum(int(row["seen"]["packets"]) for row in ledger["rows"])
    assert shown.ledger["seen"] == shown.ledger["interface"] == seen
    assert shown.ledger["not tunnelled"] == seen
    assert (f"Seen{seen} packets in " if seen else "Seenno packet") in shown.raw["empty"]
    expect(empty).to_contain_text("eth0, tcx, in and out, since ")
    ports = "; ".join(
        f"{encap} {', '.join(map(str, numbers))}" for encap, numbers in status["ports"].items()
    )
    expect(empty).to_contain_text(f"0 packets on the ports that are read ({ports})")
    assert "vxlan 4789, 8472" in ports
    expect(empty.locator(".repair code")).to_have_text("tunnel-monitor traffic")
    expect(here.page.locator("#panel-chord")).to_be_hidden()

    words = ("traffic", "--demo", str(quiet.process.pid))
    with commands.command(home, folder, *words) as traffic:
        shown = here.wait_for(lambda shown: shown.busy_peers.keys() >= PEERS, "all peers drawn")
        assert not traffic.ended
    assert here.page.evaluate("window.sameDocument")
    expect(empty).to_be_hidden()
    assert shown.peers["172.16.1.108"].sent > 0


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("fetch('http://192.0.2.1/').catch(() => 0)", "Content Security Policy"),
        ("location.assign('http://192.0.2.1/')", "request to http://192.0.2.1/"),
        ("document.body.setAttribute('style', 'margin: 1px')", "Content Security Policy"),
        ("void setTimeout(() => { throw new Error('a test of ours') })", "a test of ours"),
    ],
)
def test_what_no_page_may_do_is_noticed(
    script: str, fault: str, visit: Callable[..., Visit], quiet: Running
) -> None:
    here = visit(quiet)
    here.traceless = False
    here.page.evaluate(script)
    here.faults.forgive(fault)
