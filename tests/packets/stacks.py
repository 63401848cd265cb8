"""The layers most cases of the packet table share."""

from __future__ import annotations

from typing import Final

from tests.packets.expected import ENDPOINTS4, ENDPOINTS6, PEERS4, PEERS6

from tunnel_monitor.testing.packets import (
    ICMP,
    TCP,
    UDP,
    VXLAN,
    Ethernet,
    ICMPv6,
    IPv4,
    IPv6,
    Layer,
    payload,
)

PEER4: Final = IPv4(*PEERS4)
PEER6: Final = IPv6(*PEERS6)
END4: Final = IPv4(*ENDPOINTS4)
END6: Final = IPv6(*ENDPOINTS6)
TUNNEL: Final = VXLAN(vni=10001)

# From the first byte to the end of the tunnel header, and all that is behind it.
OUTSIDE4: Final[tuple[Layer, ...]] = (Ethernet(), PEER4, UDP(), TUNNEL)
OUTSIDE6: Final[tuple[Layer, ...]] = (Ethernet(), PEER6, UDP(), TUNNEL)
PING4: Final[tuple[Layer, ...]] = (Ethernet(), END4, ICMP(), payload(56))
PING6: Final[tuple[Layer, ...]] = (Ethernet(), END6, ICMPv6(), payload(56))
TCP4: Final[tuple[Layer, ...]] = (Ethernet(), END4, TCP(), payload(10))
TCP6: Final[tuple[Layer, ...]] = (Ethernet(), END6, TCP(), payload(10))

# What stands behind the outer IP header of a tunnelled ping.
TUNNELED4: Final[tuple[Layer, ...]] = (UDP(), TUNNEL, *PING4)
TUNNELED6: Final[tuple[Layer, ...]] = (UDP(), TUNNEL, *PING6)
