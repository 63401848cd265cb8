"""What rows can be grouped by: words for sets of columns."""

from __future__ import annotations

from collections.abc import Mapping

from tunnel_monitor.errors import BadSetting
from tunnel_monitor.flows.group import FLOW_COLUMNS
from tunnel_monitor.flows.question import COLUMNS

SEGMENT = frozenset({"encap", "vni"})
PAIR = frozenset({"outer_src", "outer_dst"})
TUNNEL = SEGMENT | PAIR
CONVERSATION = TUNNEL | {"inner_src", "inner_dst"}
ENDPOINT = SEGMENT | {"outer_src", "inner_src"}
GROUPINGS: Mapping[str, frozenset[str]] = {
    "flow": FLOW_COLUMNS,
    "conversation": CONVERSATION,
    "endpoint": ENDPOINT,
    "tunnel": TUNNEL,
    "pair": PAIR,
    "outer": PAIR,
    "inner": frozenset({"inner_src", "inner_dst"}),
    "peer": frozenset({"outer_src"}),
    "segment": SEGMENT,
}


def grouping(written: str) -> frozenset[str]:
    """The columns that words and columns, with commas between them, keep apart together.

    Raises:
        BadSetting: it is neither.
    """
    names = written.split(",")
    unknown = [name for name in names if name not in COLUMNS | GROUPINGS.keys()]
    if unknown:
        raise BadSetting(
            f"cannot group by {unknown[0]!r}",
            f"choose {', '.join(GROUPINGS)}, or columns: {', '.join(sorted(COLUMNS))}",
        )
    return frozenset[str]().union(*(GROUPINGS.get(name, {name}) for name in names))
