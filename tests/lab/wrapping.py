"""Tunnels that this kernel has no device for, made by programs on both hosts' eth0 (wrap.bpf.c).

The hosts have the inner addresses on eth0 itself. What leaves gets outer headers in front of the
monitor, what arrives loses them behind it; between the two it is a tunnel's packet, whole
super-packets too, which the kernel cuts as it does with those of a tunnel device.
"""

from __future__ import annotations

import struct
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from tests.lab.counting import path_of
from tests.lab.foreign import Foreign
from tests.lab.underlay import ENDS, INNER, MACS, OUTER, address

from tunnel_monitor.contract import Direction, Encap
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.testing.packets import GRE, UDP, VLAN, Ethernet, IPv4, IPv6, Layer, packet

ETHERNET_SIZE, TAG_SIZE = 14, 4
MOST_HEADERS: Final = 128
# linux/bpf.h: BPF_F_ADJ_ROOM_…
FIXED_GSO: Final = 1 << 0
ENCAP_L3: Final = {4: 1 << 1, 6: 1 << 2}
ENCAP_GRE, ENCAP_UDP, ENCAP_ETHERNET = 1 << 3, 1 << 4, 1 << 6
DECAP_L3: Final = {4: 1 << 7, 6: 1 << 8}
LINK_SIZE_SHIFT: Final = 56


@dataclass(frozen=True)
class Wrapping:
    """A tunnel by its headers.

    Args:
        encap: what it is read as.
        headers: between the outer and the inner IP header.
        vni: the number that is read; None if there is none.
        inner: families it carries.
        outer: families it runs over.
    """

    encap: Encap
    headers: tuple[Layer, ...] = ()
    vni: int | None = None
    inner: tuple[int, ...] = (4, 6)
    outer: tuple[int, ...] = (4, 6)

    @property
    def link_size(self) -> int:
        """The size of the link header inside, with its tags; 0 if it carries IP."""
        links = [layer for layer in self.headers if isinstance(layer, (Ethernet, VLAN))]
        return ETHERNET_SIZE + TAG_SIZE * (len(links) - 1) if links else 0

    def template(self, place: int, outer: int, inner: int) -> bytes:
        """All headers from the outer IP header to the inner one, of what a host sends."""
        ends = OUTER[outer][place], OUTER[outer][1 - place]
        inside = ip(inner, INNER[inner][place], INNER[inner][1 - place])
        whole = packet(Ethernet(), ip(outer, *ends), *self.headers, inside)
        return whole[ETHERNET_SIZE : len(whole) - len(packet(inside))]

    def size(self, outer: int) -> int:
        """How long they are."""
        return len(self.template(0, outer, self.inner[0]))

    def wire_headers(self, outer: int) -> int:
        """Bytes on the wire in front of what is inside, its link header not among them."""
        return ETHERNET_SIZE + self.size(outer) - self.link_size

    def row(self, place: int, outer: int, inner: int) -> list[int]:
        """`struct wrapping` of wrap.bpf.c, as words."""
        template = self.template(place, outer, inner)
        first = self.headers[0] if self.headers else None
        flags = FIXED_GSO | ENCAP_L3[outer]
        flags |= ENCAP_UDP if isinstance(first, UDP) else 0
        flags |= ENCAP_GRE if isinstance(first, GRE) else 0
        if self.link_size:
            flags |= ENCAP_ETHERNET | self.link_size << LINK_SIZE_SHIFT
        udp = len(packet(ip(outer, *OUTER[outer]))) if isinstance(first, UDP) else 0
        unflags = FIXED_GSO | (DECAP_L3[inner] if inner != outer else 0)
        words = struct.unpack(f"<{MOST_HEADERS // 8}Q", template.ljust(MOST_HEADERS, b"\0"))
        return [len(template), outer, udp, flags, unflags, *words]


def ip(family: int, src: str, dst: str) -> Layer:
    """An IP header."""
    return IPv6(src, dst) if family == 6 else IPv4(src, dst)


def commands(wrapping: Wrapping, place: int, outer: int, mtu: int) -> list[str]:
    """What `ip` is told on one host: inner addresses on eth0, and how large packets may be."""
    far = 1 - place
    lines = []
    for inner in wrapping.inner:
        remote = INNER[inner][far]
        lines += [
            *address(INNER[inner][place], "eth0"),
            f"neighbor replace {remote} lladdr {MACS[far]} dev eth0 nud permanent",
            f"route replace {remote} dev eth0 src {INNER[inner][place]} "
            f"mtu {mtu - wrapping.size(outer)}",
        ]
    return lines


def attach(stack: ExitStack, lab: Lab, wrapping: Wrapping, outer: int) -> None:
    """Put the programs on both hosts, outside of what is attached already."""
    for place, host in enumerate(ENDS):
        programs = stack.enter_context(Foreign(path_of(lab, host), "wrap"))
        for inner in wrapping.inner:
            row = wrapping.row(place, outer, inner)
            programs.set_row("wrappings", row, key=int(inner == 6))
        programs.attach("wrap", "eth0", Direction.EGRESS, first=True)
        programs.attach("unwrap", "eth0", Direction.INGRESS)
