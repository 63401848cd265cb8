"""13. Local decapsulation failure: packets reach the interface, but not the tunnel device."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import ClassVar, NamedTuple, TypeAlias

import numpy as np

from tunnel_monitor.contract import (
    META_HAS_VNI,
    META_PATH_SHIFT,
    PATH_BITS,
    Direction,
    Encap,
    Notice,
    Outcome,
)
from tunnel_monitor.diagnose.accounts import Account, Amount, Balance
from tunnel_monitor.diagnose.base import Observation
from tunnel_monitor.diagnose.finding import Confidence, Severity, Subject, Suspicion, for_example
from tunnel_monitor.diagnose.members import are_among
from tunnel_monitor.diagnose.subjects import busiest, network_of, subject_of
from tunnel_monitor.diagnose.thresholds import Thresholds
from tunnel_monitor.flows import addresses, columns
from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.flows.group import group
from tunnel_monitor.kernel.overlay import LocalTunnel, Overlay

ETHERNET_SIZE = 14  # a tunnel device counts a frame after its link header was taken off
FULL_HEADERS = 14 + 40 + 32  # and has no others of a super-packet's but the first's: IPv6, TCP
FORGOTTEN_S = 60.0  # without a packet
NETWORK = frozenset({"encap", "vni"})
SENDER = NETWORK | {"outer_src"}
LATELY_S = 10.0  # who sent before that is not named
MOST_PEERS = 8  # that are named, those that sent most

Network: TypeAlias = tuple[Encap, int]


class Counters(NamedTuple):
    """Of a network's devices together, since they were made."""

    taken: Amount
    errors: int

    @classmethod
    def of(cls, devices: Sequence[LocalTunnel]) -> Counters:
        """Add them up."""
        packets, size = sum(one.rx_packets for one in devices), sum(one.rx_bytes for one in devices)
        return cls(Amount(packets, size), sum(one.rx_errors for one in devices))


class DecapFailure:
    """Compares what arrives for a network with what this host's own tunnel device counts.

    A super-packet is one buffer to the device, with its headers once, while on the wire it is many
    packets with as many headers. So where a drain saw any, only bytes are compared, and as if all
    were such; where it saw none, packets are, and each counts.
    """

    name: ClassVar = "decap-failure"
    title: ClassVar = "Packets arrive, but not in the tunnel"
    severity: ClassVar = Severity.HIGH
    patience: ClassVar = "open_s"
    explains: ClassVar[frozenset[str]] = frozenset({"one-way"})
    notices: ClassVar = Notice(0)

    def __init__(self) -> None:
        self._before: dict[Network, Counters] = {}
        self._accounts: dict[Network, Account] = {}
        self._peers: dict[Network, dict[str, float]] = {}  # when each was met last

    def judge(self, seen: Observation) -> Iterable[Suspicion]:
        """One suspicion for each network."""
        if seen.overlay is None:
            return
        rows = arrived(seen, seen.overlay)
        self._arrive(group(rows, NETWORK), exact=not has_super_packets(seen))
        if seen.overlay_is_new:
            self._read(seen, seen.overlay)
        losses = {}
        for network, account in self._accounts.items():
            self._meet(network, loudest(rows, network), seen.now_s)
            balance = account.balance(seen.now_s - window_of(seen))
            if balance and is_loss(balance, seen.thresholds):
                losses[network] = balance
        examples = sending_most(seen, losses)
        for network, example in zip(losses, examples, strict=True):
            names = [device.name for device in seen.overlay.by_network[network]]
            peers = tuple(self._peers[network])[:MOST_PEERS]
            about = Subject(network[0].label, network[1], peers)
            yield told(seen, about, losses[network], names, example)

    def _arrive(self, networks: Rows, *, exact: bool) -> None:
        """Note what arrived in this drain."""
        headers = ETHERNET_SIZE if exact else FULL_HEADERS
        for encap, vni, packets, size in zip(
            columns.encap(networks).tolist(),
            *(networks[name].tolist() for name in ("vni", "packets", "inner_bytes")),
            strict=True,
        ):
            account = self._accounts.setdefault((Encap(encap), vni), Account())
            account.arrive(Amount(packets, max(0, size - packets * headers)), exact=exact)

    def _meet(self, network: Network, peers: Iterable[str], now_s: float) -> None:
        """Remember who sent most: whose packets are missing may be quiet for a moment."""
        met = dict.fromkeys(peers, now_s)
        for peer, at_s in self._peers.get(network, {}).items():
            if now_s - at_s <= LATELY_S:
                met.setdefault(peer, at_s)
        self._peers[network] = met

    def _read(self, seen: Observation, overlay: Overlay) -> None:
        """Compare with what the devices have counted since they were last read."""
        now = {network: Counters.of(devices) for network, devices in overlay.by_network.items()}
        for network, after in now.items():
            before = self._before.get(network, after)
            taken = after.taken.less(before.taken)
            account = self._accounts.get(network)
            if taken.packets < 0:  # a device made anew
                self._accounts[network] = Account()
            elif account:
                account.read(seen.now_s, taken, after.errors - before.errors, seen.late_s)
            elif taken.packets:
                self._accounts[network] = Account()
                self._accounts[network].read(seen.now_s, taken, 0, seen.late_s)
        self._before = now
        self._forget(seen.now_s - FORGOTTEN_S, now)

    def _forget(self, since_s: float, networks: Collection[Network]) -> None:
        """Drop the accounts of networks that are gone, or silent."""
        for network, account in list(self._accounts.items()):
            if network not in networks or not account.steps or account.steps[-1].at_s < since_s:
                del self._accounts[network]
                self._peers.pop(network, None)


