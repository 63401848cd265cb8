"""What each resource replies with."""

from __future__ import annotations

from collections.abc import Mapping

from tunnel_monitor.contract import TALLY, Direction, Encap, Outcome, Signal
from tunnel_monitor.flows.columns import ADDRESSES
from tunnel_monitor.flows.groupings import CONVERSATION, TUNNEL
from tunnel_monitor.serve.members import COUNTED, Json
from tunnel_monitor.serve.openapi.shapes import (
    ANYTHING,
    COUNT,
    FLAG,
    NUMBER,
    SHARE,
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
    open_members,
    row,
    with_counts,
)
from tunnel_monitor.serve.parameters import MATRIX_BY

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
    "Status": members(
        version=TEXT,
        host=TEXT,
        time=NUMBER,
        started=NUMBER,
        interval_s=NUMBER,
        drains=WHOLE,
        state=one_of("live", "gone", "file"),
        interfaces=listed(
            members(
                name=TEXT,
                index=maybe(WHOLE),
                attach=TEXT,
                namespace=maybe(TEXT),
                mtu=maybe(WHOLE),
                present=FLAG,
            )
        ),
        encaps=listed(ENCAP),
        boundary=one_of("innermost", "outermost"),
        ports=keyed(listed(WHOLE)),
        port_origins=listed(
            members(
                port=WHOLE,
                encap=ENCAP,
                origin=one_of("setting", "device", "default"),
                device=maybe(TEXT),
                devices=WHOLE,
            )
        ),
        misread_ports=listed(
            members(port=WHOLE, kind=TEXT, device=TEXT, devices=WHOLE, read_as=maybe(ENCAP))
        ),
        sinks=listed(
            members(name=TEXT, queued=WHOLE, dropped=WHOLE, errors=WHOLE, waiting_bytes=WHOLE)
        ),
        viewers=members(connected=WHOLE, skipped=WHOLE),
        findings=members(open=WHOLE, number=WHOLE),
        memory_bytes=COUNT,
        cpu_share=NUMBER,
        own_cost=maybe(
            members(
                runs=WHOLE,
                run_ns=WHOLE,
                measuring_ns=WHOLE,
                packets=WHOLE,
                ns_per_packet=maybe(NUMBER),
                cpu_share=NUMBER,
            )
        ),
        flows=WHOLE,
        tunnels=WHOLE,
        segments=WHOLE,
        peers=WHOLE,
        endpoints=WHOLE,
        forgotten_flows=WHOLE,
        lab=maybe(members(hosts=WHOLE, segments=WHOLE, clients=WHOLE)),
        capture=maybe(
            members(
                files=listed(TEXT),
                first=maybe(NUMBER),
                last=maybe(NUMBER),
                packets=COUNT,
                unstamped=COUNT,
                late=COUNT,
            )
        ),
    ),
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
