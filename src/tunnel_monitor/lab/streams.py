"""One stream of traffic: its processes, and what they say of themselves.

`ping` answers SIGQUIT with how much it has sent; iperf3 prints a line a second. Whoever asks
`ping` must ignore SIGQUIT itself: a process inherits that, and so is not ended by a question
that comes before it listens.
"""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

from tunnel_monitor.errors import LabFailed, TunnelMonitorError
from tunnel_monitor.lab import launch
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.lab.ports import free_port, listens
from tunnel_monitor.lab.profiles import Kind, Stream

AGAIN_S = 1.0  # after a program ended by itself
BURST_S = (0.3, 2.0)
SILENCE_S = (0.5, 4.0)
SERVER_DEADLINE_S = 10.0

Process = subprocess.Popen[bytes]

_ASKED = re.compile(r"(\d+)/(\d+) packets")
_FINAL = re.compile(r"(\d+) packets transmitted, (\d+) received")
_INTERVAL = re.compile(r"-[\d. ]+sec +([\d.]+) ([KMGT]?)Bytes")
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


@dataclass(slots=True)
class Sent:
    """What one stream has sent so far.

    Attributes:
        packets: echo requests; `None` for iperf3, which does not say.
        replies: to them.
        bytes: of pings, with their Ethernet header; of iperf3, what it put into its packets,
            as it rounds it (three digits a second).
        state: what it is doing, in a word; why it failed, where it did.
    """

    stream: Stream
    packets: int | None = None
    replies: int | None = None
    bytes: int = 0
    state: str = "starting"
    # the sender that runs now, and what those before it had sent and received
    _sender: Process | None = None
    _before: tuple[int, int] = (0, 0)
    finishing: bool = False

    @property
    def running(self) -> bool:
        """Whether there is a sender at the moment."""
        return self._sender is not None

    @property
    def begun(self) -> bool:
        """Whether there was a sender, or a reason why not."""
        return self.running or self.state != "starting"

    def ask(self) -> None:
        """Let a running ping say how much it has sent; iperf3 does so by itself."""
        if self._sender is not None:
            self._sender.send_signal(signal.SIGQUIT)

    def finish(self) -> None:
        """Let the sender say its last word and end, and start no other."""
        self.finishing = True
        if self._sender is not None:
            self._sender.send_signal(signal.SIGINT)

    @contextmanager
    def sender(self, process: Process) -> Iterator[None]:
        """Count what a process sends on top of those before it, and end it afterwards."""
        self._sender, self._before = process, (self.packets or 0, self.replies or 0)
        try:
            yield
        finally:
            self._sender = None
            launch.stop(process)

    def read(self, line: str) -> None:
        """Take the counts out of a line of ping's or iperf3's."""
        if asked := _ASKED.match(line):
            self._count(int(asked[2]), int(asked[1]))
        elif final := _FINAL.match(line):
            self._count(int(final[1]), int(final[2]))
        # iperf3 ends with sums, which would count everything twice
        elif not line.endswith(("sender", "receiver")) and (part := _INTERVAL.search(line)):
            self.bytes += round(float(part[1]) * _UNITS[part[2]])
            self.state = "sending"

    def _count(self, packets: int, replies: int) -> None:
        self.packets, self.replies = self._before[0] + packets, self._before[1] + replies
        self.bytes = self.packets * self.stream.ping_bytes
        self.state = "sending"


async def send(lab: Lab, sent: Sent, random: Random) -> None:
    """Send one stream until it is finished or cancelled; what fails is tried again.

    Args:
        lab: holds the namespaces of both ends.
        sent: what to send, and where to count it.
        random: says how long bursts and silences last.
    """
    while True:
        try:
            last = await _once(lab, sent, random)
        except (TunnelMonitorError, OSError) as error:
            last = str(error)
        if sent.finishing:
            return
        sent.state = last
        await asyncio.sleep(AGAIN_S)


async def _once(lab: Lab, sent: Sent, random: Random) -> str:
    """Run the stream's programs; the result is what the sender said last."""
    stream = sent.stream
    match stream.kind:
        case Kind.PING:
            return await _run(lab, sent, ping_words(stream))
        case Kind.BURSTS:
            return await _bursts(lab, sent, random)
        case Kind.TCP | Kind.UDP:
            return await _iperf(lab, sent)


async def _run(lab: Lab, sent: Sent, words: list[str]) -> str:
    source = lab.namespace(sent.stream.src)
    process = launch.start(words, source, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    last = ""
    with sent.sender(process):
        async for line in lines(process):
            sent.read(line)
            last = line or last
    return last


async def _bursts(lab: Lab, sent: Sent, random: Random) -> str:
    while not sent.finishing:
        sent.state = "silent"
        await asyncio.sleep(random.uniform(*SILENCE_S))
        count = max(1, round(sent.stream.rate * random.uniform(*BURST_S)))
        sent.state = "burst"
        await _run(lab, sent, [*ping_words(sent.stream), "-c", str(count)])
    return ""


async def _iperf(lab: Lab, sent: Sent) -> str:
    stream = sent.stream
    target = lab.namespace(stream.dst)
    port = free_port(target)
    server = launch.start(["iperf3", "-s", "-1", "-p", str(port)], target)
    try:
        await _listening(server, port)
        return await _run(lab, sent, iperf_words(stream, port))
    finally:
        launch.stop(server)


async def _listening(server: Process, port: int) -> None:
    try:
        async with asyncio.timeout(SERVER_DEADLINE_S):
            while not listens(server.pid, port):
                if server.poll() is not None:
                    raise LabFailed(f"cannot start iperf3: it ended with {server.returncode}")
                await asyncio.sleep(0.02)
    except TimeoutError as error:
        raise LabFailed(f"cannot start iperf3: not listening on port {port}") from error


def ping_words(stream: Stream) -> list[str]:
    """The command line that sends a stream of pings, without an end."""
    pace = ["-i", f"{1 / stream.rate:.6f}", "-s", str(stream.payload)]
    return ["ping", "-q", "-n", *pace, stream.dst.address]


def iperf_words(stream: Stream, port: int) -> list[str]:
    """The command line that sends a stream by iperf3, without an end."""
    to = ["iperf3", "-c", stream.dst.address, "-p", str(port)]
    how = ["-u"] if stream.kind is Kind.UDP else []
    return [*to, *how, "-b", f"{stream.rate * 1e6:.0f}", "-t", "0", "-i", "1", "--forceflush"]


async def lines(process: Process) -> AsyncIterator[str]:
    """The lines a process writes to its `stdout`, stripped, until it closes it."""
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), process.stdout
    )
    try:
        while line := await reader.readline():
            yield line.decode(errors="replace").strip()
    finally:
        transport.close()
