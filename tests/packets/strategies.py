"""Random packets for Hypothesis: stacks of layers whose answer is known, and broken ones.

`stacks` knows what it put in, so its answers need no reader of packets at all. `broken` does
to such a stack what wires, cards and attackers do; only the slow reference can say what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from tests.packets.expected import NO_INNER, Case, Expected, Pair
from tests.packets.reference import reference
from tests.packets.reference_ip import MAX_EXTENSIONS
from tests.packets.reference_link import MAX_TAGS, TAGS
from tests.packets.reference_tunnels import PORTS

from tunnel_monitor.contract import MAX_DEPTH, Encap, Outcome
from tunnel_monitor.testing.packets import (
    AH,
    ARP,
    ICMP,
    TCP,
    UDP,
    VLAN,
    VXLAN,
    VXLAN_HAS_VNI,
    Ethernet,
    Extension,
    Fragment,
    ICMPv6,
    IPv4,
    IPv6,
    Layer,
    packet,
    payload,
)

# On a busy machine a packet may take long to draw, and that says nothing.
UNTIMED: Final = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

Layers = tuple[Layer, ...]

BYTE: Final = st.integers(0, 0xFF)
WORD: Final = st.integers(0, 0xFFFF)
ADDRESSES4: Final = st.integers(0, 2**32 - 1).map(lambda number: str(IPv4Address(number)))
ADDRESSES6: Final = st.integers(1 << 48, 2**128 - 1).map(lambda number: str(IPv6Address(number)))
PADDING: Final = st.sampled_from([6, 14, 30]).map(bytes)

TAG: Final = st.builds(VLAN, vid=st.integers(0, 4095), tpid=st.sampled_from(sorted(TAGS)))
EXTENSION: Final[SearchStrategy[Layer]] = st.one_of(
    st.builds(Extension, st.sampled_from([0, 43, 60, 135, 139, 140]), PADDING),
    st.builds(Fragment, reserved=st.integers(0, 3), reserved_byte=BYTE, more=st.booleans()),
    st.builds(AH, check_value=st.sampled_from([0, 4, 12, 32]).map(bytes)),
)
NO_TUNNEL: Final[SearchStrategy[Layer]] = st.one_of(
    st.builds(TCP, dport=st.sampled_from([80, 4789]), options=st.binary(max_size=40)),
    st.builds(UDP, sport=WORD, dport=WORD.filter(lambda port: port not in PORTS)),
    st.builds(ICMP),
    st.builds(ICMPv6),
    st.just(payload(0)),
)
NO_IP: Final[SearchStrategy[Layers]] = st.one_of(
    st.just((ARP(),)), st.integers(0, 60).map(lambda length: (payload(length),))
)


@dataclass(frozen=True)
class Part:
    """Some layers of a packet, and the addresses of the IP header in it."""

    layers: Layers
    pair: Pair = NO_INNER


@dataclass(frozen=True)
class Tail(Part):
    """The last layers of a packet; `outcome` is what they make of it outside any tunnel."""

    outcome: Outcome = Outcome.NOT_TUNNELED


@st.composite
def links(draw: DrawFn) -> Layers:
    """A link header with as many tags as are allowed."""
    return (Ethernet(), *draw(st.lists(TAG, max_size=MAX_TAGS)))


@st.composite
def ip_headers(draw: DrawFn) -> Part:
    """An IP header, with options or extension headers."""
    if draw(st.booleans()):
        pair = draw(st.tuples(ADDRESSES6, ADDRESSES6))
        extensions = draw(st.lists(EXTENSION, max_size=MAX_EXTENSIONS))
        return Part((IPv6(*pair, traffic_class=draw(BYTE)), *extensions), pair)
    pair = draw(st.tuples(ADDRESSES4, ADDRESSES4))
    header = IPv4(
        *pair,
        options=draw(st.binary(max_size=40)),
        tos=draw(BYTE),
        dont_fragment=draw(st.booleans()),
        more_fragments=draw(st.booleans()),
    )
    return Part((header,), pair)


@st.composite
def tunnels(draw: DrawFn, *, flags: SearchStrategy[int]) -> Layers:
    """From the UDP header to the tunnel header."""
    udp = UDP(sport=draw(WORD), dport=draw(st.sampled_from([4789, 8472])))
    vxlan = VXLAN(
        vni=draw(st.integers(0, 0xFFFFFF)),
        flags=draw(flags),
        group_policy=draw(WORD),
        reserved2=draw(BYTE),
    )
    return (udp, vxlan)


OPEN: Final = BYTE.map(lambda flags: flags | VXLAN_HAS_VNI)
CLOSED: Final = BYTE.map(lambda flags: flags & ~VXLAN_HAS_VNI)


@st.composite
def ends(draw: DrawFn) -> Tail:
    """The end of a packet behind an IP header that starts no tunnel, with that header."""
    ip = draw(ip_headers())
    kind = draw(st.sampled_from(["other", "closed", "fragment", "extensions"]))
    if kind == "other":
        return Tail((*ip.layers, draw(NO_TUNNEL)), ip.pair)
    if kind == "closed":
        return Tail((*ip.layers, *draw(tunnels(flags=CLOSED))), ip.pair, Outcome.NO_VNI)
    if kind == "fragment" or isinstance(ip.layers[0], IPv4):
        return draw(later_fragments(ip))
    extensions = draw(st.lists(EXTENSION, min_size=MAX_EXTENSIONS + 1, max_size=MAX_EXTENSIONS + 2))
    layers = (ip.layers[0], *extensions, *draw(tunnels(flags=OPEN)))
    return Tail(layers, ip.pair, Outcome.TOO_MANY_EXTENSIONS)


@st.composite
def later_fragments(draw: DrawFn, ip: Part) -> Tail:
    """A fragment that is not the first, of a datagram that may have been a tunnel's."""
    offset = draw(st.integers(1, 0x1FFF))
    header = ip.layers[0]
    if isinstance(header, IPv4):
        headers: Layers = (replace(header, offset=offset),)
    else:
        headers = (*ip.layers[:MAX_EXTENSIONS], Fragment(offset=offset))
    layers = (*headers, *draw(tunnels(flags=OPEN)))
    return Tail(layers, ip.pair, Outcome.LATER_FRAGMENT)


