"""Super-packets are counted as the packets that are on the wire.

The hooks of `HERE` see super-packets in both directions, and the wire has single packets: what
leaves a host is cut right behind the hook, what arrives is joined right in front of it. So what a
program on the wire counts one by one must be what the monitor makes of far fewer buffers.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.lab import underlay
from tests.lab.counting import Counts, Flow, watching
from tests.lab.senders import receiving_socket, segmenting_socket
from tests.lab.underlay import GENTLE, HERE, INNER4, INNER6, OUTER4, OUTER6, THERE, Overlay
from tests.lab.wire import watched_tunnel

from tunnel_monitor.contract import Direction, Outcome
from tunnel_monitor.lab.build import Lab

pytestmark = pytest.mark.root

INGRESS, EGRESS = Direction
OVERLAYS = [
    pytest.param(Overlay(outer, inner), id=f"{inner_name}-in-{outer_name}")
    for outer_name, outer in (("ipv4", OUTER4), ("ipv6", OUTER6))
    for inner_name, inner in (("ipv4", INNER4), ("ipv6", INNER6))
]
SENDS, SEGMENTS, SEGMENT = 211, 37, 1200
UDP_PORT = 20011


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("options", [("--bidir",), ("-R",)], ids=["both-ways", "receiving"])
def test_tcp_counts_as_on_the_wire(overlay: Overlay, options: tuple[str, ...]) -> None:
    with watched_tunnel(overlay) as tunnel:
        words = (*options, *GENTLE, "-n", "20M")
        with underlay.transfer(tunnel.lab, overlay.inner[1], *words) as client:
            while client.poll() is None:
                tunnel.counted.drain()
                assert tunnel.counted.residuals() == [(0, 0), (0, 0)]
        tunnel.check()
        assert tunnel.joined(INGRESS if "-R" in options else EGRESS) > 2
        for way, (src, dst) in ((EGRESS, (0, 1)), (INGRESS, (1, 0))):
            outer, inner = overlay.outer, overlay.inner
            key = Flow(way, outer[src], outer[dst], overlay.vni, inner[src], inner[dst])
            row = tunnel.counted.flows[key]
            assert row.inner_bytes == row.bytes - row.packets * overlay.headers


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_segmented_udp_counts_as_on_the_wire(overlay: Overlay) -> None:
    with watched_tunnel(overlay) as tunnel:
        send_segmented(tunnel.lab, overlay, tunnel.check)
        key = Flow(EGRESS, *overlay.outer, overlay.vni, *overlay.inner)
        assert tunnel.counted.flows[key] == segmented(overlay)
        assert tunnel.joined(EGRESS) > 2


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_super_packets_that_arrive_whole(overlay: Overlay) -> None:
    """Between two virtual machines of one host nothing cuts them; the kernel never joins these."""
    with underlay.wired() as lab:
        underlay.lay(lab, overlay)
        with watching(lab, THERE) as counted:
            key = Flow(INGRESS, *overlay.outer, overlay.vni, *overlay.inner)
            right = segmented(overlay)
            send_segmented(
                lab, overlay, lambda: counted.drain_until(lambda: counted.flows.get(key) == right)
            )
            assert counted.flows[key] == right
            assert counted.outcome(INGRESS, Outcome.FLOW).buffers < right.packets / 2
            assert counted.residuals() == [(0, 0), (0, 0)]


PAYLOAD = bytes(SEGMENTS * SEGMENT - 77)  # the last segment is shorter


def segmented(overlay: Overlay) -> Counts:
    """What `send_segmented` sends, on the wire."""
    inner_headers = 14 + (40 if ":" in overlay.inner[0] else 20) + 8
    packets = SENDS * SEGMENTS
    inner_bytes = SENDS * len(PAYLOAD) + packets * inner_headers
    return Counts(packets, inner_bytes + packets * overlay.headers, inner_bytes)


def send_segmented(lab: Lab, overlay: Overlay, check: Callable[[], object]) -> None:
    """Send datagrams that the kernel cuts, to somebody who takes them, and check meanwhile."""
    target = (overlay.inner[1], UDP_PORT)
    with (
        segmenting_socket(lab, HERE, target[0], SEGMENT) as sender,
        receiving_socket(lab, THERE, target),
    ):
        for _ in range(SENDS):
            sender.sendto(PAYLOAD, target)
        check()
