"""The parser of `bpf/parse/`, compiled for this machine: bytes in, keys out, no privileges."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import Encap, bits_of
from tunnel_monitor.errors import UnsupportedHost
from tunnel_monitor.layout import SETTINGS, WIDE_KEY
from tunnel_monitor.settings import DEFAULT_ENCAPS, DEFAULT_PORTS, Boundary

LIBRARY = Path(__file__).parent.parent / "built" / "libtunnelparse.so"

# struct parsed of native/library.c: the key is meaningful where the outcome is FLOW.
PARSED = np.dtype(
    [
        ("key", WIDE_KEY),
        ("outcome", "<u4"),
        ("inner_offset", "<u4"),
        ("repeated_headers", "<u4"),
        ("padding", "<u4"),
    ]
)

ADDRESS, NUMBER = ctypes.c_void_p, ctypes.c_uint64
# name -> what it answers with, then what it takes: native/library.c.
FUNCTIONS: Mapping[str, tuple[type[Any] | None, ...]] = {
    "parse_packets": (None, ctypes.c_char_p, ADDRESS, NUMBER, ctypes.c_uint32, ADDRESS),
    "counts_new": (ADDRESS, NUMBER, NUMBER),
    "counts_free": (None, ADDRESS),
    "counts_flows": (NUMBER, ADDRESS),
    "counts_tunnels": (NUMBER, ADDRESS),
    "counts_copy": (None, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS),
    "counts_clear": (None, ADDRESS),
    "counts_run_in_kernel": (None, ADDRESS, ADDRESS),
    "capture_new": (ADDRESS, ADDRESS),
    "capture_free": (None, ADDRESS),
    "capture_feed": (NUMBER, ADDRESS, ADDRESS, NUMBER),
    "number_rows": (None, ADDRESS, ADDRESS, ADDRESS),
    "add_values": (None, ADDRESS, ADDRESS, NUMBER, NUMBER, ADDRESS),
}


@cache
def library() -> ctypes.CDLL:
    """The library, its functions declared.

    Raises:
        UnsupportedHost: it is not built.
    """
    try:
        lib = ctypes.CDLL(str(LIBRARY))
    except OSError as error:
        raise UnsupportedHost(
            f"cannot load the native parser {LIBRARY}: {error}", "build it with `make bpf`"
        ) from error
    for name, (result, *arguments) in FUNCTIONS.items():
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    return lib


def set_ports(ports: Mapping[Encap, Sequence[int]]) -> None:
    """Say which UDP destination ports are tunnels, for the whole process."""
    table = (ctypes.c_uint8 * (1 << 16)).in_dll(library(), "port_encap")
    ctypes.memset(table, 0, 1 << 16)
    for encap, numbers in ports.items():
        for number in numbers:
            table[number] = encap


def settings() -> NDArray[np.void]:
    """(1,) SETTINGS of the whole process; written to, they count from the next packet on."""
    memory = (ctypes.c_uint8 * SETTINGS.itemsize).in_dll(library(), "settings")
    return np.ctypeslib.as_array(memory).view(SETTINGS)


def set_encaps(encaps: Iterable[Encap]) -> None:
    """Say which encapsulations are read, for the whole process."""
    settings()["encaps"] = bits_of(encaps)


def set_boundary(boundary: Boundary) -> None:
    """Say which boundary makes the record of a tunnel in a tunnel, for the whole process."""
    settings()["outermost"] = boundary is Boundary.OUTERMOST


def parse(packets: Sequence[bytes], *, has_link_header: bool = True) -> NDArray[np.void]:
    """Parse packets as `set_ports` and `set_encaps` said, or by the defaults before that.

    Args:
        packets: each from its link header on, or its IP header.
        has_link_header: whether there is a link header.
    Returns:
        (n,) PARSED, in the order of `packets`.
    Raises:
        UnsupportedHost: the native parser is not built.
    """
    lib = with_defaults()
    offsets = np.array([0, *accumulate(map(len, packets))], np.uint64)
    parsed = np.zeros(len(packets), PARSED)
    lib.parse_packets(
        b"".join(packets), offsets.ctypes.data, len(packets), has_link_header, parsed.ctypes.data
    )
    return parsed


@cache
def with_defaults() -> ctypes.CDLL:
    """The library; what was not set has its default."""
    if not any((ctypes.c_uint8 * (1 << 16)).in_dll(library(), "port_encap")):
        set_ports(DEFAULT_PORTS)
    if not settings()["encaps"]:
        set_encaps(DEFAULT_ENCAPS)
    return library()
