"""Tunnel headers: what comes behind them is a packet again."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from tunnel_monitor.testing.layer import Layer, Space, Stack

VXLAN_HAS_VNI = 0x08
VXLAN_HAS_POLICY = 0x80


@dataclass(frozen=True)
class VXLAN(Layer):
    """RFC 7348, 5: flags, VNI, and reserved bits that a receiver ignores.

    `group_policy` is the group policy id of draft-smith-vxlan-group-policy, in reserved bits.
    """

    KNOWN_AS: ClassVar[Mapping[Space, int]] = {Space.PORT: 4789}

    vni: int = 1
    flags: int = VXLAN_HAS_VNI
    group_policy: int = 0
    reserved1: int = 0
    reserved2: int = 0

    def header(self, behind: bytes, stack: Stack) -> bytes:
        """8 bytes."""
        del behind, stack
        head = struct.pack("!BBH", self.flags, self.reserved1, self.group_policy)
        return head + struct.pack("!I", self.vni << 8 | self.reserved2)
