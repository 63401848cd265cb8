"""The contract of `bpf/flow.h`, as numpy dtypes: the one place that knows byte offsets.

`kernel.load` compares every dtype here with the object's BTF and refuses to start if a field
lies elsewhere. Addresses are 16 raw bytes in network order, IPv4 mapped as ::ffff:a.b.c.d
(RFC 4291, section 2.5.5.2), or 4 in the narrow key; all other numbers are host order.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, IntFlag

import numpy as np

MAX_DEPTH = 4
PATH_BITS = 5
META_EGRESS = 1 << 0
META_HAS_VNI = 1 << 1
META_HAS_INNER = 1 << 2
META_OUTERMOST = 1 << 3
META_SIGNALS_SHIFT = 4
META_PATH_SHIFT = 8


class Encap(IntEnum):
    """Which tunnel header a boundary has; `label` is its name everywhere users see it."""

    NONE = 0
    VXLAN = 1
    VXLAN_GPE = 2
    GENEVE = 3
    GTPU = 4
    GRE = 5
    GRETAP = 6
    NVGRE = 7
    ERSPAN1 = 8
    ERSPAN2 = 9
    ERSPAN3 = 10
    IPIP = 11
    SIT = 12
    IP4IP6 = 13
    IP6IP6 = 14
    TEREDO = 15
    MPLS_UDP = 16
    GRE_UDP = 17
    L2TP = 18
    L2TP3_IP = 19
    PPTP = 20
    EOIP = 21
    ETHERIP = 22
    LISP = 23

    @property
    def label(self) -> str:
        """As in the JSON, the page and the documentation."""
        return self.name.lower().replace("_", "-")


def bits_of(encaps: Iterable[Encap]) -> int:
    """A set of encapsulations as the parser takes it."""
    return sum(1 << encap for encap in set(encaps))


class Outcome(IntEnum):
    """What became of a packet: the rows of the ledger, each packet in exactly one."""

    FLOW = 0
    OVERFLOW = 1
    NOT_TUNNELED = 2
    TRUNCATED = 3
    MALFORMED = 4
    LATER_FRAGMENT = 5
    NO_VNI = 6
    TOO_MANY_TAGS = 7
    TOO_MANY_EXTENSIONS = 8
    TOO_DEEP = 9
    GTPU_MESSAGE = 10
    L2TP_MESSAGE = 11
    UNKNOWN_VERSION = 12
    NOT_ENTERED = 13
    UNKNOWN_LINK = 14

    @property
    def label(self) -> str:
        """As in the JSON, the page and the documentation."""
        return self.name.lower()


class Quirk(IntEnum):
    """What is odd about a tunnel's headers: bits of NOTICES' `quirks`."""

    RESERVED_BITS = 0
    NO_VNI = 1
    CRITICAL = 2
    ZERO_CHECKSUM = 3
    GTPU_ERROR = 4

    @property
    def label(self) -> str:
        """As in the JSON, the page and the documentation."""
        return self.name.lower()


class Signal(IntEnum):
    """What is worth knowing of packets beside their flow; `bit` has it in a key's last word."""

    GENEVE_OPTIONS = 0
    GENEVE_CRITICAL = 1
    LATER_FRAGMENT = 2

    @property
    def bit(self) -> int:
        """In `meta`."""
        return 1 << (META_SIGNALS_SHIFT + self)

    @property
    def label(self) -> str:
        """As in the JSON, the page and the documentation."""
        return self.name.lower()


class Mark(IntFlag):
    """What became of an inner DSCP outside: bits of NOTICES' `marks`."""

    COPIED = 1
    WIPED = 2
    OTHER = 4


class Notice(IntFlag):
    """What is looked at beside sizes; `label` is its name for users."""

    HEADERS = 1
    SEGMENTS = 2
    STATIONS = 4

    @property
    def label(self) -> str:
        """As in options."""
        return (self.name or "").lower()


class Direction(IntEnum):
    """Direction of the hook, seen from the interface."""

    INGRESS = 0
    EGRESS = 1

    @property
    def label(self) -> str:
        """As in the JSON, the page and the documentation."""
        return self.name.lower()


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
SETTINGS = np.dtype([("encaps", "<u4"), ("outermost", "<u4"), ("notices", "<u4")])

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

OUTCOMES = len(Outcome)
DIRECTIONS = len(Direction)
