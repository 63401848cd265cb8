"""Query parameters -> a checked query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tunnel_monitor.errors import BadSetting
from tunnel_monitor.flows import addresses
from tunnel_monitor.flows.filter.naming import Lookup, resolved
from tunnel_monitor.flows.filter.parse import parse
from tunnel_monitor.flows.filter.tree import (
    EVERYTHING,
    OUTER,
    Addresses,
    Node,
    Range,
    Texts,
    Vnis,
    both,
)
from tunnel_monitor.flows.filter.values import LARGEST_VNI
from tunnel_monitor.flows.groupings import grouping
from tunnel_monitor.flows.names import NO_NAMES
from tunnel_monitor.flows.question import COLUMNS, Span
from tunnel_monitor.layout import COUNTERS
from tunnel_monitor.serve import times

ORDERS = (*(COUNTERS.names or ()), *sorted(COLUMNS))
SPAN = ("from", "to")
COMPARED = ("compare_from", "compare_to")
WHICH = ("window", *SPAN, "filter")
PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "flows": (*WHICH, "vni", "peer", "interface", "by", "sort", "offset", "limit"),
    "matrix": (*WHICH, "vni", "peer", "interface", "by", "limit"),
    "segments": (*WHICH, "interface"),
    "summary": WHICH,
    "signals": ("window", "filter", "interface", "limit"),
    "snapshot": (*WHICH, "vni", "peer", "limit"),
    "series": (*SPAN, "filter", "step", "by", "limit"),
    "growth": (*SPAN, *COMPARED, "filter", "by", "limit"),
    "loss": (*SPAN, "filter", "limit"),
    "ledger": SPAN,
    "status": (),
    "findings": (),
    "timeline": (),
    "filter": ("text", "cursor"),
    "live": ("window", "filter", "vni", "peer", "limit"),
}
# Resource -> default and largest `limit`. Without a default it depends on what is asked.
LIMITS: Mapping[str, tuple[int, int]] = {
    "flows": (1000, 100_000),
    "matrix": (50, 500),
    "signals": (1000, 100_000),
    "snapshot": (0, 5000),
    "series": (12, 100),
    "growth": (20, 1000),
    "loss": (100, 10_000),
    "live": (0, 5000),
}
# Resource -> what `by` is where it is not given, and where the stretch begins.
USUAL_BY: Mapping[str, str] = {"matrix": "peer", "series": "peer", "growth": "conversation"}
USUAL_FROM: Mapping[str, str] = {"series": "0", "growth": "-1m", "loss": "-5m"}
MATRIX_BY = ("peer", "endpoint")
LARGEST_OFFSET = 10**9
LARGEST_STEP_S = 86_400


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for. Hashable: equal queries share one answer.

    Args:
        window: `last`, the last drain, `total`, all since the start, or a stretch of time.
        filter: only the flows it means, in all that is told.
        narrow: and of those only these, where flows are told apart.
        by: what is told apart, as it was written: of `matrix` one of MATRIX_BY, else what
            `groupings.grouping` knows.
        order: which column or count to sort by.
        descending: largest first.
        offset: how many rows to leave out before the first.
        step_ns: how long the steps of a series should be; 0: as it fits.
        compare: the stretch of time to compare with; None: the one before, as long.
        limit: how many rows or places; 0 where the resource has no such parameter, or none
            was given and there is no default.
        text: a filter that somebody is typing.
        cursor: where in it.
    """

    window: str | Span = "last"
    filter: Node = EVERYTHING
    narrow: Node = EVERYTHING
    by: str = "flow"
    order: str = "bytes"
    descending: bool = True
    offset: int = 0
    step_ns: int = 0
    compare: Span | None = None
    limit: int = 0
    text: str = ""
    cursor: int = 0

    @classmethod
    def parse(
        cls,
        resource: str,
        given: Sequence[tuple[str, str]],
        context: Context,
    ) -> Query:
        """Check the parameters of one request.

        Args:
            resource: a key of PARAMETERS.
            given: names and values as they came; `vni` may be repeated.
            context: what they may refer to.
        Raises:
            BadSetting: a name or value that means nothing, or a name given twice.
        """
        single = _single(resource, given)
        text = single.get("text", "")
        vnis = [value for name, value in given if name == "vni"]
        order, descending = _order(single.get("sort", "-bytes"))
        return cls(
            window=_window(resource, single, context.now_ns),
            filter=both(
                resolved(parse(single.get("filter", "")), context.lookup),
                _interface(single.get("interface"), context.interfaces),
            ),
            narrow=both(_vnis(vnis), _peer(single.get("peer"))),
            by=_by(resource, single.get("by")),
            order=order,
            descending=descending,
            offset=_whole("offset", single.get("offset", "0"), 0, LARGEST_OFFSET),
            step_ns=_step(single.get("step")),
            compare=times.span(
                ("compare_from", single.get("compare_from")),
                ("compare_to", single.get("compare_to")),
                context.now_ns,
            ),
            limit=_limit(resource, single.get("limit")),
            text=text,
            cursor=_cursor(single.get("cursor"), text),
        )


