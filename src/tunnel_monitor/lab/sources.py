"""Packets that no ordinary program sends: small processes that faults run inside namespaces.

    python -m tunnel_monitor.lab.sources serve PORT
    python -m tunnel_monitor.lab.sources visit ADDRESS PORT [FROM ...]
    python -m tunnel_monitor.lab.sources sink PORT
    python -m tunnel_monitor.lab.sources pour ADDRESS PORT
    python -m tunnel_monitor.lab.sources arp DEVICE ADDRESS RATE
    python -m tunnel_monitor.lab.sources after SECONDS PROGRAM ...

They need nothing but the standard library, and run until they are killed.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from itertools import count
from typing import Final

ANY: Final = "0.0.0.0"  # noqa: S104 - all addresses of a namespace of the lab
GREETING: Final = b"hello\n"
PERIOD_S: Final = 1.0
PATIENCE_S: Final = 0.9
ATTEMPT_S: Final = 8.0
BULK: Final = 1 << 16
BURST_S: Final = 0.01
BROADCAST: Final = b"\xff" * 6
ARP: Final = b"\x08\x06"
# RFC 826: Ethernet and IPv4, their lengths, a request
ARP_REQUEST: Final = b"\x00\x01\x08\x00\x06\x04\x00\x01"


async def serve(port: str) -> None:
    """Answer whoever connects with the line that it sends."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            writer.write(await reader.readline())
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, ANY, int(port)) as server:
        await server.serve_forever()


async def sink(port: str) -> None:
    """Take whatever anybody sends."""

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while await reader.read(BULK):
                pass
        writer.close()

    async with await asyncio.start_server(swallow, ANY, int(port)) as server:
        await server.serve_forever()


async def pour(address: str, port: str) -> None:
    """Connect again and again, and send more than fits into a packet each time."""
    while True:
        with suppress(OSError):
            _, writer = await asyncio.open_connection(address, int(port))
            writer.write(bytes(BULK))
            await asyncio.sleep(ATTEMPT_S)
            writer.transport.abort()
        await asyncio.sleep(PERIOD_S)


async def visit(address: str, port: str, *sources: str) -> None:
    """Connect once a second from each source address, and exchange a few bytes."""
    while True:
        visits = (_visit(address, int(port), source) for source in sources or (ANY,))
        await asyncio.gather(*visits, asyncio.sleep(PERIOD_S))


async def _visit(address: str, port: int, source: str) -> None:
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_connection(address, port, local_addr=(source, 0))
            writer.write(GREETING)
            await reader.readline()
            writer.close()


async def arp(device: str, address: str, rate: str) -> None:
    """Ask everybody for addresses that nobody has, so often a second."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
        sender.bind((device, 0))
        mac = sender.getsockname()[4]
        start = time.monotonic()
        for number in count(1):
            asked = socket.inet_aton(f"198.19.{number >> 8 & 255}.{number & 255}")
            asking = mac + socket.inet_aton(address)
            sender.send(BROADCAST + mac + ARP + ARP_REQUEST + asking + bytes(6) + asked)
            early_s = start + number / float(rate) - time.monotonic()
            if early_s > BURST_S:
                await asyncio.sleep(early_s)


async def after(seconds: str, *words: str) -> None:
    """Wait, then become another program."""
    await asyncio.sleep(float(seconds))
    os.execvp(words[0], words)  # noqa: S606 - no shell is wanted


def main(words: Sequence[str]) -> None:
    """Run one of them."""
    name, *arguments = words
    sources: dict[str, Callable[..., Coroutine[object, object, None]]] = {
        "serve": serve,
        "visit": visit,
        "sink": sink,
        "pour": pour,
        "arp": arp,
        "after": after,
    }
    asyncio.run(sources[name](*arguments))


if __name__ == "__main__":
    main(sys.argv[1:])
