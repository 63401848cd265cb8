"""Random tunnel headers for Hypothesis: such as open a tunnel, and such as open none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from tests.packets.strategies_headers import (
    BETWEEN,
    BYTE,
    WORD,
    Layers,
    frames,
    label_stacks,
    service_paths,
)

from tunnel_monitor.contract import Encap, Outcome
from tunnel_monitor.testing.packets import (
    END_OF_ROUTES,
    ERSPAN2,
    ERSPAN3,
    GRE,
    GRE_ERSPAN,
    GTPU,
    UDP,
    VXLAN,
    VXLAN_HAS_VNI,
    VXLANGPE,
    Ethernet,
    Geneve,
    GTPUExtension,
    Layer,
    Route,
)

VNI: Final = st.integers(0, 0xFFFFFF)
DOUBLE: Final = st.integers(0, 2**32 - 1)
MAYBE: Final = st.one_of(st.none(), DOUBLE)
IP_DIRECTLY: Final[SearchStrategy[Layers]] = st.just(())


@dataclass(frozen=True)
class Opening:
    """What stands between the outer IP header and the inner one.

    Attributes:
        layers: up to and with the tunnel header.
        encap: None for IP in IP, which its two IP headers name.
        vni: None where the tunnel has none.
        way: from the tunnel header to the inner IP header.
    """

    layers: Layers
    encap: Encap | None
    vni: int | None
    way: Layers


def with_udp(header: Layer, *ports: int) -> SearchStrategy[Layers]:
    """The header behind one of UDP."""
    return st.builds(UDP, sport=WORD, dport=st.sampled_from(ports)).map(lambda udp: (udp, header))


@st.composite
def vxlan(draw: DrawFn) -> Opening:
    """VXLAN with any reserved bits."""
    flags = draw(BYTE) | VXLAN_HAS_VNI
    header = VXLAN(draw(VNI), flags, group_policy=draw(WORD), reserved2=draw(BYTE))
    layers = draw(with_udp(header, 4789, 8472))
    return Opening(layers, Encap.VXLAN, header.vni, draw(frames()))


@st.composite
def vxlan_gpe(draw: DrawFn) -> Opening:
    """VXLAN-GPE with what it can announce."""
    flags = draw(BYTE) & 0xC3 | 0x0C
    header = VXLANGPE(draw(VNI), flags, reserved1=draw(WORD), reserved2=draw(BYTE))
    way = draw(st.one_of(frames(), IP_DIRECTLY, label_stacks(), service_paths()))
    return Opening(draw(with_udp(header, 4790)), Encap.VXLAN_GPE, header.vni, way)


@st.composite
def geneve(draw: DrawFn) -> Opening:
    """Geneve with options, which nobody reads."""
    options = draw(st.integers(0, 63).map(lambda words: bytes(words * 4)))
    header = Geneve(draw(VNI), options, control=draw(st.booleans()), critical=draw(st.booleans()))
    way = draw(st.one_of(frames(), BETWEEN))
    return Opening(draw(with_udp(header, 6081)), Encap.GENEVE, header.vni, way)


GTPU_EXTENSION: Final = st.builds(
    GTPUExtension,
    st.sampled_from([0x20, 0x84, 0x85, 0xC0]),
    st.sampled_from([2, 6, 30]).map(bytes),
)


@st.composite
def gtpu(draw: DrawFn) -> Opening:
    """A user's packet in GTP-U, IP or a frame."""
    header = GTPU(
        draw(DOUBLE),
        sequence=draw(st.one_of(st.none(), WORD)),
        n_pdu=draw(st.one_of(st.none(), BYTE)),
        extensions=tuple(draw(st.lists(GTPU_EXTENSION, max_size=8))),
        spare=draw(st.booleans()),
    )
    way = draw(st.one_of(IP_DIRECTLY, frames()))
    return Opening(draw(with_udp(header, 2152)), Encap.GTPU, header.teid, way)


ROUTES: Final = st.lists(st.builds(Route, st.binary(max_size=20)), min_size=1, max_size=7).map(
    lambda routes: (*routes, END_OF_ROUTES)
)


@st.composite
def gre_headers(draw: DrawFn) -> GRE:
    """GRE with any of its words."""
    return GRE(
        key=draw(MAYBE),
        sequence=draw(MAYBE),
        has_checksum=draw(st.booleans()),
        routes=draw(st.one_of(st.just(()), ROUTES)),
        flags=draw(BYTE) << 3,
    )


def is_nvgre(header: GRE) -> bool:
    """RFC 7637, 3.2: a key, neither checksum nor sequence number."""
    return header.key is not None and not header.has_checksum and header.sequence is None


@st.composite
def gre(draw: DrawFn) -> Opening:
    """GRE in front of a frame or of anything else."""
    header = draw(gre_headers())
    way = draw(st.one_of(frames(), BETWEEN))
    if not way or not isinstance(way[0], Ethernet):
        return Opening((header,), Encap.GRE, header.key, way)
    if is_nvgre(header) and header.key is not None:
        return Opening((header,), Encap.NVGRE, header.key >> 8, way)
    return Opening((header,), Encap.GRETAP, header.key, way)


@st.composite
def erspan(draw: DrawFn) -> Opening:
    """All three types of ERSPAN."""
    header = draw(gre_headers())
    session = draw(st.integers(0, 1023))
    kind = draw(st.sampled_from([Encap.ERSPAN1, Encap.ERSPAN2, Encap.ERSPAN3]))
    if kind is Encap.ERSPAN1:
        first = replace(header, sequence=None, protocol=GRE_ERSPAN)
        return Opening((first,), kind, None, draw(frames()))
    if kind is Encap.ERSPAN2:
        second = ERSPAN2(session, is_cut=draw(st.booleans()), index=draw(DOUBLE))
        return Opening((replace(header, sequence=5), second), kind, session, draw(frames()))
    is_ip = draw(st.booleans())
    platform = draw(st.sampled_from([b"", bytes(8), b"\xff" * 8]))
    third = ERSPAN3(session, frame_type=2 if is_ip else 0, platform=platform, rest=draw(BYTE))
    return Opening((header, third), kind, session, () if is_ip else draw(frames()))


IP_IN_IP: Final = st.just(Opening((), None, None, ()))

OPENINGS: Final[SearchStrategy[Opening]] = st.one_of(
    vxlan(), vxlan_gpe(), geneve(), gtpu(), gre(), erspan(), IP_IN_IP
)

# Tunnel headers that open nothing, and why.
CLOSED: Final[Mapping[Outcome, SearchStrategy[Layers]]] = {
    Outcome.NO_VNI: st.one_of(
        BYTE.flatmap(lambda flags: with_udp(VXLAN(flags=flags & 0xF7), 4789, 8472)),
        BYTE.flatmap(lambda flags: with_udp(VXLANGPE(flags=flags & 0xC7), 4790)),
    ),
    Outcome.GTPU_MESSAGE: st.integers(0, 254).flatmap(
        lambda message: with_udp(GTPU(message=message), 2152)
    ),
    Outcome.UNKNOWN_VERSION: st.one_of(
        st.integers(1, 3).flatmap(lambda version: with_udp(Geneve(version=version), 6081)),
        st.integers(2, 7).flatmap(lambda version: with_udp(GTPU(version=version), 2152)),
        st.integers(1, 3).flatmap(lambda bits: with_udp(VXLANGPE(flags=bits << 4 | 12), 4790)),
        st.integers(1, 7).map(lambda version: (GRE(version=version),)),
    ),
}
