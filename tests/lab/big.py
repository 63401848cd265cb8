"""BIG TCP: super-packets of more than 64 KiB, which the kernel makes only if asked to."""

from __future__ import annotations

import os
import socket
import struct
from typing import Final

from tests.lab.underlay import ENDS

from tunnel_monitor.kernel.rtnetlink import ATTRIBUTE, HEADER, LINK
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.lab.namespaces import entered

RTM_SETLINK, NLM_F_REQUEST, NLM_F_ACK = 19, 0x1, 0x4
ANSWER_SIZE: Final = 4096
# linux/if_link.h: IFLA_GSO_MAX_SIZE, IFLA_GRO_MAX_SIZE, and both for IPv4; the `ip` of Debian 12
# does not know the latter two.
LIMITS: Final = (41, 58, 63, 64)
LONGEST: Final = 180_000


def let_grow(lab: Lab, device: str = "eth0") -> None:
    """Let a device of both hosts send and join such super-packets, of both IP versions."""
    for host in ENDS:
        with (
            entered(lab.namespace(host)),
            socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as asking,
        ):
            index = socket.if_nametoindex(device)
            for attribute in LIMITS:
                set_limit(asking, index, attribute)


def set_limit(asking: socket.socket, index: int, attribute: int) -> None:
    """Set one attribute of a device, a number (rtnetlink(7))."""
    body = LINK.pack(0, 0, index, 0, 0) + ATTRIBUTE.pack(8, attribute) + struct.pack("=I", LONGEST)
    flags = NLM_F_REQUEST | NLM_F_ACK
    asking.send(HEADER.pack(HEADER.size + len(body), RTM_SETLINK, flags, 1, 0) + body)
    (error,) = struct.unpack_from("=i", asking.recv(ANSWER_SIZE), HEADER.size)
    if error:
        raise OSError(-error, os.strerror(-error))
