"""What each traffic profile sends, as data: who, to whom, with what, how much.

The monitor stands on host0's `eth0`, so nearly every stream begins or ends on host0; the few
that do not are there to show that a monitor sees one host's wire and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import islice
from random import Random

from tunnel_monitor.errors import BadSetting
from tunnel_monitor.lab.topology import Client, Topology

PING_HEADERS = 14 + 20 + 8  # Ethernet, IPv4, ICMP: what a payload has around it in the overlay
MOST_PROCESSES = 300  # in one profile, so that large labs leave the machine usable
MOST_SUSPECTS = 64  # who might be the culprit; the page still shows each
CULPRIT_FACTOR = 20  # the culprit sends so many times what all others send together


class Kind(Enum):
    """The program that sends a stream."""

    PING = "ping"  # one process, echo requests and as many replies
    BURSTS = "bursts"  # ping for a while, then silence, again and again
    TCP = "tcp"  # iperf3, so that super-packets occur
    UDP = "udp"  # iperf3; nothing comes back, so who sends most is beyond doubt


@dataclass(frozen=True, slots=True)
class Stream:
    """One sender and one receiver.

    Attributes:
        payload: bytes in each ping; 0 for iperf3, which fills its packets.
        rate: pings a second, or megabits a second.
    """

    kind: Kind
    src: Client
    dst: Client
    rate: float
    payload: int = 0

    @property
    def ping_bytes(self) -> int:
        """Length of one echo request in the overlay, with its Ethernet header."""
        return self.payload + PING_HEADERS

    @property
    def remark(self) -> str:
        """What the monitor on host0 makes of it, where that may surprise."""
        if self.src.host == self.dst.host:
            return f"stays on host{self.src.host}, never reaches the wire"
        if 0 not in {self.src.host, self.dst.host}:
            return "does not pass host0"
        return ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a profile comes to in one lab.

    Attributes:
        streams: what is sent and shown.
        hidden: what is sent and not shown before the end: the culprit.
        notes: what to tell the user beforehand, in sentences.
    """

    profile: str
    streams: tuple[Stream, ...]
    hidden: Stream | None = None
    notes: tuple[str, ...] = ()

    @property
    def sent(self) -> tuple[Stream, ...]:
        """All streams, the hidden one last."""
        return (*self.streams, self.hidden) if self.hidden else self.streams

    @property
    def clients(self) -> list[str]:
        """The names of the namespaces it takes, each once."""
        ends = (client.name for stream in self.sent for client in (stream.src, stream.dst))
        return list(dict.fromkeys(ends))


def chance(seed: int | None) -> Random:
    """The source of everything a profile leaves to chance; the same for the same seed."""
    return Random(seed)  # noqa: S311 - chooses a culprit, not a key


def plan(profile: str, topology: Topology, rate: float | None, random: Random) -> Plan:
    """What to send in a lab.

    Args:
        profile: a name in `PROFILES`.
        topology: who is there.
        rate: per stream, in pings or megabits a second as the profile has it; absent means
            the profile's default.
        random: the source of everything that is left to chance.
    Raises:
        BadSetting: no such profile, or a rate out of its limits.
    """
    try:
        chosen = PROFILES[profile]
    except KeyError:
        names = ", ".join(PROFILES)
        raise BadSetting(f"cannot send {profile!r}: no such profile", f"choose {names}") from None
    return chosen.make(topology, chosen.checked(rate), random)


def classic(topology: Topology, rate: float, random: Random) -> Plan:
    """The uneven pings of the classic example, all from host0's clients."""
    del random
    streams, missing = [], []
    for segment, targets in enumerate(CLASSIC):
        for number, payload in targets:
            src = topology.client(f"192.168.{segment}.1")
            dst = topology.client(f"192.168.{segment}.{number}")
            if src and dst:
                streams.append(Stream(Kind.PING, src, dst, rate, payload))
            else:
                missing.append(f"192.168.{segment}.{number}")
    notes = ["192.168.0.1 is host0's own client: what it is sent never reaches the wire."]
    if missing:
        notes.append(f"Left out, as this lab has no such clients: {', '.join(missing)}.")
    return Plan("classic", tuple(streams), notes=tuple(notes))


# Per segment: last byte of the target's address, payload.
CLASSIC = (
    ((1, 512), (2, 128), (3, 1024), (4, 128), (5, 128), (6, 128)),
    ((2, 128), (4, 768)),
    ((2, 128), (7, 1024), (2, 128)),
    ((8, 768), (9, 768)),
)


