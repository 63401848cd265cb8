"""The words before the colon: what each looks at, and what may stand behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, get_args

from tunnel_monitor.flows.columns import ADDRESSES
from tunnel_monitor.flows.filter.tree import INNER, OUTER, Measure, Text


@dataclass(frozen=True, slots=True)
class AddressKey:
    """Takes addresses, prefixes, ranges, names and `none`; means rows with one in any column."""

    name: str
    about: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VniKey:
    """Takes numbers, ranges and `none`."""

    name: str
    about: str


@dataclass(frozen=True, slots=True)
class TextKey:
    """Takes words with `*` and `?`."""

    name: Text
    about: str


@dataclass(frozen=True, slots=True)
class MeasureKey:
    """Takes a comparison with a number."""

    name: Measure
    about: str


Key: TypeAlias = AddressKey | VniKey | TextKey | MeasureKey

ANY_ADDRESS = AddressKey("address", "an address of either layer", ADDRESSES)
KEYS: tuple[Key, ...] = (
    VniKey("vni", "the virtual network's number"),
    AddressKey("peer", "a tunnel endpoint, sending or receiving", OUTER),
    AddressKey("endpoint", "a client inside the overlay, sending or receiving", INNER),
    AddressKey("outer", "the same as peer", OUTER),
    AddressKey("outer_src", "the peer that sends", ("outer_src",)),
    AddressKey("outer_dst", "the peer that receives", ("outer_dst",)),
    AddressKey("inner", "the same as endpoint", INNER),
    AddressKey("inner_src", "the endpoint that sends", ("inner_src",)),
    AddressKey("inner_dst", "the endpoint that receives", ("inner_dst",)),
    ANY_ADDRESS,
    TextKey("encap", "the encapsulation of the record"),
    TextKey("path", "all encapsulations, the outermost first"),
    TextKey("direction", "of the hook: ingress or egress"),
    TextKey("interface", "the watched interface"),
    TextKey("host", "the host that watches"),
    MeasureKey("rate", "bits a second on the wire, of a flow in the window"),
    MeasureKey("packet_rate", "packets a second, of a flow in the window"),
    MeasureKey("bytes", "bytes on the wire, of a flow in the window"),
    MeasureKey("packets", "packets, of a flow in the window"),
)
KEY = {key.name: key for key in KEYS}
UNITS = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}

assert {key.name for key in KEYS} >= {*get_args(Text), *get_args(Measure)}  # noqa: S101
