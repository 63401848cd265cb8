"""Times as people write them, and numbers as they read them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tunnel_monitor.cli.history import as_asked, rate
from tunnel_monitor.cli.main import main, parser_for


@pytest.mark.parametrize("written", ["-2h", "now", "1763800000.25", "-90s", "nonsense"])
def test_times_of_the_api_are_left_to_it(written: str) -> None:
    assert as_asked(written) == written


def test_dates_are_of_this_host() -> None:
    moment = datetime(2025, 11, 22, 3, 12).astimezone().timestamp()
    for written in ("2025-11-22 03:12", "2025-11-22T03:12", "2025-11-22 03:12:00"):
        assert float(as_asked(written)) == moment


def test_a_time_of_day_is_the_last_that_has_passed() -> None:
    now = datetime.now().astimezone()
    for minutes in (-61, -1, 61):
        written = (now + timedelta(minutes=minutes)).strftime("%H:%M")
        found = datetime.fromtimestamp(float(as_asked(written))).astimezone()
        assert found.strftime("%H:%M") == written
        assert timedelta(0) <= now - found < timedelta(days=1, minutes=1)


def test_values_may_begin_with_a_dash() -> None:
    words = ["history", "--from", "-2h", "--to", "now", "--sort", "-bytes", "--by", "inner"]
    options = parser_for(["history"]).parse_args(words)
    assert (options.begin, options.end, options.sort) == ("-2h", "now", "-bytes")


def test_rates_have_units() -> None:
    assert [rate({"bytes": str(size)}, 8.0) for size in (7, 1500, 2 * 10**9, 10**16)] == [
        "7 b/s",
        "1.5 kb/s",
        "2 Gb/s",
        "1e+04 Tb/s",
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["export"], "no file is named; write `history export FILE`"),
        (["--history", "off"], "there is nothing to ask with --history off"),
        (["--by", "nonsense"], "cannot group by 'nonsense'"),
        (["--filter", "vni:x"], "is no VNI"),
    ],
)
def test_what_means_nothing_is_refused(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["history", *words]) == 2
    assert says in capsys.readouterr().err
