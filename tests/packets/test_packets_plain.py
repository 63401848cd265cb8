"""Which packets take the fast path: those that are counted where there is no other."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator, Mapping

import pytest
from tests.packets.readers import KernelReader
from tests.packets.stacks import END4, END6, PEER4, PEER6, PING4, PING6, TCP4, TCP6, TUNNEL

from tunnel_monitor.contract import Direction, Outcome
from tunnel_monitor.kernel import libbpf
from tunnel_monitor.testing.packets import (
    ARP,
    GRE,
    TCP,
    UDP,
    VLAN,
    VXLAN,
    Ethernet,
    Geneve,
    IPv4,
    IPv6,
    Layer,
    packet,
    payload,
)

pytestmark = pytest.mark.root

OPTION = bytes.fromhex("0102800100000000")
Stack = tuple[Layer, ...]
PLAIN: Mapping[str, Stack] = {
    "vxlan, 4 in 4": (Ethernet(), PEER4, UDP(), TUNNEL, *TCP4),
    "vxlan, 6 in 6": (Ethernet(), PEER6, UDP(), TUNNEL, *TCP6),
    "vxlan, 6 in 4": (Ethernet(), PEER4, UDP(), TUNNEL, *PING6),
    "vxlan, 4 in 6": (Ethernet(), PEER6, UDP(), TUNNEL, *PING4),
    "vxlan, inner udp": (
        *(Ethernet(), PEER4, UDP(), TUNNEL, Ethernet(), END4),
        *(UDP(dport=53), payload(30)),
    ),
    "vxlan behind a tag": (Ethernet(), VLAN(7), PEER4, UDP(), TUNNEL, *TCP4),
    "vxlan behind a tag, 6 in 6": (Ethernet(), VLAN(7), PEER6, UDP(), TUNNEL, *TCP6),
    "geneve": (Ethernet(), PEER4, UDP(), Geneve(vni=5), *TCP4),
    "geneve with options": (Ethernet(), PEER4, UDP(), Geneve(vni=5, options=OPTION), *TCP6),
    "geneve with an IP packet": (Ethernet(), PEER4, UDP(), Geneve(vni=5), END4, TCP()),
    "gre": (Ethernet(), PEER4, GRE(), END4, TCP()),
    "gre with a key": (Ethernet(), PEER6, GRE(key=9), END6, TCP()),
    "gretap": (Ethernet(), PEER4, GRE(), *TCP4),
    "nvgre": (Ethernet(), PEER4, GRE(key=0x1234 << 8), *TCP4),
}
NO_TUNNEL: Mapping[str, Stack] = {
    "tcp": (Ethernet(), PEER4, TCP()),
    "tcp over IPv6": (Ethernet(), PEER6, TCP()),
    "udp": (Ethernet(), PEER4, UDP(dport=53), payload(30)),
    "udp behind a tag": (Ethernet(), VLAN(7), PEER6, UDP(dport=53), payload(30)),
}
WALKED: Mapping[str, Stack] = {
    "an outer option": (Ethernet(), IPv4(options=b"\1\1\1\1"), UDP(), TUNNEL, *TCP4),
    "two tags": (Ethernet(), VLAN(7), VLAN(8), PEER4, UDP(), TUNNEL, *TCP4),
    "an inner tag": (Ethernet(), PEER4, UDP(), TUNNEL, Ethernet(), VLAN(7), END4, TCP()),
    "a first fragment": (Ethernet(), IPv4(more_fragments=True), UDP(), TUNNEL, *TCP4),
    "a tunnel in a tunnel": (
        Ethernet(),
        PEER4,
        UDP(),
        TUNNEL,
        Ethernet(),
        END4,
        UDP(),
        TUNNEL,
        *TCP4,
    ),
    "gre with a sequence number": (Ethernet(), PEER4, GRE(sequence=1), END4, TCP()),
    "no VNI": (Ethernet(), PEER4, UDP(), VXLAN(flags=0), *TCP4),
    "a SYN": (Ethernet(), PEER4, UDP(), TUNNEL, Ethernet(), END4, TCP(flags=2)),
    "ARP inside": (Ethernet(), PEER4, UDP(), TUNNEL, Ethernet(), ARP()),
    "IP in IP": (Ethernet(), PEER4, IPv6(), TCP()),
}


@pytest.fixture(autouse=True)
def one_cpu() -> Iterator[None]:
    """A flow is known to the CPU that has seen it."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    yield
    os.sched_setaffinity(0, before)


def is_plain(frame: bytes, *, known: bool = True) -> bool:
    """Whether a packet is counted, of a known flow or not, when nothing can be walked any more."""
    with KernelReader(direction=Direction.EGRESS) as reader:
        if known:
            reader.run([frame])
        walk = ctypes.c_uint32(0)
        steps = reader.loaded.map_descriptor("steps")
        libbpf.checked(libbpf.library().bpf_map_delete_elem(steps, ctypes.byref(walk)))
        reader.run([frame])
        return Outcome.NOT_ENTERED not in reader.take()


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_packet_of_a_known_flow_is_counted_at_once(name: str) -> None:
    assert is_plain(packet(*PLAIN[name]))


@pytest.mark.parametrize("name", NO_TUNNEL)
def test_so_is_one_that_is_no_tunnel(name: str) -> None:
    assert is_plain(packet(*NO_TUNNEL[name]), known=False)


@pytest.mark.parametrize("name", WALKED)
def test_all_else_is_walked(name: str) -> None:
    assert not is_plain(packet(*WALKED[name]))


def test_a_new_flow_is_walked() -> None:
    assert not is_plain(packet(*PLAIN["vxlan, 4 in 4"]), known=False)
