"""What each resource replies with."""

from __future__ import annotations

from collections.abc import Mapping

from tunnel_monitor.contract import Signal
from tunnel_monitor.serve.members import COUNTED, Json
from tunnel_monitor.serve.openapi.pieces import (
    CHANGE,
    ENCAP,
    GROUP,
    HEADING,
    NAMES,
    STRETCH,
    group_with,
)
from tunnel_monitor.serve.openapi.shapes import (
    COUNT,
    NUMBER,
    SIGNED,
    TEXT,
    VNI,
    WHOLE,
    listed,
    maybe,
    members,
    named,
    one_of,
    open_members,
    with_counts,
)
from tunnel_monitor.serve.parameters import MATRIX_BY

ENDS = {
    "sent": members(packets=COUNT, bytes=COUNT),
    "received": members(packets=COUNT, bytes=COUNT),
    "lost": members(packets=SIGNED, bytes=SIGNED, share=maybe(NUMBER)),
}
SIDE = with_counts(from_=NUMBER, to=NUMBER, elapsed_s=NUMBER)
SQUARE = listed(listed(COUNT))
REPLIES: Mapping[str, tuple[str, Json]] = {
    "flows": (
        "Flows of a window, or groups of them.",
        members(
            **HEADING,
            by=TEXT,
            rows=listed(group_with(**dict.fromkeys(COUNTED, COUNT))),
            other=named("Other"),
            all=named("Counts"),
            names=NAMES,
        ),
    ),
    "matrix": (
        "Who sends how much to whom, as square arrays.",
        members(
            **HEADING,
            by=one_of(*MATRIX_BY),
            labels=listed(TEXT),
            peers=listed(TEXT),
            packets=SQUARE,
            bytes=SQUARE,
            names=NAMES,
            other=named("Other"),
        ),
    ),
    "segments": (
        "The virtual networks seen since the start.",
        members(**HEADING, rows=listed(named("Segment"))),
    ),
    "summary": (
        "What is to be said of what a filter means.",
        members(
            **HEADING,
            **dict.fromkeys(COUNTED, COUNT),
            all=named("Counts"),
            first_seen=maybe(NUMBER),
            last_seen=maybe(NUMBER),
            peers=WHOLE,
            endpoints=WHOLE,
            segments=WHOLE,
            tunnels=WHOLE,
            conversations=WHOLE,
            paths=listed(with_counts(path=TEXT)),
        ),
    ),
    "snapshot": ("An event of the live stream, for any window.", named("Snapshot")),
    "series": (
        "Groups of flows over time.",
        members(
            time=NUMBER,
            from_=NUMBER,
            to=NUMBER,
            by=TEXT,
            times=listed(NUMBER),
            elapsed_s=listed(NUMBER),
            groups=listed(open_members(**GROUP)),
            others=WHOLE,
            names=NAMES,
            **dict.fromkeys(COUNTED, SQUARE),
        ),
    ),
    "growth": (
        "Who grew, and who shrank, from one stretch of time to another.",
        members(
            time=NUMBER,
            by=TEXT,
            now=SIDE,
            before=SIDE,
            rows=listed(
                group_with(**dict.fromkeys(COUNTED, COUNT), before=named("Counts"), **CHANGE)
            ),
            other=members(
                rows=WHOLE, **dict.fromkeys(COUNTED, COUNT), before=named("Counts"), **CHANGE
            ),
            names=NAMES,
            culprit=maybe(named("Culprit")),
        ),
    ),
    "loss": (
        "What one end of each tunnel sent beside what the other received.",
        members(
            **STRETCH,
            rows=listed(
                members(
                    from_host=TEXT,
                    to_host=TEXT,
                    encap=ENCAP,
                    vni=VNI,
                    outer_src=TEXT,
                    outer_dst=TEXT,
                    **ENDS,
                )
            ),
            other=members(tunnels=WHOLE, **ENDS),
            all=members(tunnels=WHOLE, **ENDS),
        ),
    ),
    "ledger": (
        "Where every packet went.",
        members(**STRETCH, rows=listed(named("LedgerRow"))),
    ),
    "signals": (
        "What is worth knowing of packets beside their flow, by tunnel.",
        members(
            **HEADING,
            rows=listed(
                group_with(
                    signal=one_of(*(signal.label for signal in Signal)),
                    packets=COUNT,
                    bytes=COUNT,
                )
            ),
            other=members(signals=WHOLE, packets=COUNT, bytes=COUNT),
        ),
    ),
    "status": ("How the monitor is.", named("Status")),
    "findings": (
        "What is wrong with the overlay.",
        members(
            time=NUMBER,
            open=WHOLE,
            number=WHOLE,
            rows=listed(named("Finding")),
            checks=listed(members(name=TEXT, title=TEXT, open=WHOLE)),
            left_out=WHOLE,
        ),
    ),
    "timeline": (
        "The drains of the last 15 minutes, by sending peer.",
        members(
            times=listed(NUMBER),
            elapsed_s=listed(NUMBER),
            peers=listed(TEXT),
            bytes=SQUARE,
            packets=SQUARE,
        ),
    ),
    "filter": (
        "Whether a filter is right, and what could stand at the cursor.",
        members(
            text=TEXT,
            mistake=maybe(members(error=TEXT, start=WHOLE, length=WHOLE)),
            completion=members(
                start=WHOLE, length=WHOLE, choices=listed(members(text=TEXT, about=TEXT))
            ),
        ),
    ),
}
