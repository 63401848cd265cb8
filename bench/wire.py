"""A wire between two hosts, and frames on it at a steady rate."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path

from tests.lab.senders import PACKET_QDISC_BYPASS, SOL_PACKET
from tests.lab.underlay import HERE, THERE

from tunnel_monitor.kernel import libbpf
from tunnel_monitor.lab import build
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.lab.namespaces import entered
from tunnel_monitor.lab.topology import Topology
from tunnel_monitor.testing.packets import TCP, UDP, VXLAN, Ethernet, IPv4, packet

MICROSECONDS = 1e-6
TICK = os.sysconf("SC_CLK_TCK")
INNER_SRC = 14 + 20 + 8 + 8 + 14 + 12  # where it lies in a packet of VXLAN, IPv4 in IPv4


def frames(flows: int, peers: int = 1, segments: int = 1) -> list[bytes]:
    """A packet of each flow, to so many tunnel endpoints and in so many networks."""
    inner = Ethernet(), IPv4(), TCP()
    tunnels = [  # their checksums are right: bridges may look
        packet(Ethernet(), IPv4(dst=f"172.16.2.{peer + 1}"), UDP(), VXLAN(vni=10_000 + vni), *inner)
        for peer in range(peers)
        for vni in range(segments)
    ]
    return [
        tunnel[:INNER_SRC] + struct.pack("!I", 0x0A000000 + flow) + tunnel[INNER_SRC + 4 :]
        for flow, tunnel in zip(range(flows), cycle(tunnels), strict=False)
    ]


@contextmanager
def wire() -> Iterator[Lab]:
    """Two hosts, `HERE` and `THERE`, their eth0 joined without anything between."""
    with build.empty(Topology(hosts=2, segments=1)) as lab:
        for host in (HERE, THERE):
            lab.add(host)
        lab.ip(HERE, [f"link add eth0 type veth peer name eth0 netns {lab.path(THERE)}"])
        for host in (HERE, THERE):
            lab.ip(host, ["link set eth0 up"])
        yield lab


class IoVector(ctypes.Structure):
    """struct iovec."""

    _fields_ = (("base", ctypes.c_void_p), ("size", ctypes.c_size_t))


class Message(ctypes.Structure):
    """struct mmsghdr: a struct msghdr, and what was sent of it."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_size", ctypes.c_uint32),
        ("vectors", ctypes.POINTER(IoVector)),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_size", ctypes.c_size_t),
        ("flags", ctypes.c_int),
        ("sent", ctypes.c_uint32),
    )


class FastSender:
    """Sends frames of its own as fast as they shall come, many in one call.

    Args:
        lab: holds the namespace.
        where: the namespace.
        frames: sent one after the other, again and again.
        device: the interface.
    """

    def __init__(self, lab: Lab, where: str, frames: Sequence[bytes], device: str = "eth0") -> None:
        with entered(lab.namespace(where)):
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self._socket.setsockopt(SOL_PACKET, PACKET_QDISC_BYPASS, 1)
        self._socket.bind((device, 0))
        self._count = len(frames)
        self._memory = [ctypes.create_string_buffer(frame, len(frame)) for frame in frames]
        self._vectors = (IoVector * self._count)(
            *[IoVector(ctypes.addressof(one), len(one)) for one in self._memory]
        )
        self._messages = (Message * self._count)()
        for place, message in enumerate(self._messages):
            message.vectors = ctypes.pointer(self._vectors[place])
            message.vector_count = 1
        self._send = ctypes.CDLL(None, use_errno=True).sendmmsg

    def close(self) -> None:
        """Give back the socket."""
        self._socket.close()

    def send(self, packets: int, rate: float) -> None:
        """Send so many, at so many a second or as near to it as this machine gets."""
        start, sent = time.monotonic(), 0
        while sent < packets:
            due = min(packets, int((time.monotonic() - start) * rate))
            if due <= sent:
                time.sleep(500 * MICROSECONDS)
                continue
            place = sent % self._count
            some = min(due - sent, self._count - place)
            done = self._send(
                self._socket.fileno(), ctypes.byref(self._messages, place * ctypes.sizeof(Message)),
                some, 0,
            )  # fmt: skip
            if done < 0:
                raise OSError(ctypes.get_errno(), "sendmmsg")
            sent += done


def processor_seconds(processes: set[int]) -> float:
    """What processes have used so far, all their threads."""
    ticks = 0
    for process in processes:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICK


@contextmanager
def programs_of(name: str) -> Iterator[list[int]]:
    """Descriptors of all loaded programs of that name."""
    library, number = libbpf.library(), ctypes.c_uint32(0)
    with ExitStack() as closing:
        found = []
        while not library.bpf_prog_get_next_id(number, ctypes.byref(number)):
            program = library.bpf_prog_get_fd_by_id(number)
            if program < 0:  # gone meanwhile
                continue
            closing.callback(os.close, program)
            if libbpf.program_info(program).name == name.encode()[:15]:
                found.append(program)
        yield found
