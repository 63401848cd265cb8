"""What several replies have."""

from __future__ import annotations

from tunnel_monitor.contract import Direction, Encap
from tunnel_monitor.flows.columns import ADDRESSES
from tunnel_monitor.serve.members import Json
from tunnel_monitor.serve.openapi.shapes import (
    FLAG,
    NUMBER,
    SHARE,
    TEXT,
    VNI,
    keyed,
    one_of,
    open_members,
)

ENCAP = one_of(*(encap.label for encap in Encap))
DIRECTION = {"enum": [*(one.label for one in Direction), None]}
PLACE = {"type": "integer", "minimum": -1}
GROUP = {
    "host": TEXT,
    "interface": TEXT,
    "direction": DIRECTION,
    "encap": ENCAP,
    "vni": VNI,
    **dict.fromkeys(ADDRESSES, TEXT),
    "path": TEXT,
    "overflow": FLAG,
}
HEADING = {
    "time": NUMBER,
    "interval_s": NUMBER,
    "window": one_of("last", "total", "span"),
    "from": NUMBER,
    "to": NUMBER,
    "elapsed_s": NUMBER,
}
STRETCH = {"time": NUMBER, "from": NUMBER, "to": NUMBER, "elapsed_s": NUMBER}
CHANGE = {"more_bps": NUMBER, "more_pps": NUMBER, "share": SHARE}
NAMES = keyed(TEXT)


def group_with(**more: Json) -> Json:
    """A row of any grouping: the columns that were kept apart, and always these."""
    shape = open_members(**GROUP, **more)
    return {**shape, "required": list(more)}
