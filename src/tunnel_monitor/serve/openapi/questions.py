"""What each parameter may be, from the tables by which requests are checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tunnel_monitor.flows.filter.parse import LONGEST
from tunnel_monitor.flows.groupings import GROUPINGS
from tunnel_monitor.flows.question import COLUMNS
from tunnel_monitor.serve import times
from tunnel_monitor.serve.members import Json
from tunnel_monitor.serve.openapi.shapes import TEXT, one_of
from tunnel_monitor.serve.parameters import (
    LARGEST_OFFSET,
    LARGEST_STEP_S,
    LIMITS,
    MATRIX_BY,
    ORDERS,
    PARAMETERS,
    USUAL_BY,
    USUAL_FROM,
)

COLUMN = f"(?:{'|'.join(sorted(COLUMNS))})"
TIME: Json = {
    "type": "string",
    "pattern": f"^(?:{times.NOW}|{times.RELATIVE.pattern}|{times.ABSOLUTE.pattern})$",
    "examples": ["-5m", "now", "1763800000.25"],
}
FILTER: Json = {"type": "string", "maxLength": LONGEST, "examples": ["vni:10001 rate>10M"]}
ABOUT: Mapping[str, str] = {
    "window": "The last drained interval, or all since the monitor started.",
    "from": "Where a stretch of time begins; instead of `window`.",
    "to": "Its end, not included.",
    "compare_from": "Where the stretch to compare with begins; absent: the one before, as long.",
    "compare_to": "Its end, not included.",
    "filter": "Only the flows that this means, in the language of docs/reference/filter.md.",
    "vni": "A virtual network's number, or `none` for flows without one; may be repeated.",
    "peer": "An outer address, as source or destination.",
    "interface": "The name of a watched interface.",
    "by": "What is told apart: a word for it, or columns with commas between them.",
    "sort": "A column or count to sort by, ascending; with `-` before it, descending.",
    "offset": "How many rows to leave out before the first.",
    "step": "How long a step should be, in seconds.",
    "limit": "How many rows, places or groups.",
    "text": "A filter that somebody is typing.",
    "cursor": "Between which of its characters: 0 is before the first.",
}


def parameters(resource: str) -> list[Json]:
    """Those of one resource."""
    return [
        {
            "name": name,
            "in": "query",
            "description": ABOUT[name],
            "schema": SHAPES[name](resource),
            **({"style": "form", "explode": True} if name == "vni" else {}),
        }
        for name in PARAMETERS[resource]
    ]


def grouping(resource: str) -> Json:
    """What `by` may be."""
    if resource == "matrix":
        return one_of(*MATRIX_BY)
    words = "|".join(GROUPINGS)
    return {"type": "string", "pattern": f"^(?:{words}|{COLUMN}(?:,{COLUMN})*)$"}


def limit(resource: str) -> Json:
    """What `limit` may be."""
    default, largest = LIMITS[resource]
    return with_default(whole(1, largest), default or None)


def whole(least: int, most: int) -> Json:
    """A whole number."""
    return {"type": "integer", "minimum": least, "maximum": most}


def with_default(shape: Json, default: str | int | None) -> Json:
    """The same, saying what it is where it is not given."""
    return shape if default is None else {**shape, "default": default}


SHAPES: Mapping[str, Callable[[str], Json]] = {
    "window": lambda _: {**one_of("last", "total"), "default": "last"},
    "from": lambda resource: with_default(TIME, USUAL_FROM.get(resource)),
    "to": lambda _: with_default(TIME, times.NOW),
    "compare_from": lambda _: TIME,
    "compare_to": lambda _: TIME,
    "filter": lambda _: FILTER,
    "vni": lambda _: {
        "type": "array",
        "items": {"type": "string", "pattern": "^(?:[0-9]{1,10}|none)$"},
    },
    "peer": lambda _: {**TEXT, "examples": ["172.16.1.100", "2001:db8::1"]},
    "interface": lambda _: TEXT,
    "by": lambda resource: with_default(grouping(resource), USUAL_BY.get(resource, "flow")),
    "sort": lambda _: {**one_of(*ORDERS, *(f"-{name}" for name in ORDERS)), "default": "-bytes"},
    "offset": lambda _: {**whole(0, LARGEST_OFFSET), "default": 0},
    "step": lambda _: whole(1, LARGEST_STEP_S),
    "limit": limit,
    "text": lambda _: TEXT,
    "cursor": lambda _: whole(0, 10**10 - 1),
}
