"""Every way in which Linux makes a tunnel that is read here, and which of them this kernel has.

All addresses are (here, there), as in underlay.py.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from tests.lab.underlay import (
    INNER,
    INNER4,
    INNER6,
    INNER_MACS,
    MACS,
    OUTER,
    OUTER6,
    address,
)

from tunnel_monitor.contract import Encap
from tunnel_monitor.lab import namespaces

VNI: Final = 10007
KEY: Final = VNI << 8  # of GRE: what NVGRE reads of it
SESSION: Final = 77  # of ERSPAN: ten bits
OUTER_SIZE: Final = {4: 20, 6: 40}
ETHERNET_SIZE: Final = 14
SEGMENTS: Final = ("2001:db8:1", "2001:db8:2")  # SRv6: each host's, in front of ::4 and ::6

# By place, outer family, and how large packets inside may be.
Commands = Callable[[int, int, int], list[str]]


@dataclass(frozen=True)
class Kind:
    """A way to make a tunnel.

    Args:
        name: as docs/reference/encapsulations.md has it.
        encaps: what it is read as, by the family of what is inside.
        device: `ip link add … type` and these words; `{here}` and `{there}` are the outer
            addresses. Empty where there is none.
        headers: bytes between the outer IP header and what is inside, a link header included.
        vni: the number that is read; None if there is none.
        outer: families it runs over.
        frames: whether it carries Ethernet frames.
        commands: what else a host must be told.
        fragments: whether packets fragmented inside arrive. Linux 6.18 gets the checksum of
            what it puts together wrong behind SRv6.
    """

    name: str
    encaps: Mapping[int, Encap]
    device: str
    headers: int
    vni: int | None = VNI
    outer: tuple[int, ...] = (4, 6)
    frames: bool = True
    commands: Commands = lambda _place, _outer, _mtu: []
    fragments: bool = True

    @property
    def inner(self) -> tuple[int, ...]:
        """Families it carries."""
        return tuple(self.encaps)

    def mtu(self, underlay: int, outer: int) -> int:
        """The largest IP packet inside."""
        return underlay - OUTER_SIZE[outer] - self.headers

    def wire_headers(self, outer: int) -> int:
        """Bytes on the wire in front of what is inside, its link header not among them."""
        inside = ETHERNET_SIZE if self.frames else 0
        return ETHERNET_SIZE + OUTER_SIZE[outer] + self.headers - inside


def any_inner(encap: Encap) -> Mapping[int, Encap]:
    """Read as the same whatever is inside."""
    return {4: encap, 6: encap}


def by_routes(place: int, outer: int, _mtu: int) -> list[str]:
    """A device that gets its tunnel with each packet, here from the route."""
    remote = OUTER[outer][1 - place]
    encap = f"encap ip id {VNI} ttl 64 dst {remote}"
    if outer == 6:
        encap = f"encap ip6 id {VNI} hoplimit 64 dst {remote}"
    return [
        f"route replace {INNER4[1 - place]}/32 {encap} dev tunnel",
        f"route replace {INNER6[1 - place]}/128 {encap} dev tunnel",
    ]


def segment_routing(place: int, _outer: int, mtu: int) -> list[str]:
    """SRv6 (RFC 8986): routes that put packets into IPv6, and others that take them out."""
    far = 1 - place
    via = f"via {OUTER6[far]} dev eth0"
    to, own = SEGMENTS[far], SEGMENTS[place]
    into = "encap seg6 mode encap segs"
    return [
        f"address add {INNER4[place]}/32 dev lo",
        f"address add {INNER6[place]}/128 dev lo nodad",
        f"route add {to}::/64 {via}",
        f"route add {INNER6[far]}/128 {into} {to}::6 {via} src {INNER6[place]} mtu {mtu}",
        f"route add {INNER4[far]}/32 {into} {to}::4 via inet6 {OUTER6[far]} dev eth0 "
        f"src {INNER4[place]} mtu {mtu}",
        f"route add {own}::6/128 encap seg6local action End.DT6 table local dev eth0",
        f"route add {own}::4/128 encap seg6local action End.DX4 nh4 {INNER4[place]} dev eth0",
    ]


ENDPOINTS: Final = "local {here} remote {there}"
KINDS: Final = (
    Kind("vxlan", any_inner(Encap.VXLAN), f"vxlan id {VNI} dev eth0 dstport 4789 {ENDPOINTS}", 30),
    Kind(
        "vxlan gbp",
        any_inner(Encap.VXLAN),
        f"vxlan id {VNI} dev eth0 dstport 4789 {ENDPOINTS} gbp",
        30,
    ),
    Kind(
        "vxlan remcsum",
        any_inner(Encap.VXLAN),
        f"vxlan id {VNI} dev eth0 dstport 4789 {ENDPOINTS} udpcsum udp6zerocsumrx "
        "remcsumtx remcsumrx",
        30,
    ),
    Kind(
        "vxlan external",
        any_inner(Encap.VXLAN),
        "vxlan dstport 4789 external udp6zerocsumrx",
        30,
        commands=by_routes,
    ),
    Kind(
        "vxlan gpe",
        any_inner(Encap.VXLAN_GPE),
        "vxlan dstport 4790 gpe external udp6zerocsumrx",
        16,
        frames=False,
        commands=by_routes,
    ),
    Kind("geneve", any_inner(Encap.GENEVE), f"geneve id {VNI} remote {{there}}", 30),
    Kind(
        "geneve external",
        any_inner(Encap.GENEVE),
        "geneve external udp6zerocsumrx",
        30,
        commands=by_routes,
    ),
    Kind("gre", any_inner(Encap.GRE), f"gre {ENDPOINTS}", 4, None, (4,), frames=False),
    Kind(
        "gre key csum seq",
        any_inner(Encap.GRE),
        f"gre {ENDPOINTS} key {KEY} csum seq",
        16,
        KEY,
        (4,),
        frames=False,
    ),
    Kind("ip6gre", any_inner(Encap.GRE), f"ip6gre {ENDPOINTS}", 4, None, (6,), frames=False),
    Kind("gretap", any_inner(Encap.GRETAP), f"gretap {ENDPOINTS}", 18, None, (4,)),
    Kind("gretap key", any_inner(Encap.NVGRE), f"gretap {ENDPOINTS} key {KEY}", 22, VNI, (4,)),
    Kind("ip6gretap", any_inner(Encap.GRETAP), f"ip6gretap {ENDPOINTS}", 18, None, (6,)),
    Kind(
        "erspan 0",
        any_inner(Encap.ERSPAN1),
        f"erspan {ENDPOINTS} key {SESSION} erspan_ver 0",
        18,
        None,
        (4,),
    ),
    Kind(
        "erspan 1",
        any_inner(Encap.ERSPAN2),
        f"erspan {ENDPOINTS} seq key {SESSION} erspan_ver 1 erspan 5",
        30,
        SESSION,
        (4,),
    ),
    Kind(
        "erspan 2",
        any_inner(Encap.ERSPAN3),
        f"erspan {ENDPOINTS} seq key {SESSION} erspan_ver 2 erspan_dir egress erspan_hwid 3",
        34,
        SESSION,
        (4,),
    ),
    Kind("ipip", {4: Encap.IPIP}, f"ipip {ENDPOINTS}", 0, None, (4,), frames=False),
    Kind("sit", {6: Encap.SIT}, f"sit {ENDPOINTS}", 0, None, (4,), frames=False),
    Kind(
        "ip6tnl",
        {4: Encap.IP4IP6, 6: Encap.IP6IP6},
        f"ip6tnl {ENDPOINTS} mode any encaplimit none",
        0,
        None,
        (6,),
        frames=False,
    ),
    Kind(
        "seg6",
        {4: Encap.IP4IP6, 6: Encap.IP6IP6},
        "",
        24,
        None,
        (6,),
        frames=False,
        commands=segment_routing,
        fragments=False,
    ),
)
SYSCTLS: Final = {
    "ipv6/conf/all/seg6_enabled": 1,
    "ipv6/conf/eth0/seg6_enabled": 1,
    "ipv6/conf/all/forwarding": 1,
}


def commands(kind: Kind, place: int, outer: int, underlay: int) -> list[str]:
    """All that `ip` is told on one host, whose eth0 is up and knows the other's MAC."""
    far = 1 - place
    own, remote = OUTER[outer][place], OUTER[outer][far]
    lines = [
        *address(own, "eth0"),
        f"neighbor replace {remote} lladdr {MACS[far]} dev eth0 nud permanent",
    ]
    if kind.device:
        words = kind.device.format(here=own, there=remote)
        mac = f" address {INNER_MACS[place]}" if kind.frames else ""
        lines.append(f"link add tunnel mtu {kind.mtu(underlay, outer)}{mac} type {words}")
        lines.append("link set tunnel up")
        lines += [line for inner in kind.inner for line in address(INNER[inner][place], "tunnel")]
    if kind.frames:
        lines += [
            f"neighbor replace {INNER[inner][far]} lladdr {INNER_MACS[far]} dev tunnel "
            "nud permanent"
            for inner in kind.inner
        ]
    return [*lines, *kind.commands(place, outer, kind.mtu(underlay, outer))]