@st.composite
def frames_without_ip(draw: DrawFn) -> Tail:
    """A frame in which no IP header can be read."""
    if draw(st.booleans()):
        return Tail((*draw(links()), *draw(NO_IP)))
    tags = draw(st.lists(TAG, min_size=MAX_TAGS + 1, max_size=MAX_TAGS + 2))
    layers = (Ethernet(), *tags, *draw(ip_headers()).layers)
    return Tail(layers, outcome=Outcome.TOO_MANY_TAGS)


@st.composite
def tails(draw: DrawFn) -> Tail:
    """The innermost frame."""
    if draw(st.integers(0, 3)) == 0:
        return draw(frames_without_ip())
    end = draw(ends())
    return replace(end, layers=(*draw(links()), *end.layers))


@dataclass(frozen=True)
class KnownStack:
    """Layers of a packet, and what it becomes."""

    layers: Layers
    expected: Expected


@st.composite
def known_stacks(draw: DrawFn) -> KnownStack:
    """Up to one tunnel more than is allowed, and a frame in the last."""
    levels: list[Layers] = []
    outer = NO_INNER
    for _ in range(draw(st.integers(0, MAX_DEPTH + 1))):
        ip = draw(ip_headers())
        outer = ip.pair
        levels.append((*draw(links()), *ip.layers, *draw(tunnels(flags=OPEN))))
    tail = draw(tails())
    outside = tuple(layer for level in levels for layer in level)
    layers = (*outside, *tail.layers)
    length = len(packet(*layers))
    if len(levels) > MAX_DEPTH:
        return KnownStack(layers, Expected(Outcome.TOO_DEEP, length))
    if not levels:
        return KnownStack(layers, Expected(tail.outcome, length))
    vxlan = outside[-1]
    assert isinstance(vxlan, VXLAN)
    expected = Expected(
        Outcome.FLOW,
        length,
        encap=(Encap.VXLAN,) * len(levels),
        vni=vxlan.vni,
        outer_src=outer[0],
        outer_dst=outer[1],
        inner_src=tail.pair[0],
        inner_dst=tail.pair[1],
        inner_bytes=len(packet(*tail.layers)),
    )
    return KnownStack(layers, expected)


@st.composite
def stacks(draw: DrawFn) -> Case:
    """A valid packet of any depth, with what it must become."""
    stack = draw(known_stacks())
    return Case("random stack", packet(*stack.layers), stack.expected)


# Addresses that let the kernel's test-run take frames without link header: see cases_linkless.
LINKLESS: Final[Mapping[type[Layer], str]] = {IPv4: "8.0.1.100", IPv6: "2001:db8:86dd::100"}


def without_link(layers: Layers) -> Layers:
    """The same packet on an interface without link header."""
    while isinstance(layers[0], Ethernet | VLAN):
        layers = layers[1:]
    first, *behind = layers
    if isinstance(first, IPv4 | IPv6):
        first = replace(first, src=LINKLESS[type(first)])
    return (first, *behind)


LENGTH: Final = st.one_of(st.integers(0, 300), WORD)
# For each layer the fields by which a parser finds the next one.
FIELDS: Final[Mapping[type[Layer], Mapping[str, SearchStrategy[Any]]]] = {
    Ethernet: {"type": st.sampled_from([0x0800, 0x86DD, 0x8100, 0x88A8, 0x0806, 38])},
    VLAN: {"type": st.sampled_from([0x0800, 0x86DD, 0x8100, 0x9100, 0x0806])},
    IPv4: {
        "version": st.integers(0, 15),
        "ihl": st.integers(0, 15),
        "total_length": LENGTH,
        "protocol": st.sampled_from([4, 6, 17, 41, 44, 47, 60]),
        "offset": st.integers(0, 0x1FFF),
    },
    IPv6: {
        "version": st.integers(0, 15),
        "payload_length": LENGTH,
        "next_header": st.sampled_from([0, 6, 17, 43, 44, 50, 51, 59, 60]),
    },
    Extension: {"length": BYTE, "next_header": BYTE},
    AH: {"length": BYTE, "next_header": BYTE},
    Fragment: {"offset": st.integers(0, 0x1FFF), "next_header": BYTE},
    UDP: {"dport": st.sampled_from([*PORTS, 53, 4788, 4790]), "length": LENGTH},
    VXLAN: {"flags": BYTE},
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
