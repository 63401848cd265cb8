"""Who asks and who answers: SYNs and what they allow, ARP, neighbour discovery."""

from __future__ import annotations

import pytest
from tests.packets.noticed_frames import INNER, INNER6, MSS_1460, SYN, SYN_ACK, tcp, vxlan
from tests.packets.noticing import Watching, only

from tunnel_monitor.flows import addresses
from tunnel_monitor.testing.packets import (
    ARP,
    TCP,
    Ethernet,
    ICMPv6,
    Layer,
    NeighborSolicitation,
    payload,
)

pytestmark = pytest.mark.root


@pytest.mark.parametrize("inner", [INNER, INNER6], ids=["ipv4", "ipv6"])
def test_a_syn_says_what_it_allows(inner: tuple[Layer, ...], watching: Watching) -> None:
    headers = 40 if inner is INNER else 60
    row = only(watching.sees(vxlan(*inner, TCP(flags=SYN, options=MSS_1460))))
    assert row["largest_syn"] == 1460 + headers
    assert (row["asks"], row["answers"]) == (1, 0)
    row = only(watching.sees(vxlan(*inner, TCP(flags=SYN_ACK, options=b"\x01\x01" + MSS_1460))))
    assert row["largest_syn"] == 1460 + headers
    assert (row["asks"], row["answers"]) == (0, 1)


@pytest.mark.parametrize(
    "options",
    [b"", b"\x00" + MSS_1460, b"\x01" * 20 + MSS_1460, b"\x03\x03\x07", b"\x05\x00\x00\x00"],
    ids=["none", "after the end", "too far behind", "another", "of no length"],
)
def test_a_syn_without_mss(options: bytes, watching: Watching) -> None:
    assert only(watching.sees(tcp(SYN, 0, options=options)))["largest_syn"] == 0


def test_syns_of_a_known_flow_are_seen(watching: Watching) -> None:
    row = only(watching.sees(tcp(), *[tcp(SYN, 0, options=MSS_1460)] * 3, tcp()))
    assert (row["asks"], row["largest_syn"], row["sampled"]) == (3, 1500, 4)


def test_an_mss_that_cannot_be_takes_no_place(watching: Watching) -> None:
    most = b"\x02\x04\xff\xff"
    frames = [tcp(SYN, options=MSS_1460), tcp(SYN, options=most)]
    assert only(watching.sees(*frames))["largest_syn"] == 1500


def test_arp_is_counted_whole(watching: Watching) -> None:
    ask, answer = ARP(), ARP(operation=2, sender="192.168.0.9")
    announcement = ARP(target="192.168.0.1")
    frames = [vxlan(Ethernet(), arp) for arp in (ask, ask, answer, announcement)]
    row = only(watching.sees(*frames))
    assert (row["arps"], row["asks"], row["answers"]) == (4, 2, 1)
    assert addresses.text(bytes(10) + b"\xff\xff" + bytes(row.values["asker"])) == "192.168.0.1"


def test_neighbour_discovery_of_a_known_flow_is_counted(watching: Watching) -> None:
    asks = [vxlan(*INNER6, NeighborSolicitation())] * 3
    answer = vxlan(*INNER6, ICMPv6(type=136), payload(20))
    row = only(watching.sees(*asks, answer))
    assert (row["asks"], row["answers"]) == (3, 1)
