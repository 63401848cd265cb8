"""Frames of which something is noticed."""

from __future__ import annotations

from typing import Any, Final

from tunnel_monitor.testing.packets import (
    ICMP,
    TCP,
    UDP,
    VXLAN,
    Ethernet,
    IPv4,
    IPv6,
    Layer,
    Raw,
    packet,
    payload,
)

HERE, THERE = "172.16.1.100", "172.16.1.101"
SYN, SYN_ACK, ACK = 0x02, 0x12, 0x10
MSS_1460: Final = b"\x02\x04\x05\xb4"
OUTER: Final = (Ethernet(), IPv4(src=HERE, dst=THERE))
OUTER6: Final = (Ethernet(), IPv6(src="2001:db8::100", dst="2001:db8::101"))
INNER: Final = (Ethernet(src="02:00:00:00:07:01"), IPv4(src="192.168.0.1", dst="192.168.0.2"))
INNER6: Final = (Ethernet(), IPv6(src="fd00::1", dst="fd00::2"))


def vxlan(*inside: Layer, outer: tuple[Layer, ...] = OUTER, **header: Any) -> bytes:
    udp = UDP(sport=header.pop("sport", 50000), **header.pop("udp", {}))
    return packet(*outer, udp, VXLAN(**{"vni": 7, **header}), *inside)


def tcp(flags: int = ACK, size: int = 10, **more: Any) -> bytes:
    return vxlan(*INNER, TCP(flags=flags, **more), payload(size))


def too_big(quoted: bytes, mtu: int) -> bytes:
    rest = mtu.to_bytes(4, "big")
    return packet(
        Ethernet(),
        IPv4(src="172.16.9.9", dst=HERE),
        ICMP(type=3, code=4, rest=rest),
        Raw(quoted),
    )
