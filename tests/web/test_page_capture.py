"""A capture on the page: its own time, its own numbers, and nothing that only interfaces have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.lab import commands
from tests.lab.commands import Running
from tests.unit.captures import Captured, pcap, plain, tunneled
from tests.web.visits import Visit

pytestmark = [pytest.mark.root, pytest.mark.browser]

BEGIN_S = 1_763_800_000
LASTS_S = 3 * 3600
PACKETS = [tunneled(vni, 500) for vni in (1, 1, 2)] * 100


@pytest.fixture(scope="module")
def written(folder: Path) -> Callable[[str, list[Captured]], Path]:
    """Writes a capture that lasts three hours."""

    def write(name: str, packets: list[Captured]) -> Path:
        path = folder / name
        times = [
            (BEGIN_S + place * LASTS_S // (len(packets) - 1), 0) for place in range(len(packets))
        ]
        path.write_bytes(pcap(packets, times=times))
        return path

    return write


@pytest.fixture(scope="module")
def capture(
    home: int, folder: Path, written: Callable[[str, list[Captured]], Path]
) -> Iterator[Running]:
    """A page that shows one."""
    path = written("trace.pcap", [*PACKETS, plain()])
    words = ("read", str(path), "--serve", "--listen", "127.0.0.1:0")
    with commands.command(home, folder, *words) as running:
        running.wait_to_tell("Ctrl-C ends it.")
        yield running


def test_it_shows_the_whole_file(visit: Callable[..., Visit], capture: Running) -> None:
    here = visit(capture, "#v=2&period=total&unit=packets")
    shown = here.shown()
    assert shown.pill == "FILE"
    assert dict(shown.ledger) == {"in a flow": 300, "not tunnelled": 1, "seen": 301}
    assert shown.networks == {"all": 300, "1": 200, "2": 100}
    expect(here.page.locator("#interface")).to_contain_text("trace.pcap")
    expect(here.page.locator("#head-residual")).to_have_text("\u2013")
    expect(here.page.locator("#pause")).to_be_hidden()


def test_its_time_line_has_its_own_time(visit: Callable[..., Visit], capture: Running) -> None:
    here = visit(capture, "#v=2&paused=1")
    expect(here.page.locator("#time-span")).to_have_text("22 Nov 2025, 3\u2009h")
    expect(here.page.locator("#state")).to_have_text("FILE")
    expect(here.page.locator("#time-hint")).not_to_contain_text("held")
    assert here.page.locator("#timeline text.clock").count() > 2


def test_a_rate_is_the_mean_of_it(visit: Callable[..., Visit], capture: Running) -> None:
    here = visit(capture)
    status = capture.get("api/v1/status")
    elapsed_s = status["drains"] * status["interval_s"]
    rate = 8 * sum(one.wire for one in PACKETS) / elapsed_s
    expect(here.page.locator("#wire-rate")).to_contain_text(f"{rate:.0f}")


def test_a_capture_without_tunnels_is_a_diagnosis(
    home: int,
    folder: Path,
    visit: Callable[..., Visit],
    written: Callable[[str, list[Captured]], Path],
) -> None:
    words = ("read", str(written("plain.pcap", [plain()] * 3)), "--serve", "--listen", "[::1]:0")
    with commands.command(home, folder, *words) as running:
        running.wait_to_tell("Ctrl-C ends it.")
        here = visit(running)
        expect(here.page.locator("#empty")).to_contain_text(
            "No packet of this capture is tunnelled"
        )
        expect(here.page.locator("#empty")).to_contain_text("--encaps all")