@dataclass(frozen=True, slots=True)
class Context:
    """What parameters may refer to.

    Args:
        interfaces: names of those watched.
        now_ns: where the newest data ends.
        lookup: the addresses of a name in a filter.
    """

    interfaces: Sequence[str]
    now_ns: int
    lookup: Lookup = NO_NAMES.lookup


def _single(resource: str, given: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Name -> value of all but `vni`."""
    single: dict[str, str] = {}
    for name, value in given:
        if name not in PARAMETERS[resource]:
            known = ", ".join(PARAMETERS[resource]) or "no parameters"
            raise BadSetting(f"unknown parameter {name!r}", f"{resource} takes {known}")
        if name in single:
            raise BadSetting(f"{name} is given twice", "give it once")
        if name != "vni":
            single[name] = value
    return single


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise BadSetting(f"{name}={value!r} is unknown", f"choose {' or '.join(known)}")
    return value


def _number(value: str) -> int | None:
    """Plain decimal digits; `int` alone would also take `+1`, `1_0` and other scripts' digits."""
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 10 else None


def _vnis(values: Sequence[str]) -> Node:
    if not values:
        return EVERYTHING
    numbers = {_vni(value) for value in values if value != "none"}
    return Vnis(tuple((number, number) for number in sorted(numbers)), "none" in values)


def _vni(value: str) -> int:
    number = _number(value)
    if number is None or number > LARGEST_VNI:
        raise BadSetting(f"vni={value!r} is no VNI", f"give a number up to {LARGEST_VNI}, or none")
    return number


def _peer(value: str | None) -> Node:
    if value is None:
        return EVERYTHING
    try:
        peer = addresses.parse(value)
    except BadSetting as error:
        raise BadSetting(f"peer: {error.what}", error.remedy) from error
    return Addresses(OUTER, (Range(peer, peer),))


def _interface(value: str | None, interfaces: Sequence[str]) -> Node:
    if value is None:
        return EVERYTHING
    if value not in interfaces:
        raise BadSetting(f"interface={value!r} is not watched", f"choose {' or '.join(interfaces)}")
    return Texts("interface", (value,))


def _cursor(value: str | None, text: str) -> int:
    number = len(text) if value is None else _number(value)
    if number is None or number > len(text):
        raise BadSetting(f"cursor={value!r} is not in the text", f"give 0 to {len(text)}")
    return number


def _window(resource: str, single: Mapping[str, str], now_ns: int) -> str | Span:
    begin = single.get("from", USUAL_FROM.get(resource))
    span = times.span(("from", begin), ("to", single.get("to")), now_ns)
    if span is None:
        return _one_of("window", single.get("window", "last"), ("last", "total"))
    if "window" in single:
        raise BadSetting("both window and from are given", "give one of them")
    return span


def _by(resource: str, value: str | None) -> str:
    written = USUAL_BY.get(resource, "flow") if value is None else value
    if resource == "matrix":
        return _one_of("by", written, MATRIX_BY)
    grouping(written)
    return written


def _order(value: str) -> tuple[str, bool]:
    name = value.removeprefix("-")
    if name not in ORDERS:
        raise BadSetting(
            f"sort={value!r} is no column",
            f"choose {', '.join(ORDERS)}; with - before it, the largest come first",
        )
    return name, value.startswith("-")


def _whole(name: str, value: str, least: int, most: int) -> int:
    number = _number(value)
    if number is None or not least <= number <= most:
        raise BadSetting(f"{name}={value!r} is out of range", f"give {least} to {most}")
    return number


def _step(value: str | None) -> int:
    if value is None:
        return 0
    return _whole("step", value, 1, LARGEST_STEP_S) * times.SECOND_NS


def _limit(resource: str, value: str | None) -> int:
    default, largest = LIMITS.get(resource, (0, 0))
    return default if value is None else _whole("limit", value, 1, largest)
