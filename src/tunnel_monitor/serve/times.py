"""Points in time as people write them in addresses: `1763800000.25`, `-5m`, `now`."""

from __future__ import annotations

import re

from tunnel_monitor.errors import BadSetting
from tunnel_monitor.flows.question import Span

SECOND_NS = 10**9
UNIT_NS = {"s": SECOND_NS, "m": 60 * SECOND_NS, "h": 3600 * SECOND_NS, "d": 86400 * SECOND_NS}
RELATIVE = re.compile(r"-([0-9]{1,9}(?:\.[0-9]{1,9})?)([smhd])")
ABSOLUTE = re.compile(r"([0-9]{1,10})(?:\.([0-9]{1,9})[0-9]*)?")
NOW = "now"


def span(begin: tuple[str, str | None], end: tuple[str, str | None], now_ns: int) -> Span | None:
    """The stretch between two points; None where none is given.

    Args:
        begin: the parameter that says where it begins, and its value.
        end: likewise its end; absent, it is now.
        now_ns: where the newest data ends.
    Raises:
        BadSetting: a point means nothing, or the end does not come after the beginning.
    """
    (first, from_), (last, to) = begin, end
    if from_ is None:
        if to is not None:
            raise BadSetting(f"{last} is given without {first}", f"give {first}, like -5m")
        return None
    found = Span(point(first, from_, now_ns), point(last, NOW if to is None else to, now_ns))
    if found.length_ns <= 0:
        raise BadSetting(f"{first} does not come before {last}", f"give an earlier {first}")
    return found


def point(name: str, written: str, now_ns: int) -> int:
    """Nanoseconds since 1970, exactly.

    Raises:
        BadSetting: it means nothing.
    """
    if written == NOW:
        return now_ns
    relative, absolute = RELATIVE.fullmatch(written), ABSOLUTE.fullmatch(written)
    if relative:
        return now_ns - _exact(relative[1], UNIT_NS[relative[2]])
    if absolute:
        return _exact(f"{absolute[1]}.{absolute[2] or 0}", SECOND_NS)
    raise BadSetting(
        f"{name}={written!r} is no time", "give seconds since 1970, or like -5m, -90s, -2h, now"
    )


def _exact(decimal: str, unit: int) -> int:
    whole, _, part = decimal.partition(".")
    return int(whole) * unit + int(part or 0) * unit // int("1" + "0" * len(part))