def window_of(seen: Observation) -> float:
    """Over how many seconds is compared."""
    return max(seen.thresholds.decap_failure_s, seen.interval_s)


def told(
    seen: Observation,
    about: Subject,
    balance: Balance,
    devices: list[str],
    example: tuple[str, ...],
) -> Suspicion:
    """What is said of a network."""
    window_s, lost = window_of(seen), balance.lost
    lacks = f"{lost.packets:,}" if balance.exact else f"{lost.bytes:,} bytes"
    return Suspicion(
        key=f"{about.encap} {about.vni}",
        subject=about,
        confidence=Confidence.MEDIUM if balance.taken.packets else Confidence.HIGH,
        evidence={
            "arrived_packets": balance.arrived.packets,
            "arrived_bytes": balance.arrived.bytes,
            "taken_buffers": balance.taken.packets,
            "taken_bytes": balance.taken.bytes,
            "missing_packets": lost.packets,
            "missing_bytes": max(0, lost.bytes),
            "device_errors": balance.errors,
            "devices": devices,
            "window_s": round(window_s, 3),
        },
        explanation=(
            f"Of {balance.arrived.packets:,} packets of {network_of(about)} that reached this "
            f"host in {window_s:.0f} s{for_example(example)}, {', '.join(devices)} lacks {lacks}. "
            "A firewall, a checksum or a device that is down drops them on the way to it."
        ),
        next=f"ip -s -d link show {devices[0]}; nft list ruleset",
        peers_are_sure=False,
        between=False,
        example=example,
    )


def sending_most(seen: Observation, networks: Collection[Network]) -> list[tuple[str, ...]]:
    """Whose packets are most of what came in for each network in this drain."""
    if not networks:
        return []
    some = columns.empty(len(networks))
    encaps, some["vni"] = zip(*networks, strict=True)
    some["meta"] = np.array(encaps, np.uint32) << META_PATH_SHIFT | META_HAS_VNI
    return busiest(columns.where(seen.flows, seen.received), some, NETWORK)


def is_loss(balance: Balance, limits: Thresholds) -> bool:
    """Whether so much is missing that it cannot be otherwise."""
    least, share = limits.decap_failure_packets, limits.decap_failure_share
    if balance.arrived.packets < least:
        return False
    if balance.exact:
        return balance.lost.packets >= max(least, share * balance.arrived.packets)
    return balance.lost.bytes >= max(least * ETHERNET_SIZE, share * balance.arrived.bytes)


def arrived(seen: Observation, overlay: Overlay) -> Rows:
    """(k,) FLOW by network and sender: what came in one tunnel for this host or a group."""
    rows = seen.tunnels
    to = columns.address(rows, "outer_dst")
    here = are_among(to, overlay.addresses) | ~addresses.are_hosts(to)
    came_in = columns.direction(rows) == Direction.INGRESS
    single = columns.path(rows) >> PATH_BITS == 0
    return group(columns.where(rows, here & came_in & single & columns.has_vni(rows)), SENDER)


def has_super_packets(seen: Observation) -> bool:
    """Whether anything that came in was several packets in one buffer."""
    arrived = seen.batch.ledger[:, Direction.INGRESS, Outcome.FLOW]
    return bool((arrived["packets"] != arrived["buffers"]).any())


def loudest(rows: Rows, network: Network) -> tuple[str, ...]:
    """The senders of a network that sent most in this drain."""
    encap, vni = network
    ours = columns.where(rows, (columns.encap(rows) == encap) & (rows["vni"] == vni))
    places = columns.largest(ours, MOST_PEERS).tolist()
    return tuple(subject_of(ours, place).peers[0] for place in places)
