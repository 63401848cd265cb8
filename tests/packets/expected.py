"""What a packet must become: one case of the packet table, and short ways to write it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tunnel_monitor.contract import Encap, Outcome
from tunnel_monitor.testing.packets import Layer, packet

TYPE_IPV4: Final = b"\x08\x00"
TYPE_IPV6: Final = b"\x86\xdd"
LONGEST_TEST_RUN: Final = 3500  # a page less what the kernel keeps in it


@dataclass(frozen=True)
class Expected:
    """What the parser makes of one packet.

    For every outcome but FLOW only `outcome`, `packets` and `bytes` say something. Addresses are
    RFC 5952 text, "" where there are none; `encap` is the path, outermost first.
    """

    outcome: Outcome
    bytes: int
    packets: int = 1
    encap: tuple[Encap, ...] = ()
    vni: int | None = None
    outer_src: str = ""
    outer_dst: str = ""
    inner_src: str = ""
    inner_dst: str = ""
    inner_bytes: int = 0


@dataclass(frozen=True)
class Case:
    """One packet and what it must become.

    `link_header` False means that the frame begins with its IP header, as on tun devices.
    """

    name: str
    frame: bytes
    expected: Expected
    link_header: bool = True

    @property
    def test_runs(self) -> bool:
        """Whether the kernel's test-run takes the frame, and as what it is.

        It takes bytes 12 and 13 for the EtherType even where the program does not, and behind
        that of IP it wants a whole fixed IP header (EINVAL). All must fit into one page.
        """
        announced = self.frame[12:14]
        ip_header = {TYPE_IPV4: 20, TYPE_IPV6: 40}.get(announced, 0)
        is_taken = 14 + ip_header <= len(self.frame) <= LONGEST_TEST_RUN
        return is_taken and (self.link_header or announced == self.version_as_type())

    def version_as_type(self) -> bytes:
        """The EtherType that the first four bits stand for where there is no link header."""
        return TYPE_IPV6 if self.frame[:1].hex().startswith("6") else TYPE_IPV4


Pair = tuple[str, str]

PEERS4: Final = ("172.16.1.100", "172.16.1.101")
PEERS6: Final = ("2001:db8::100", "2001:db8::101")
ENDPOINTS4: Final = ("192.168.0.1", "192.168.0.2")
ENDPOINTS6: Final = ("fd00::1", "fd00::2")
NO_INNER: Final = ("", "")


def flow(
    name: str,
    outside: Sequence[Layer],
    inside: Sequence[Layer],
    *,
    outer: Pair = PEERS4,
    inner: Pair = ENDPOINTS4,
    vni: int | None = 10001,
    path: tuple[Encap, ...] = (Encap.VXLAN,),
    cut: int = 0,
    trailer: bytes = b"",
) -> Case:
    """A packet that becomes a flow.

    Args:
        name: what is special about it.
        outside: the layers up to and with the innermost tunnel header that counts.
        inside: the layers behind it.
        outer: the addresses right outside that header.
        inner: the innermost addresses.
        vni: the number in that header, None where it has none.
        path: all tunnel headers, outermost first.
        cut: bytes missing at the end.
        trailer: bytes behind all that the headers account for.
    """
    frame = packet(*outside, *inside)
    frame = frame[: len(frame) - cut] + trailer
    expected = Expected(
        Outcome.FLOW,
        len(frame),
        encap=path,
        vni=vni,
        outer_src=outer[0],
        outer_dst=outer[1],
        inner_src=inner[0],
        inner_dst=inner[1],
        inner_bytes=len(packet(*inside)) - cut + len(trailer),
    )
    return Case(name, frame, expected)


def other(name: str, outcome: Outcome, *layers: Layer, cut: int = 0) -> Case:
    """A packet that becomes no flow; `cut` bytes are missing at its end."""
    frame = packet(*layers)
    frame = frame[: len(frame) - cut]
    return Case(name, frame, Expected(outcome, len(frame)))
