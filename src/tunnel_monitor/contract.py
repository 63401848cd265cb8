"""The numbers of `bpf/flow.h`: its enumerations and bits; `layout.py` has its records.

Nothing here imports numpy: `watch` lets the kernel verify its programs before that is there.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, IntFlag

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


class Example(IntEnum):
    """Which packet of a tunnel is named by its inner addresses: places in NOTICES' `ends`."""

    SYN = 0
    FRAGMENT = 1
    HEADER = 2
    MARK = 3
    ECN = 4
    DF = 5
    ASK = 6
    TOO_BIG = 7


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


# struct settings: one word each, in this order
SETTINGS_FIELDS = ("encaps", "outermost", "notices")

OUTCOMES = len(Outcome)
DIRECTIONS = len(Direction)
