"""Packets in the lab, sent by the real programs."""

from __future__ import annotations

import re
import subprocess
from datetime import timedelta

from tunnel_monitor.errors import LabFailed
from tunnel_monitor.lab import launch
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.lab.topology import Client

_RECEIVED = re.compile(rb"(\d+) packets transmitted, (\d+) received")
# Without a reply ping waits this long after its last packet.
LINGER = timedelta(seconds=10)


def ping(
    lab: Lab,
    src: str | Client,
    dst: str | Client,
    count: int = 1,
    *,
    size: int = 56,
    interval_s: float = 0.01,
) -> int:
    """Send exactly `count` echo requests from one client to another and wait for the replies.

    On the wire each is `size` + 8 (ICMP) + 20 (IP) + 14 (Ethernet) inner bytes, and the reply
    is as long. The first packet between two clients is preceded by ARP: see `acquaint`.

    Args:
        lab: holds the namespace of `src`.
        src: a client, or its inner address.
        dst: the same.
        count: echo requests to send.
        size: payload, in bytes.
        interval_s: between two requests, in seconds; 0.001 and more.
    Returns:
        How many replies came back.
    Raises:
        LabFailed: not all were sent, for another reason than that nobody answers.
    """
    target = dst if isinstance(dst, str) else dst.address
    wait_s = str(int(LINGER.total_seconds()))
    words = ["ping", "-q", "-n", "-c", str(count), "-s", str(size), "-i", str(interval_s)]
    process = launch.start(
        [*words, "-W", wait_s, target],
        lab.namespace(src),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        output, _ = process.communicate(timeout=count * (interval_s + 0.1) + 60)
    except subprocess.TimeoutExpired as error:
        raise LabFailed(f"cannot ping {target}: still not done, gave up") from error
    finally:
        launch.stop(process)
    told = _RECEIVED.search(output)
    if told is None or int(told[1]) != count:
        raise LabFailed(f"cannot ping {target}: {output.decode(errors='replace').strip()}")
    return int(told[2])


def acquaint(lab: Lab, one: str | Client, other: str | Client) -> None:
    """Make two clients of a segment know each other for good, so that no ARP follows.

    Sends one ping (which teaches all bridges and tunnels on the way who is where) and then
    keeps both neighbour entries. What two acquainted clients send each other is exact: as many
    packets as were asked for and nothing else, until the bridges forget them (300 s of silence).

    Raises:
        LabFailed: they do not reach each other.
    """
    if ping(lab, one, other) != 1:
        raise LabFailed(f"cannot acquaint {one} with {other}: no reply")
    for here, there in ((one, other), (other, one)):
        address = there if isinstance(there, str) else there.address
        lab.ip(here, [f"neighbor change {address} dev eth0 nud permanent"])