@cache
def missing() -> frozenset[str]:
    """The kinds that this kernel has no device or route for; all of them without root.

    Asked once, in a namespace of its own, since a kernel may load a module to answer.
    """
    if os.geteuid():
        return frozenset(kind.name for kind in KINDS)
    descriptor = namespaces.create()
    try:
        with namespaces.entered(descriptor):
            return frozenset(kind.name for kind in KINDS if not is_offered(kind))
    finally:
        os.close(descriptor)


def is_offered(kind: Kind) -> bool:
    """Whether the kernel makes it, in the namespace of the calling thread."""
    told("ip link add eth0 type veth peer name other")
    told("ip link set eth0 up")
    here, there = OUTER[kind.outer[0]]
    try:
        if kind.device:
            words = kind.device.format(here=here, there=there)
            return told(f"ip link add probe type {words}").returncode == 0
        route = f"route add {SEGMENTS[0]}::/64 encap seg6 mode encap segs {SEGMENTS[1]}::"
        return told(f"ip {route} dev eth0").returncode == 0
    finally:
        told("ip link delete probe")
        told("ip link delete eth0")


def told(words: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command, whatever comes of it."""
    return subprocess.run(words.split(), capture_output=True, check=False)


def offered() -> list[Kind]:
    """The kinds that this kernel makes."""
    return [kind for kind in KINDS if kind.name not in missing()]
