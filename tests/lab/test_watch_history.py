"""What a real `watch` keeps in its file, whatever happens to either."""

from __future__ import annotations

import signal
from pathlib import Path

import duckdb
import pytest
from tests.lab import commands, watched
from tests.lab.watched import Page

from tunnel_monitor.lab.build import Lab

pytestmark = pytest.mark.root

OFTEN = ("--interval", "0.2")
PINGS = "SELECT sum(packets)::BIGINT FROM raw_flows WHERE vni = 10000 AND inner_src_low > 0"


def packets_in(file: Path) -> int:
    with duckdb.connect(str(file), read_only=True) as connection:
        row = connection.execute(PINGS).fetchone()
    assert row is not None
    return int(row[0] or 0)


def of_history(page: Page, what: str) -> int:
    """A number that `status` tells of the sink."""
    (number,) = (sink[what] for sink in page.api("status")["sinks"] if sink["name"] == "history")
    return int(number)


def wait_until_kept(page: Page) -> None:
    """Wait until the file has all that was sent so far: a batch behind it waits no more."""
    page.wait_for_drain()
    commands.wait_for(lambda: of_history(page, "queued") == 0, "nothing waits")
    page.wait_for_drain()
    commands.wait_for(lambda: of_history(page, "queued") == 0, "nothing waits again")


def wait_for_past(page: Page) -> None:
    """Wait until history has any flow: it has a drain a moment after the page."""
    commands.wait_for(lambda: bool(page.api("flows?from=-1h")["rows"]), "they are kept")


def test_a_killed_watch_has_kept_all_it_drained(
    lab: Lab, home: int, tmp_path: Path, nobodys: Path
) -> None:
    file = nobodys / "history.duckdb"
    with watched.watch(lab, home, tmp_path, "eth0", "--history", str(file), *OFTEN) as running:
        watched.ping(lab, 103)
        wait_until_kept(Page.of(running))
        running.process.send_signal(signal.SIGKILL)
        running.wait()
    assert packets_in(file) == 2 * 103
    assert file.stat().st_mode & 0o777 == 0o640
    with watched.watch(lab, home, tmp_path, "eth0", "--history", str(file), *OFTEN) as running:
        watched.ping(lab, 7)
        page = Page.of(running)
        page.wait_for_drain()
        assert of_history(page, "errors") == 0
        running.process.terminate()
        assert running.wait() == 0
    assert packets_in(file) == 2 * 110


def test_memory_is_what_it_is_said_to_be(
    lab: Lab, home: int, tmp_path: Path, nobodys: Path
) -> None:
    for history, most_mb in (("off", 80), (str(nobodys / "history.duckdb"), 140)):
        words = ("eth0", "--history", history, *OFTEN)
        with watched.watch(lab, home, tmp_path, *words) as running:
            watched.ping(lab, 5)
            page = Page.of(running)
            page.wait_for_drain()
            wait_for_past(page)
            assert int(page.api("status")["memory_bytes"]) < most_mb * 1e6


def test_two_that_want_one_file_both_watch(
    lab: Lab, home: int, tmp_path: Path, nobodys: Path
) -> None:
    one, other = (
        ("eth0", "--history", str(nobodys / "h"), "--listen", f"127.0.0.1:{port}", *OFTEN)
        for port in (8080, 8081)
    )
    with watched.watch(lab, home, tmp_path, *one) as first:
        Page.of(first).wait_for_drain()
        with watched.watch(lab, home, tmp_path, *other) as second:
            second.wait_to_tell(f"process {first.process.pid} uses it; give another file")
            watched.ping(lab, 5)
            page = Page.of(second)
            page.wait_for_drain()
            assert sum(page.counted().values()) == 10
            assert of_history(page, "errors") > 0
        assert "history" not in first.output


def test_a_place_nobody_may_write_to_is_told_and_watching_goes_on(
    lab: Lab, home: int, tmp_path: Path
) -> None:
    file = tmp_path / "history.duckdb"
    with watched.watch(lab, home, tmp_path, "eth0", "--history", str(file), *OFTEN) as running:
        running.wait_to_tell(f"cannot open the history {file}: ")
        assert "Permission denied; give another place with --history" in running.output
        watched.ping(lab, 5)
        page = Page.of(running)
        page.wait_for_drain()
        assert sum(page.counted().values()) == 10
    assert running.output.count("cannot open the history") == 1
    assert not file.exists()


def test_the_usual_place_is_made(
    lab: Lab, home: int, tmp_path: Path, nobodys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(nobodys))
    words = ("watch", "eth0", "--netns", lab.path("host0"), *OFTEN)
    with commands.command(home, tmp_path, *words, history=None) as running:
        running.wait_to_tell("Ctrl-C ends it.")
        Page.of(running).wait_for_drain()
    file = nobodys / "tunnel-monitor" / "history.duckdb"
    assert file.owner() == "nobody"
    assert packets_in(file) == 0