def tcp(topology: Topology, rate: float, random: Random) -> Plan:
    """Bulk TCP from and to host0 in each segment, and one stream between two other hosts."""
    del random
    pairs = list(islice(pairs_through_host0(topology), 8))
    if topology.hosts > 2:
        pairs.append((first_client(topology, 1, 0), first_client(topology, 2, 0)))
    return Plan(
        "tcp",
        tuple(Stream(Kind.TCP, src, dst, rate) for src, dst in pairs),
    )


def all_to_all(topology: Topology, rate: float, random: Random) -> Plan:
    """Every client pings every other client of its segment."""
    del random
    pairs = [
        (src, dst)
        for segment in topology.all_segments
        for src in topology.clients_in(segment.number)
        for dst in topology.clients_in(segment.number)
        if src != dst
    ]
    # What passes host0 comes first: it is what the monitor can see.
    pairs.sort(key=lambda pair: 0 not in {pair[0].host, pair[1].host})
    kept, dropped = pairs[:MOST_PROCESSES], len(pairs[MOST_PROCESSES:])
    note = f"Left out {dropped} of {len(pairs)} pairs: {MOST_PROCESSES} processes are enough."
    return Plan(
        "all-to-all",
        tuple(Stream(Kind.PING, src, dst, rate, 128) for src, dst in kept),
        notes=(note,) if dropped else (),
    )


def bursty(topology: Topology, rate: float, random: Random) -> Plan:
    """Bursts of pings with silence between them, from and to host0."""
    pairs = islice(pairs_through_host0(topology), 16)
    return Plan(
        "bursty",
        tuple(
            Stream(Kind.BURSTS, src, dst, rate, random.choice((128, 512, 1024)))
            for src, dst in pairs
        ),
    )


def culprit(topology: Topology, rate: float, random: Random) -> Plan:
    """Everybody pings host0 a little, and one of them, chosen at random, sends far more."""
    senders = [client for client in topology.all_clients if client.host != 0]
    senders = sorted(random.sample(senders, min(len(senders), MOST_SUSPECTS)), key=order)
    streams = [
        Stream(Kind.PING, src, first_client(topology, 0, src.segment), rate, 128) for src in senders
    ]
    others_mbit = sum(stream.rate * stream.ping_bytes * 8 / 1e6 for stream in streams)
    guilty = random.choice(streams)
    hidden = replace(guilty, kind=Kind.UDP, rate=CULPRIT_FACTOR * others_mbit, payload=0)
    note = "One of these clients sends far more than the rest: find it on the page."
    return Plan("culprit", tuple(streams), hidden, notes=(note,))


def pairs_through_host0(topology: Topology) -> Iterator[tuple[Client, Client]]:
    """In each segment one pair from host0 and one to it, the other ends on ever other hosts."""
    others = topology.hosts - 1
    for place, segment in enumerate(topology.all_segments):
        here = first_client(topology, 0, segment.number)
        yield here, first_client(topology, 1 + 2 * place % others, segment.number)
        yield first_client(topology, 1 + (2 * place + 1) % others, segment.number), here


def first_client(topology: Topology, host: int, segment: int) -> Client:
    """A host's first client in a segment."""
    return topology.clients_in(segment)[host]


def order(client: Client) -> tuple[int, int]:
    """By segment, then number."""
    return client.segment, client.number


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile: how it is made, what its rate means, its default and its highest."""

    make: Callable[[Topology, float, Random], Plan]
    summary: str
    unit: str
    rate: float
    most: float

    def checked(self, rate: float | None) -> float:
        """The rate to use, refused where it is out of its limits."""
        if rate is None:
            return self.rate
        if not 0 < rate <= self.most:
            raise BadSetting(
                f"cannot send {rate:g} {self.unit} a second: "
                f"a rate is more than 0 and at most {self.most:g} here",
                "choose another --rate",
            )
        return rate


PROFILES = {
    "classic": Profile(
        classic, "uneven pings from host0, as in the classic example", "pings", 10, 1000
    ),
    "tcp": Profile(tcp, "iperf3 from and to host0, with super-packets", "megabits", 50, 100_000),
    "all-to-all": Profile(
        all_to_all, "every client pings all others of its segment", "pings", 2, 1000
    ),
    "bursty": Profile(bursty, "pings from and to host0, on and off", "pings", 100, 1000),
    "culprit": Profile(
        culprit, "everybody pings host0, one sends far more: find it", "pings", 5, 100
    ),
}
