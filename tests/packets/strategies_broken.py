"""Random broken packets for Hypothesis: what wires, cards and attackers make of stacks.

Only the slow reference can say what such a packet is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from tests.packets.expected import Case
from tests.packets.reference import reference
from tests.packets.reference_tunnels import PORTS
from tests.packets.strategies import known_stacks
from tests.packets.strategies_headers import BYTE, WORD, Layers

from tunnel_monitor.testing.packets import (
    AH,
    ERSPAN3,
    GRE,
    GTPU,
    LLCSNAP,
    MPLS,
    NSH,
    PPP,
    UDP,
    VLAN,
    VXLAN,
    VXLANGPE,
    Ethernet,
    Extension,
    Fragment,
    Geneve,
    IPv4,
    IPv6,
    Layer,
    PPPoE,
    packet,
)

# Addresses that let the kernel's test-run take frames without link header: see cases_linkless.
LINKLESS: Final[Mapping[type[Layer], str]] = {IPv4: "8.0.1.100", IPv6: "2001:db8:86dd::100"}


def without_link(layers: Layers) -> Layers:
    """The same packet on an interface without link header."""
    places = [place for place, layer in enumerate(layers) if isinstance(layer, IPv4 | IPv6)]
    if not places:
        return layers[1:]
    first, *behind = layers[places[0] :]
    assert isinstance(first, IPv4 | IPv6)
    return (replace(first, src=LINKLESS[type(first)]), *behind)


ETHERTYPES: Final = st.sampled_from(
    [
        *(0x0800, 0x86DD, 0x8100, 0x88A8, 0x9100, 0x0806, 38, 0x6558, 0x8847, 0x8848),
        *(0x880B, 0x8864, 0x88E7, 0x894F, 0x883E, 0x88BE, 0x22EB, 0),
    ]
)
PROTOCOLS: Final = st.sampled_from([0, 4, 6, 17, 41, 43, 44, 47, 50, 51, 59, 60])
LENGTH: Final = st.one_of(st.integers(0, 300), WORD)
NIBBLE: Final = st.integers(0, 15)
# For each layer the fields by which a parser finds the next one.
FIELDS: Final[Mapping[type[Layer], Mapping[str, SearchStrategy[Any]]]] = {
    Ethernet: {"type": ETHERTYPES},
    VLAN: {"type": ETHERTYPES},
    LLCSNAP: {"dsap": BYTE, "oui": BYTE, "type": ETHERTYPES},
    MPLS: {"is_last": st.booleans()},
    PPP: {"protocol": WORD},
    PPPoE: {"length": LENGTH, "version_and_type": BYTE},
    NSH: {"words": st.integers(0, 63), "next_protocol": NIBBLE, "version": st.integers(0, 3)},
    IPv4: {
        "version": NIBBLE,
        "ihl": NIBBLE,
        "total_length": LENGTH,
        "protocol": PROTOCOLS,
        "offset": st.integers(0, 0x1FFF),
    },
    IPv6: {"version": NIBBLE, "payload_length": LENGTH, "next_header": PROTOCOLS},
    Extension: {"length": BYTE, "next_header": PROTOCOLS},
    AH: {"length": BYTE, "next_header": PROTOCOLS},
    Fragment: {"offset": st.integers(0, 0x1FFF), "next_header": PROTOCOLS},
    UDP: {"dport": st.sampled_from([*PORTS, 53, 4788]), "length": LENGTH},
    VXLAN: {"flags": BYTE},
    VXLANGPE: {"flags": BYTE, "next_protocol": NIBBLE},
    Geneve: {"words": st.integers(0, 63), "protocol": ETHERTYPES, "version": st.integers(0, 3)},
    GTPU: {"message": BYTE, "version": st.integers(0, 7), "protocol_type": st.booleans()},
    GRE: {"flags": st.integers(0, 15).map(lambda bits: bits << 12), "protocol": ETHERTYPES},
    ERSPAN3: {"frame_type": st.integers(0, 31), "platform": st.just(b"\0")},
}


@st.composite
def overridden(draw: DrawFn, layers: Layers) -> Layers:
    """The same layers, one field of one of them being another."""
    places = [place for place, layer in enumerate(layers) if type(layer) in FIELDS]
    if not places:
        return layers
    place = draw(st.sampled_from(places))
    fields = FIELDS[type(layers[place])]
    name = draw(st.sampled_from(sorted(fields)))
    changed = replace(layers[place], **{name: draw(fields[name])})
    return (*layers[:place], changed, *layers[place + 1 :])


@st.composite
def damaged(draw: DrawFn, frame: bytes) -> bytes:
    """The same bytes with one changed, some missing in the middle, or the end cut off."""
    kind = draw(st.sampled_from(["change", "lose", "cut"]))
    place = draw(st.integers(0, max(0, len(frame) - 1)))
    if kind == "cut":
        return frame[:place]
    if kind == "lose":
        return frame[:place] + frame[place + draw(st.integers(1, 16)) :]
    return frame[:place] + bytes([draw(BYTE)]) + frame[place + 1 :]


@st.composite
def broken(draw: DrawFn, *, link_header: bool = True) -> Case:
    """A packet with up to three faults, with what the slow reference says of it.

    Args:
        draw: Hypothesis's.
        link_header: False for packets of an interface that has none.
    """
    layers = draw(known_stacks()).layers
    if not link_header:
        layers = without_link(layers)
    for _ in range(draw(st.integers(0, 2))):
        layers = draw(overridden(layers))
    frame = packet(*layers)
    if draw(st.booleans()):
        frame = draw(damaged(frame))
    return Case("broken", frame, reference(frame, link_header=link_header), link_header)
