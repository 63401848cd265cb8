"""Random headers for Hypothesis: IP with what may be behind it, and all that may lead to it."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from tests.packets.expected import NO_INNER, Pair
from tests.packets.reference_ip import MAX_EXTENSIONS
from tests.packets.reference_link import MAX_TAGS, TAGS

from tunnel_monitor.testing.packets import (
    AH,
    LLCSNAP,
    MPLS,
    NSH,
    PBB,
    PPP,
    VLAN,
    ControlWord,
    Ethernet,
    Extension,
    Fragment,
    IPv4,
    IPv6,
    Layer,
    PPPoE,
)

Layers = tuple[Layer, ...]

BYTE: Final = st.integers(0, 0xFF)
WORD: Final = st.integers(0, 0xFFFF)
ADDRESSES4: Final = st.integers(0, 2**32 - 1).map(lambda number: str(IPv4Address(number)))
ADDRESSES6: Final = st.integers(1 << 48, 2**128 - 1).map(lambda number: str(IPv6Address(number)))
PADDING: Final = st.sampled_from([6, 14, 30]).map(bytes)

AHS: Final = st.builds(AH, check_value=st.sampled_from([0, 4, 12, 32]).map(bytes))
EXTENSION: Final[SearchStrategy[Layer]] = st.one_of(
    st.builds(Extension, st.sampled_from([0, 43, 60, 135, 139, 140]), PADDING),
    st.builds(Fragment, reserved=st.integers(0, 3), reserved_byte=BYTE, more=st.booleans()),
    AHS,
)

TAG: Final = st.builds(VLAN, vid=st.integers(0, 4095), tpid=st.sampled_from(sorted(TAGS)))
SNAP: Final = st.builds(LLCSNAP, oui=st.sampled_from([0, 0x0000F8]))
LABEL: Final = st.builds(MPLS, st.integers(0, 0xFFFFF), st.integers(0, 7), BYTE)
CONTEXT: Final = st.sampled_from([0, 4, 16, 244]).map(bytes)


@dataclass(frozen=True)
class Part:
    """Some layers of a packet, and the addresses of the IP header in it."""

    layers: Layers
    pair: Pair = NO_INNER

    @property
    def is_ipv4(self) -> bool:
        """Whether it begins with IPv4."""
        return isinstance(self.layers[0], IPv4)


@st.composite
def links(draw: DrawFn) -> Layers:
    """A link header with as many tags as are allowed, and perhaps a length instead of a type."""
    snap = draw(st.one_of(st.just(()), st.tuples(SNAP)))
    return (Ethernet(), *draw(st.lists(TAG, max_size=MAX_TAGS)), *snap)


@st.composite
def label_stacks(draw: DrawFn) -> Layers:
    """Labels right in front of IP."""
    return tuple(draw(st.lists(LABEL, min_size=1, max_size=4)))


@st.composite
def pseudowires(draw: DrawFn) -> Layers:
    """Labels and a frame; its destination address must not look like an IP header."""
    word = draw(st.one_of(st.just(()), st.tuples(st.builds(ControlWord, WORD))))
    return (*draw(label_stacks()), *word, *draw(links()))


@st.composite
def service_paths(draw: DrawFn) -> Layers:
    """NSH, and what it may announce."""
    behind = draw(st.one_of(st.just(()), links(), label_stacks()))
    return (NSH(path=draw(WORD), context=draw(CONTEXT)), *behind)


@st.composite
def sessions(draw: DrawFn) -> Layers:
    """PPP, over Ethernet or not."""
    ppp = PPP(is_compressed=draw(st.booleans()), has_address=draw(st.booleans()))
    over = (PPPoE(),) if draw(st.booleans()) else ()
    if draw(st.booleans()):  # the protocol of MPLS has no byte to leave out
        return (*over, PPP(has_address=ppp.has_address), *draw(label_stacks()))
    return (*over, ppp)


@st.composite
def backbones(draw: DrawFn) -> Layers:
    """A service tag and the customer's frame."""
    return (PBB(draw(st.integers(0, 0xFFFFFF))), *draw(links()))


# From a header that has an EtherType to IP.
BETWEEN: Final[SearchStrategy[Layers]] = st.one_of(
    st.just(()), label_stacks(), pseudowires(), service_paths(), sessions(), backbones()
)


@st.composite
def frames(draw: DrawFn) -> Layers:
    """From an Ethernet header to IP."""
    return (*draw(links()), *draw(BETWEEN))


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
    return Part((header, *draw(st.lists(AHS, max_size=2))), pair)
