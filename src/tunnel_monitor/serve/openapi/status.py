"""What is told of the monitor itself."""

from __future__ import annotations

from tunnel_monitor.serve.openapi.pieces import ENCAP
from tunnel_monitor.serve.openapi.shapes import (
    COUNT,
    FLAG,
    NUMBER,
    TEXT,
    WHOLE,
    keyed,
    listed,
    maybe,
    members,
    one_of,
)

STATUS = members(
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
)
