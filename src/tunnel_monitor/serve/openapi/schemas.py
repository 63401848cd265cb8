"""What replies name, each once."""

from __future__ import annotations

from collections.abc import Mapping

from tunnel_monitor.contract import Outcome
from tunnel_monitor.flows.columns import ADDRESSES
from tunnel_monitor.flows.groupings import CONVERSATION, TUNNEL
from tunnel_monitor.layout import TALLY
from tunnel_monitor.serve.members import COUNTED, Json
from tunnel_monitor.serve.openapi.pieces import CHANGE, DIRECTION, ENCAP, HEADING, NAMES, PLACE
from tunnel_monitor.serve.openapi.shapes import (
    ANYTHING,
    COUNT,
    FLAG,
    NUMBER,
    SIGNED,
    TEXT,
    VNI,
    WHOLE,
    keyed,
    listed,
    maybe,
    members,
    named,
    one_of,
    row,
    with_counts,
)
from tunnel_monitor.serve.openapi.status import STATUS


def table(kind: str, columns: frozenset[str]) -> Json:
    """Rows as lists under one list of names."""
    addresses = [name for name in ADDRESSES if name in columns]
    names = ["encap", "vni", *addresses, *COUNTED]
    cells = [ENCAP, VNI, *([PLACE] * len(addresses)), *([COUNT] * len(COUNTED))]
    return members(
        columns={"const": names},
        rows=listed(row(*cells)),
        other=members(**{kind: WHOLE}, **dict.fromkeys(COUNTED, COUNT)),
    )


SNAPSHOT = members(
    **HEADING,
    drains=WHOLE,
    addresses=listed(TEXT),
    names=NAMES,
    all=named("Counts"),
    tunnels=table("tunnels", TUNNEL),
    flows=table("flows", CONVERSATION),
    senders=members(peers=listed(TEXT), packets=listed(COUNT), bytes=listed(COUNT)),
    culprit=maybe(named("Culprit")),
    segments=listed(named("Segment")),
    segments_other=with_counts(segments=WHOLE),
    ledger=listed(named("LedgerRow")),
    status=named("Status"),
)
TALLIED = with_counts(TALLY.names or ())
SCHEMAS: Mapping[str, Json] = {
    "Error": {
        "type": "object",
        "properties": {"error": TEXT, "start": WHOLE, "length": WHOLE},
        "required": ["error"],
        "additionalProperties": False,
    },
    "Counts": with_counts(),
    "Other": with_counts(rows=WHOLE),
    "Segment": with_counts(encap=ENCAP, vni=VNI, peers=WHOLE, endpoints=WHOLE, tunnels=WHOLE),
    "LedgerRow": members(
        interface=TEXT,
        direction=DIRECTION,
        outcomes=members(**{outcome.label: TALLIED for outcome in Outcome}),
        seen=TALLIED,
        device=maybe(members(packets=COUNT, bytes=COUNT, counts=one_of("buffers", "packets"))),
        residual=maybe(members(packets=SIGNED, bytes=SIGNED)),
    ),
    "Culprit": members(
        encap=ENCAP,
        **dict.fromkeys(ADDRESSES, TEXT),
        vni=VNI,
        **CHANGE,
        from_=NUMBER,
        to=NUMBER,
        before_from=NUMBER,
        before_to=NUMBER,
        names=NAMES,
    ),
    "Status": STATUS,
    "Finding": members(
        id=TEXT,
        name=TEXT,
        title=TEXT,
        state=TEXT,
        severity=TEXT,
        confidence=TEXT,
        muted=FLAG,
        encap=maybe(ENCAP),
        vni=VNI,
        peers=listed(TEXT),
        between=FLAG,
        endpoints=listed(TEXT),
        example=FLAG,
        members=WHOLE,
        opened=NUMBER,
        last=NUMBER,
        closed=maybe(NUMBER),
        times=WHOLE,
        explanation=TEXT,
        evidence=keyed(ANYTHING),
        next=TEXT,
    ),
    "Snapshot": SNAPSHOT,
}
