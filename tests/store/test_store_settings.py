"""What may be said about history, and what each thing means."""

from __future__ import annotations

import pytest

from tunnel_monitor.cli.keeping import parse_size
from tunnel_monitor.errors import BadSetting
from tunnel_monitor.store.levels import DAY_NS, HOUR_NS, MINUTE_NS, Keep


def test_levels_that_are_not_named_keep_their_time() -> None:
    assert Keep.parse([]) == Keep(HOUR_NS, DAY_NS, 90 * DAY_NS)
    assert Keep.parse(["raw=90m", "hours=365d"]) == Keep(90 * MINUTE_NS, DAY_NS, 365 * DAY_NS)
    assert Keep().written() == "raw=1h minutes=1d hours=90d"


@pytest.mark.parametrize(
    "given", ["raw", "raw=", "raw=1", "raw=1w", "weeks=1d", "raw=-1h", "raw=1.5h"]
)
def test_what_is_no_level_and_time_is_refused(given: str) -> None:
    with pytest.raises(BadSetting, match=r"cannot use --keep .*; write it like one of raw=1h"):
        Keep.parse([given])


@pytest.mark.parametrize("given", ["raw=1m", "minutes=1h", "hours=59m"])
def test_a_level_is_kept_until_the_next_has_it(given: str) -> None:
    with pytest.raises(BadSetting, match="keep raw for 2m at least"):
        Keep.parse([given])


def test_sizes() -> None:
    assert parse_size("64M") == 64 << 20
    assert parse_size("4G") == 4 << 30
    for wrong in ("63M", "4", "4T", "G", "-4G", "1.5G", ""):
        with pytest.raises(BadSetting, match="give a size like 200M or 4G, 64M at least"):
            parse_size(wrong)
