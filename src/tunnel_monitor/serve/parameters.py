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
from tunnel_monitor.flows.names import NO_NAMES

PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "flows": ("window", "filter", "vni", "peer", "interface", "limit"),
    "matrix": ("window", "filter", "vni", "peer", "interface", "by", "limit"),
    "segments": ("window", "filter", "interface"),
    "ledger": (),
    "status": (),
    "findings": (),
    "timeline": (),
    "filter": ("text", "cursor"),
    "live": ("window", "filter", "vni", "peer"),
}
# Resource -> default and largest `limit`.
LIMITS: Mapping[str, tuple[int, int]] = {"flows": (1000, 100_000), "matrix": (50, 500)}


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for. Hashable: equal queries share one answer.

    Args:
        window: `last`, the last drain, or `total`, all since the start.
        filter: only the flows it means, in all that is told.
        narrow: and of those only these, where flows are told apart.
        by: `peer` or `endpoint`: what a place of the matrix is.
        limit: how many rows or places; 0 where the resource has no such parameter.
        text: a filter that somebody is typing.
        cursor: where in it.
    """

    window: str = "last"
    filter: Node = EVERYTHING
    narrow: Node = EVERYTHING
    by: str = "peer"
    limit: int = 0
    text: str = ""
    cursor: int = 0

    @classmethod
    def parse(
        cls,
        resource: str,
        given: Sequence[tuple[str, str]],
        interfaces: Sequence[str],
        lookup: Lookup = NO_NAMES.lookup,
    ) -> Query:
        """Check the parameters of one request.

        Args:
            resource: a key of PARAMETERS.
            given: names and values as they came; `vni` may be repeated.
            interfaces: names of those watched.
            lookup: the addresses of a name in a filter.
        Raises:
            BadSetting: a name or value that means nothing, or a name given twice.
        """
        single = _single(resource, given)
        text = single.get("text", "")
        vnis = [value for name, value in given if name == "vni"]
        return cls(
            window=_one_of("window", single.get("window", "last"), ("last", "total")),
            filter=both(
                resolved(parse(single.get("filter", "")), lookup),
                _interface(single.get("interface"), interfaces),
            ),
            narrow=both(_vnis(vnis), _peer(single.get("peer"))),
            by=_one_of("by", single.get("by", "peer"), ("peer", "endpoint")),
            limit=_limit(resource, single.get("limit")),
            text=text,
            cursor=_cursor(single.get("cursor"), text),
        )


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


def _limit(resource: str, value: str | None) -> int:
    default, largest = LIMITS.get(resource, (0, 0))
    number = default if value is None else _number(value)
    if number is None or not (0 < number <= largest or value is None):
        raise BadSetting(f"limit={value!r} is out of range", f"give 1 to {largest}")
    return number
