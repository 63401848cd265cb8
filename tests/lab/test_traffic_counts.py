"""What the programs say of themselves, and what becomes of it."""

from __future__ import annotations

import asyncio

import pytest

from tunnel_monitor.lab import profiles
from tunnel_monitor.lab.readings import Meter, conclusion, size
from tunnel_monitor.lab.sending import over
from tunnel_monitor.lab.streams import Sent
from tunnel_monitor.lab.topology import Topology

TOPOLOGY = Topology(hosts=3, segments=1)


def a_stream(profile: str) -> Sent:
    made = profiles.plan(profile, TOPOLOGY, None, profiles.chance(1))
    return Sent(made.streams[-1])


def counts(sent: Sent, line: str) -> list[int | None]:
    """Packets and replies after a line."""
    sent.read(line)
    return [sent.packets, sent.replies]


def test_what_ping_answers_is_counted() -> None:
    sent = a_stream("classic")
    assert counts(sent, "PING 192.168.0.3 (192.168.0.3) 1024(1052) bytes of data.") == [None, None]
    assert counts(sent, "11/12 packets, 8% loss, min/avg/ewma/max = 0.1/0.2/0.3/0.4 ms") == [12, 11]
    final = "13 packets transmitted, 12 received, 7% packet loss, time 1592ms"
    assert counts(sent, final) == [13, 12]
    assert sent.state == "sending"
    assert sent.bytes == 13 * (14 + 20 + 8 + sent.stream.payload)


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("[  5]   0.00-1.00   sec  6.00 MBytes  50325 Kbits/sec    0    272 KBytes", 6 << 20),
        ("[  5]   3.00-3.50   sec   606 KBytes  10011 Kbits/sec  444", 606 << 10),
        ("[  5]  99.00-100.00 sec  1.25 GBytes  10.7 Gbits/sec    0   3.1 MBytes", 5 << 28),
        ("[  5]   0.00-1.00   sec  0.00 Bytes  0.00 bits/sec", 0),
        ("[  5]   0.00-3.50   sec  20.9 MBytes  50045 Kbits/sec    0             sender", 0),
        ("[  5]   0.00-3.50   sec  20.9 MBytes  50045 Kbits/sec                  receiver", 0),
        ("[  5] local 192.168.0.1 port 49828 connected to 192.168.0.2 port 5300", 0),
    ],
)
def test_what_iperf3_prints_is_counted_once(line: str, count: int) -> None:
    sent = a_stream("tcp")
    sent.read(line)
    assert sent.bytes == count
    sent.read(line)
    assert sent.bytes == 2 * count


def test_rates_are_what_was_sent_since_the_reading_before() -> None:
    sent = a_stream("classic")
    meter = Meter([sent])
    sent.read("7/7 packets")
    (first,) = meter.read()
    (second,) = meter.read()
    assert first.packet_rate > 0
    assert first.bit_rate == pytest.approx(first.packet_rate * sent.stream.ping_bytes * 8)
    assert second.packet_rate == 0


def test_only_the_conclusion_names_the_culprit() -> None:
    plan = profiles.plan("culprit", TOPOLOGY, None, profiles.chance(1))
    assert plan.hidden is not None
    everything = [Sent(stream) for stream in plan.sent]
    everything[-1].bytes = 12_345_678
    *before, last = conclusion(plan, TOPOLOGY, everything)
    assert not any("culprit" in line or "udp" in line for line in before)
    assert plan.hidden.src.address in last
    assert "12.3 MB" in last


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (12_345_678, "12.3 MB"), (5e13, "50.0 TB")],
)
def test_sizes_have_a_unit_that_fits(count: float, text: str) -> None:
    assert size(count) == text


def test_the_time_begins_with_the_last_stream() -> None:
    """Of three hundred pings the last were ended before they had sent anything."""
    one, other, failed = (a_stream("classic") for _ in range(3))

    async def run() -> None:
        ending = asyncio.create_task(over([one, other, failed], 0))
        one.read("1/1 packets")
        failed.state = "cannot start ping"
        await asyncio.sleep(0.1)
        assert not ending.done()
        other.read("1/1 packets")
        await ending

    asyncio.run(run())
