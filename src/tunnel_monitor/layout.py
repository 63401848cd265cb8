"""The records of `bpf/flow.h`, as numpy dtypes: the one place that knows byte offsets.

`kernel.tables` compares every dtype here with the object's BTF, and nobody reads records if a field
lies elsewhere. Addresses are 16 raw bytes in network order, IPv4 mapped as ::ffff:a.b.c.d
(RFC 4291, section 2.5.5.2), or 4 in the narrow key; all other numbers are host order.
"""

from __future__ import annotations

import numpy as np

from tunnel_monitor.contract import SETTINGS_FIELDS, Example

NARROW_KEY = np.dtype(
    [
        ("outer_src", "V4"),
        ("outer_dst", "V4"),
        ("inner_src", "V4"),
        ("inner_dst", "V4"),
        ("vni", "<u4"),
        ("meta", "<u4"),
    ]
)
WIDE_KEY = np.dtype(
    [
        ("outer_src", "V16"),
        ("outer_dst", "V16"),
        ("inner_src", "V16"),
        ("inner_dst", "V16"),
        ("vni", "<u4"),
        ("meta", "<u4"),
    ]
)
COUNTERS = np.dtype([("packets", "<u8"), ("bytes", "<u8"), ("inner_bytes", "<u8")])
TALLY = np.dtype(
    [("packets", "<u8"), ("bytes", "<u8"), ("buffers", "<u8"), ("buffer_bytes", "<u8")]
)
SETTINGS = np.dtype([(name, "<u4") for name in SETTINGS_FIELDS])

# bpf/notices.h
NOTICES = np.dtype(
    [
        ("ports", "<u8", (2,)),
        ("flows", "<u8", (2,)),
        ("header", "<u8"),
        *[(name, "<u4") for name in ("sampled", "quirks", "asks", "answers", "arps")],
        ("asker", "V4"),
        *[(name, "<u4") for name in ("fragments", "too_big")],
        *[(name, "<u2") for name in ("too_big_mtu", "largest_syn", "ecn")],
        *[(name, "u1") for name in ("df", "marks", "inner_mark", "outer_mark")],
        *[(name, "u1") for name in ("least_ttl", "most_ttl")],
        *[(name, "<u2") for name in ("fragment_size", "padding")],
        # by Example: two addresses, as words; a struct of bytes would be copied piece by piece
        ("ends", "<u8", (len(Example), 4)),
    ]
)
SEGMENT_KEY = np.dtype(
    [("flow", WIDE_KEY), ("src_port", "<u2"), ("dst_port", "<u2"), ("padding", "<u4")]
)
SEGMENT = np.dtype([("sequence", "<u4"), ("size", "<u4")])
STATION_KEY = np.dtype(
    [
        ("outer_src", "V16"),
        ("mac", "V6"),
        ("padding", "<u2"),
        ("vni", "<u4"),
        ("meta", "<u4"),
    ]
)
STATION = np.dtype([("frames", "<u8")])

# One flow of a drain: the wide key, the interface's place in its batch, whether it is all that
# was counted of a tunnel without its flows (1) or a flow (0), the counters.
FLOW = np.dtype(
    [
        *[(name, WIDE_KEY[name]) for name in ("outer_src", "outer_dst", "inner_src", "inner_dst")],
        ("vni", "<u4"),
        ("meta", "<u4"),
        ("interface", "<u4"),
        ("overflow", "<u4"),
        *[(name, COUNTERS[name]) for name in ("packets", "bytes", "inner_bytes")],
    ]
)
