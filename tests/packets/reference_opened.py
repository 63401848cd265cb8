"""What the slow reference tells of a tunnel header."""

from __future__ import annotations

from dataclasses import dataclass

from tunnel_monitor.contract import Encap


@dataclass(frozen=True)
class Opened:
    """A tunnel header that was read, and the EtherType of what is behind it."""

    encap: Encap
    vni: int | None
    ethertype: int
