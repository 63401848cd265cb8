"""One tunnel over both IP families: two cases of the packet table from one line."""

from __future__ import annotations

from collections.abc import Sequence

from tests.packets.expected import ENDPOINTS4, PEERS4, PEERS6, Case, Pair, flow, other
from tests.packets.stacks import PEER4, PEER6, PING4

from tunnel_monitor.contract import Encap, Outcome
from tunnel_monitor.testing.packets import Ethernet, Layer


def carried(
    name: str,
    encap: Encap,
    *opening: Layer,
    vni: int | None = 10001,
    inside: Sequence[Layer] = PING4,
    inner: Pair = ENDPOINTS4,
    cut: int = 0,
) -> list[Case]:
    """A packet in a tunnel; `opening` are the layers between the outer IP header and it."""
    path = (encap,)
    over4, over6 = (Ethernet(), PEER4, *opening), (Ethernet(), PEER6, *opening)
    return [
        flow(name, over4, inside, outer=PEERS4, inner=inner, vni=vni, path=path, cut=cut),
        flow(
            f"{name}, over ipv6",
            over6,
            inside,
            outer=PEERS6,
            inner=inner,
            vni=vni,
            path=path,
            cut=cut,
        ),
    ]


def refused(name: str, outcome: Outcome, *layers: Layer, cut: int = 0) -> list[Case]:
    """A packet in no flow; `layers` are those behind the outer IP header."""
    return [
        other(name, outcome, Ethernet(), PEER4, *layers, cut=cut),
        other(f"{name}, over ipv6", outcome, Ethernet(), PEER6, *layers, cut=cut),
    ]
