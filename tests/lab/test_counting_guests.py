"""Super-packets of virtual machines, which do not say how many packets they are.

What a guest leaves to be cut passes the hook with the length of its segments and no count of them:
the kernel counts when it cuts. Between two guests of one host nobody ever does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from tests.lab import underlay
from tests.lab.counting import Counts, Flow, path_of, watching
from tests.lab.foreign import Foreign
from tests.lab.guests import TCP_OFFLOADS, TUNNEL_OFFLOADS, Guest, SuperPacket
from tests.lab.underlay import HERE, INNER4, INNER6, INNER_MACS, OUTER4, OUTER6, Overlay
from tests.lab.wire import watched_tunnel

from tunnel_monitor.contract import Direction, Outcome
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.testing.packets import UDP, VLAN, VXLAN, Ethernet, IPv4, IPv6, Layer

pytestmark = pytest.mark.root

INGRESS, EGRESS = Direction
SENDS = 11
PAYLOAD, SEGMENT = 13 * 1350 - 100, 1350
LINK = Ethernet("02:00:00:00:02:01", INNER_MACS[1])


@pytest.fixture
def lab() -> Iterator[Lab]:
    with underlay.wired() as lab:
        yield lab


def ip(pair: tuple[str, str]) -> Layer:
    return IPv6(*pair) if ":" in pair[0] else IPv4(*pair)


@pytest.mark.parametrize("tags", [(), (VLAN(42),)], ids=["untagged", "tagged"])
@pytest.mark.parametrize("inner", [INNER4, INNER6], ids=["ipv4", "ipv6"])
def test_plain_tcp_counts_as_it_will_be_cut(
    lab: Lab, inner: tuple[str, str], tags: tuple[Layer, ...]
) -> None:
    """A tag that the kernel has taken out of the data is in each of the packets."""
    whole = SuperPacket((), (LINK, *tags, ip(inner)), PAYLOAD, SEGMENT)
    with (
        closing(Guest(lab, HERE, "guest")) as guest,
        watching(lab, HERE, "guest") as counted,
        Foreign(path_of(lab, HERE)) as other,
    ):
        other.attach("witness", "guest", INGRESS)
        for _ in range(SENDS):
            guest.hand_over(whole)
        counted.drain()
        assert other.seen().uncounted == SENDS, "these say of how many packets they are"
        assert other.seen().tagged == SENDS * len(tags)
        assert counted.outcome(INGRESS, Outcome.NOT_TUNNELED) == (
            SENDS * whole.packets,
            SENDS * whole.wire_bytes,
            SENDS,
            SENDS * (len(whole.frame) - 4 * len(tags)),
        )


@pytest.mark.parametrize("inner", [INNER4, INNER6], ids=["ipv4", "ipv6"])
@pytest.mark.parametrize("outer", [OUTER4, OUTER6], ids=["in-ipv4", "in-ipv6"])
def test_a_tunnel_out_of_a_guest_counts_as_it_will_be_cut(
    lab: Lab, outer: tuple[str, str], inner: tuple[str, str]
) -> None:
    outside = (Ethernet(), ip(outer), UDP(checksum=0), VXLAN(vni=10007))
    whole = SuperPacket(outside, (LINK, ip(inner)), PAYLOAD, SEGMENT)
    try:
        made = Guest(lab, HERE, "guest", TCP_OFFLOADS | TUNNEL_OFFLOADS)
    except OSError:
        pytest.skip("no tunnels in super-packets of guests: they came with Linux 6.17")
    with closing(made) as guest, watching(lab, HERE, "guest") as counted:
        for _ in range(SENDS):
            guest.hand_over(whole)
        counted.drain_all(SENDS * whole.packets, INGRESS)
        packets, size = SENDS * whole.packets, SENDS * whole.wire_bytes
        headers = Overlay(outer).headers
        key = Flow(INGRESS, *outer, 10007, *inner)
        assert counted.flows == {key: Counts(packets, size, size - packets * headers)}
        assert counted.outcome(INGRESS, Outcome.FLOW).buffers == SENDS


@pytest.mark.parametrize("inner", [INNER4, INNER6], ids=["ipv4", "ipv6"])
def test_a_guest_behind_a_tunnel_counts_as_on_the_wire(inner: tuple[str, str]) -> None:
    """The classic overlay: a guest on a bridge, with the tunnel as another port of it."""
    whole = SuperPacket((), (LINK, ip(inner)), PAYLOAD, SEGMENT)
    bridged = [f"link set {port} master br10007" for port in ("guest", "tunnel")]
    with (
        watched_tunnel(Overlay(inner=inner)) as tunnel,
        closing(Guest(tunnel.lab, HERE, "guest")) as guest,
    ):
        tunnel.lab.ip(HERE, ["link add br10007 up type bridge mcast_snooping 0", *bridged])
        for _ in range(SENDS):
            guest.hand_over(whole)
        tunnel.check()
        overlay = tunnel.overlay
        packets, inner_bytes = SENDS * whole.packets, SENDS * whole.wire_bytes
        key = Flow(EGRESS, *overlay.outer, overlay.vni, *inner)
        assert tunnel.counted.flows[key] == Counts(
            packets, inner_bytes + packets * overlay.headers, inner_bytes
        )
