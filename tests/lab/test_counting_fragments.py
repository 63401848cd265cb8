"""A tunnel whose packets do not fit: the kernel cuts them, and both ends' pieces are counted."""

from __future__ import annotations

from typing import Final

import pytest
from tests.lab import underlay
from tests.lab.counting import Flow, watching
from tests.lab.senders import receiving_socket, udp_socket
from tests.lab.underlay import ENDS, HERE, INNER4, OUTER4, OUTER6, THERE, Overlay

from tunnel_monitor.contract import Direction, Outcome, Signal
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.testing.packets import UDP, VXLAN, Ethernet, IPv4, Raw, packet

pytestmark = pytest.mark.root

INGRESS, EGRESS = Direction
SENDS: Final = 101
UDP_PORT: Final = 20012
PAYLOAD: Final = bytes(2900)
MTU: Final = 1500


def pieces(overlay: Overlay) -> list[int]:
    """How long each fragment of one packet is, with its Ethernet header."""
    headers = 20 if ":" not in overlay.outer[0] else 48  # with IPv6's fragment header
    left = 8 + 8 + 14 + 20 + 8 + len(PAYLOAD)  # UDP, VXLAN, Ethernet, IPv4, UDP
    most = (MTU - headers) // 8 * 8
    found = []
    while left:
        found.append(14 + headers + min(most, left))
        left -= min(most, left)
    return found


def make_too_large(lab: Lab, overlay: Overlay) -> None:
    """Let the tunnel carry packets that do not fit into those of eth0.

    A tunnel cannot be made too large for its device, but a device too small for its tunnel. The
    host would notice, and cut what is inside instead, unless its route says otherwise.
    """
    for place, host in enumerate(ENDS):
        sizes = {"eth0": 9000, "tunnel": 4000}
        lab.ip(host, [f"link set {device} mtu {size}" for device, size in sizes.items()])
        route = f"route replace {overlay.inner[1 - place]}/32 dev tunnel mtu lock 4000"
        lab.ip(host, [f"link set eth0 mtu {MTU}", route])


def send(lab: Lab, overlay: Overlay) -> None:
    """Through the tunnel; over IPv6 past it, since the kernel never cuts its packets there."""
    if ":" not in overlay.outer[0]:
        with udp_socket(lab, HERE, overlay.inner[1]) as sender:
            for _ in range(SENDS):
                sender.sendto(PAYLOAD, (overlay.inner[1], UDP_PORT))
        return
    inside = (Ethernet(), IPv4(*overlay.inner), UDP(dport=UDP_PORT), Raw(PAYLOAD))
    tunneled = packet(VXLAN(overlay.vni), *inside)
    with udp_socket(lab, HERE, overlay.outer[1]) as sender:
        for _ in range(SENDS):
            sender.sendto(tunneled, (overlay.outer[1], 4789))


@pytest.mark.parametrize("outer", [OUTER4, OUTER6], ids=["ipv4", "ipv6"])
def test_the_pieces_of_a_tunnel(outer: tuple[str, str]) -> None:
    overlay = Overlay(outer, INNER4)
    first, *later = pieces(overlay)
    with underlay.wired() as lab:
        underlay.lay(lab, overlay)
        make_too_large(lab, overlay)
        with (
            watching(lab, HERE) as here,
            watching(lab, THERE) as there,
            receiving_socket(lab, THERE, (overlay.inner[1], UDP_PORT)),
        ):
            send(lab, overlay)
            for counted, way in ((here, EGRESS), (there, INGRESS)):
                counted.drain_all(SENDS, way)
                tunnel = Flow(way, *overlay.outer, overlay.vni)
                flow = tunnel._replace(inner_src=overlay.inner[0], inner_dst=overlay.inner[1])
                assert counted.flows[flow][:2] == (SENDS, SENDS * first)
                whole = (SENDS * len(later), SENDS * sum(later))
                assert counted.outcome(way, Outcome.LATER_FRAGMENT)[:2] == whole
                rows = counted.signals[Signal.LATER_FRAGMENT]
                assert {key: row[:2] for key, row in rows.items()} == {tunnel: whole}
                assert counted.tunnels == {}
                assert counted.residuals() == [(0, 0), (0, 0)]
