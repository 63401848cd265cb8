"""Super-packets of more than 64 KiB are counted as the packets that are on the wire.

In an IPv6 one there is a header that the wire never has: its packets have 8 bytes less each.
"""

from __future__ import annotations

import pytest
from tests.lab import big, underlay
from tests.lab.counting import path_of
from tests.lab.foreign import Foreign
from tests.lab.underlay import HERE, OUTER4, OUTER6, Overlay
from tests.lab.wire import watched_tunnel

from tunnel_monitor.contract import Direction, Outcome

pytestmark = pytest.mark.root

INGRESS, EGRESS = Direction
# Enough in flight that some are this long; a veth keeps 256 packets.
ROOMY = ("-w", "300K", "-n", "30M")


@pytest.mark.parametrize("pair", [OUTER4, OUTER6], ids=["ipv4", "ipv6"])
@pytest.mark.parametrize("way", Direction)
def test_they_count_as_on_the_wire(pair: tuple[str, str], way: Direction) -> None:
    with watched_tunnel(Overlay(outer=pair)) as tunnel:
        big.let_grow(tunnel.lab)
        options = ROOMY if way is EGRESS else ("-R", *ROOMY)
        with Foreign(path_of(tunnel.lab, HERE)) as other:
            other.attach("witness", "eth0", way)
            with underlay.transfer(tunnel.lab, pair[1], *options) as client:
                while client.poll() is None:
                    tunnel.counted.drain()
                    assert tunnel.counted.residuals() == [(0, 0), (0, 0)]
            tunnel.check()
            assert other.seen().big > 0, "none was that long: this proves nothing"
        assert tunnel.counted.outcome(way, Outcome.NOT_TUNNELED).packets > 20_000
