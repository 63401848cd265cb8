"""Drained values made by hand: what the kernel part would have handed over."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import (
    DIRECTIONS,
    META_EGRESS,
    META_HAS_INNER,
    META_HAS_VNI,
    META_OUTERMOST,
    META_PATH_SHIFT,
    OUTCOMES,
    PATH_BITS,
    Direction,
    Encap,
    Outcome,
    Signal,
)
from tunnel_monitor.kernel.drained import DeviceCounts, Drained, InterfaceDrain, Records
from tunnel_monitor.layout import COUNTERS, NARROW_KEY, TALLY, WIDE_KEY

START_NS = 1_763_800_000_250_000_000
SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Flow:
    """One row of a flow table, in words. No inner addresses: no inner IP header.

    Outer addresses are empty only in what found room in no table, and was never narrow.
    """

    outer_src: str = "172.16.1.100"
    outer_dst: str = "172.16.1.101"
    inner_src: str | None = "192.168.0.1"
    inner_dst: str | None = "192.168.0.2"
    vni: int | None = 10000
    packets: int = 1
    bytes: int = 604
    inner_bytes: int = 554
    direction: Direction = Direction.EGRESS
    path: tuple[Encap, ...] = (Encap.VXLAN,)
    is_outermost: bool = False
    signals: tuple[Signal, ...] = ()
    interface: str = "eth0"

    @property
    def meta(self) -> int:
        bits = int(self.direction) * META_EGRESS
        bits |= META_HAS_VNI if self.vni is not None else 0
        bits |= META_HAS_INNER if self.inner_src is not None else 0
        bits |= META_OUTERMOST if self.is_outermost else 0
        bits |= sum(signal.bit for signal in self.signals)
        for depth, encap in enumerate(self.path):
            bits |= encap << (META_PATH_SHIFT + depth * PATH_BITS)
        return bits

    @property
    def addresses(self) -> tuple[str | None, ...]:
        return self.outer_src, self.outer_dst, self.inner_src, self.inner_dst

    @property
    def narrow(self) -> bool:
        """As `add_to_flow` of bpf/count.h decides."""
        return ":" not in (self.outer_src or ":") + (self.inner_src or "")


def packed(address: str | None) -> bytes:
    """16 bytes, IPv4 mapped; zeros for none."""
    if not address:
        return bytes(16)
    if ":" in address:
        return ipaddress.IPv6Address(address).packed
    return bytes(10) + b"\xff\xff" + ipaddress.IPv4Address(address).packed


def records(flows: Sequence[Flow], dtype: np.dtype[np.void]) -> Records:
    size = 4 if dtype == NARROW_KEY else 16
    keys = [
        (*(packed(address)[-size:] for address in flow.addresses), flow.vni or 0, flow.meta)
        for flow in flows
    ]
    counters = [(flow.packets, flow.bytes, flow.inner_bytes) for flow in flows]
    return Records(np.array(keys, dtype), np.array(counters, COUNTERS))


def ledger(
    flows: Iterable[Flow], overflow: Iterable[Flow], rest: Mapping[Outcome, tuple[int, int]]
) -> NDArray[np.void]:
    """(DIRECTIONS, OUTCOMES) TALLY; `rest` is packets and bytes that came in otherwise."""
    rows = np.zeros((DIRECTIONS, OUTCOMES), TALLY)
    parts = [(flow.direction, Outcome.FLOW, flow.packets, flow.bytes) for flow in flows]
    for row in overflow:
        is_fragment = Signal.LATER_FRAGMENT in row.signals
        outcome = Outcome.LATER_FRAGMENT if is_fragment else Outcome.OVERFLOW
        parts.append((row.direction, outcome, row.packets, row.bytes))
    parts += [(Direction.INGRESS, outcome, *counts) for outcome, counts in rest.items()]
    for direction, outcome, packets, size in parts:
        row = rows[direction, outcome]
        for name, value in zip(TALLY.names or (), (packets, size, packets, size), strict=True):
            row[name] += value
    return rows


def interface_drain(
    name: str,
    flows: Sequence[Flow],
    tunnels: Sequence[Flow] = (),
    rest: Mapping[Outcome, tuple[int, int]] | None = None,
    *,
    present: bool = True,
) -> InterfaceDrain:
    counts = DeviceCounts(11, 5520, "buffers", 0, 0)
    return InterfaceDrain(
        interface=name,
        narrow=records([flow for flow in flows if flow.narrow], NARROW_KEY),
        wide=records([flow for flow in flows if not flow.narrow], WIDE_KEY),
        tunnels=records(tunnels, WIDE_KEY),
        ledger=ledger(flows, tunnels, rest or {}),
        device=(counts, counts) if present else None,
    )


def drained(
    flows: Sequence[Flow],
    tunnels: Sequence[Flow] = (),
    rest: Mapping[Outcome, tuple[int, int]] | None = None,
    *,
    interfaces: Sequence[str] = ("eth0",),
    number: int = 1,
    interval_ns: int = SECOND_NS,
) -> Drained:
    """A drain of these flows, each on its interface; `rest` happened on the first one.

    Args:
        flows: may repeat keys, as several CPUs' tables do.
        tunnels: what found no room in the flow tables.
        rest: packets and bytes of other outcomes; `OVERFLOW` here has no tunnel's row.
        interfaces: watched, in this order.
        number: the drain's; its time follows.
        interval_ns: how long it collected.
    """
    parts = tuple(
        interface_drain(
            name,
            [flow for flow in flows if flow.interface == name],
            [flow for flow in tunnels if flow.interface == name],
            rest if place == 0 else None,
        )
        for place, name in enumerate(interfaces)
    )
    return Drained(START_NS + number * interval_ns, interval_ns, number, parts)


def many(
    count: int,
    *,
    peers: int = 500,
    segments: int = 10,
    cpus: int = 1,
    seed: int = 1,
    number: int = 1,
) -> Drained:
    """`count` different IPv4 flows between `peers` peers, each in the tables of all CPUs."""
    random = np.random.default_rng(seed)
    keys = np.zeros(count, NARROW_KEY)
    src, dst = random.integers(0, peers, (2, count))
    for name, base, place in (
        ("outer_src", "172.16.0.0", src),
        ("outer_dst", "172.16.0.0", dst),
        ("inner_src", "10.0.0.0", np.arange(count)),
        ("inner_dst", "10.128.0.0", np.arange(count) // 3),
    ):
        numbers = (int(ipaddress.IPv4Address(base)) + place).astype(">u4")
        keys[name] = numbers.view("V4")
    keys["vni"] = 10000 + src % segments
    keys["meta"] = META_HAS_VNI | META_HAS_INNER | Encap.VXLAN << META_PATH_SHIFT
    keys["meta"] |= (src % 2).astype(np.uint32) * np.uint32(META_EGRESS)
    counters = np.zeros(count * cpus, COUNTERS)
    counters["packets"] = random.integers(1, 100, count * cpus)
    counters["bytes"] = counters["packets"] * 1000
    counters["inner_bytes"] = counters["packets"] * 950
    narrow = Records(np.tile(keys, cpus), counters)
    rows = np.zeros((DIRECTIONS, OUTCOMES), TALLY)
    for direction in Direction:
        mine = narrow.keys["meta"] & META_EGRESS == direction
        packets = int(counters["packets"][mine].sum())
        rows[direction, Outcome.FLOW] = (packets, packets * 1000, packets, packets * 1000)
    empty = records([], WIDE_KEY)
    interface = InterfaceDrain("eth0", narrow, empty, empty, rows, None)
    return Drained(START_NS + number * SECOND_NS, SECOND_NS, number, (interface,))
