"""Random packets for Hypothesis: stacks of layers whose answer is known.

A stack knows what it put in, so its answer needs no reader of packets at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from tests.packets.expected import Case, Expected
from tests.packets.headers import IP_IN_IP
from tests.packets.reference_ip import MAX_EXTENSIONS
from tests.packets.reference_link import MAX_TAGS
from tests.packets.reference_tunnels import PORTS
from tests.packets.strategies_headers import (
    EXTENSION,
    TAG,
    WORD,
    Layers,
    Part,
    frames,
    ip_headers,
    links,
)
from tests.packets.strategies_tunnels import CLOSED, OPENINGS, Opening

from tunnel_monitor.contract import MAX_DEPTH, Encap, Outcome
from tunnel_monitor.testing.packets import (
    ARP,
    ICMP,
    TCP,
    UDP,
    Ethernet,
    Fragment,
    ICMPv6,
    IPv4,
    Layer,
    packet,
    payload,
)

# On a busy machine a packet may take long to draw, and that says nothing.
UNTIMED: Final = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
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
class Tail(Part):
    """The last layers of a packet; `outcome` is what they make of it outside any tunnel."""

    outcome: Outcome = Outcome.NOT_TUNNELED


@st.composite
def ends(draw: DrawFn) -> Tail:
    """The end of a packet behind an IP header that starts no tunnel, with that header."""
    ip = draw(ip_headers())
    kind = draw(st.sampled_from(["other", "closed", "fragment", "extensions"]))
    if kind == "other":
        return Tail((*ip.layers, draw(NO_TUNNEL)), ip.pair)
    if kind == "closed":
        why = draw(st.sampled_from(sorted(CLOSED)))
        return Tail((*ip.layers, *draw(CLOSED[why])), ip.pair, why)
    if kind == "fragment" or ip.is_ipv4:
        return draw(later_fragments(ip))
    extensions = draw(st.lists(EXTENSION, min_size=MAX_EXTENSIONS + 1, max_size=MAX_EXTENSIONS + 2))
    layers = (ip.layers[0], *extensions, *draw(OPENINGS).layers)
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
    opening = draw(OPENINGS.filter(lambda opening: bool(opening.layers)))
    return Tail((*headers, *opening.layers), ip.pair, Outcome.LATER_FRAGMENT)


@st.composite
def frames_without_ip(draw: DrawFn) -> Tail:
    """A frame in which no IP header can be read."""
    if draw(st.booleans()):
        return Tail((*draw(links()), *draw(NO_IP)))
    tags = draw(st.lists(TAG, min_size=MAX_TAGS + 1, max_size=MAX_TAGS + 2))
    layers = (Ethernet(), *tags, *draw(ip_headers()).layers)
    return Tail(layers, outcome=Outcome.TOO_MANY_TAGS)


@dataclass(frozen=True)
class Level:
    """One tunnel of a packet: the way to its outer IP header, that, and its own headers."""

    way: Layers
    ip: Part
    opening: Opening

    @property
    def layers(self) -> Layers:
        """All of them."""
        return (*self.way, *self.ip.layers, *self.opening.layers)

    def encap(self, inner_is_ipv4: bool) -> Encap:  # noqa: FBT001
        """What it is called; IP in IP is named by both IP headers."""
        if self.opening.encap is not None:
            return self.opening.encap
        return IP_IN_IP[4 if inner_is_ipv4 else 41][not self.ip.is_ipv4]


@st.composite
def levels(draw: DrawFn) -> list[Level]:
    """Up to one tunnel more than is allowed."""
    found: list[Level] = []
    way = draw(frames())
    for _ in range(draw(st.integers(0, MAX_DEPTH + 1))):
        found.append(Level(way, draw(ip_headers()), draw(OPENINGS)))
        way = found[-1].opening.way
    return found


@st.composite
def tails(draw: DrawFn, way: Layers) -> Tail:
    """The innermost headers; where a frame is expected there may be one without IP."""
    has_frame = bool(way) and isinstance(way[0], Ethernet)
    if has_frame and draw(st.integers(0, 3)) == 0:
        return draw(frames_without_ip())
    end = draw(ends())
    return replace(end, layers=(*way, *end.layers))


@dataclass(frozen=True)
class KnownStack:
    """Layers of a packet, and what it becomes."""

    layers: Layers
    expected: Expected


@st.composite
def known_stacks(draw: DrawFn) -> KnownStack:
    """Tunnels in each other, and a packet in the last."""
    outside = draw(levels())
    tail = draw(tails(outside[-1].opening.way if outside else draw(frames())))
    layers = (*(layer for level in outside for layer in level.layers), *tail.layers)
    length = len(packet(*layers))
    if len(outside) > MAX_DEPTH:
        return KnownStack(layers, Expected(Outcome.TOO_DEEP, length))
    if not outside:
        return KnownStack(layers, Expected(tail.outcome, length))
    inner = [*(level.ip.is_ipv4 for level in outside[1:]), tail.is_ipv4]
    expected = Expected(
        Outcome.FLOW,
        length,
        encap=tuple(level.encap(is_ipv4) for level, is_ipv4 in zip(outside, inner, strict=True)),
        vni=outside[-1].opening.vni,
        outer_src=outside[-1].ip.pair[0],
        outer_dst=outside[-1].ip.pair[1],
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
