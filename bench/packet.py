"""What a packet costs, by what is in it, against a program with fixed offsets and one lookup."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bench.figures import Effort, Row
from bench.programs import REPEAT, WARM, Programs, cost_ns, costs, over

from tunnel_monitor.kernel.testrun import TestRunner
from tunnel_monitor.testing.packets import (
    GRE,
    TCP,
    UDP,
    VLAN,
    VXLAN,
    Ethernet,
    Geneve,
    IPv4,
    IPv6,
    packet,
)

INNER = (Ethernet(), IPv4(), TCP())
OPTION = bytes.fromhex("0102800100000000")  # class 0x0102, one word

PLAIN = packet(Ethernet(), IPv4(), UDP(), VXLAN(vni=5), *INNER)
# name -> what it is, the packet, the target
CASES: Mapping[str, tuple[str, bytes, float | None]] = {
    "vxlan-4in4": ("VXLAN, IPv4 in IPv4", PLAIN, 1.3),
    "vxlan-6in6": (
        "VXLAN, IPv6 in IPv6",
        packet(Ethernet(), IPv6(), UDP(), VXLAN(vni=5), Ethernet(), IPv6(), TCP()),
        1.9,
    ),
    "geneve-options": (
        "Geneve with options",
        packet(Ethernet(), IPv4(), UDP(), Geneve(vni=5, options=OPTION), *INNER),
        2.0,
    ),
    "gre-key": ("GRE with a key", packet(Ethernet(), IPv4(), GRE(key=7), IPv4(), TCP()), 2.0),
    "vxlan-vlan": (
        "VXLAN behind a VLAN tag",
        packet(Ethernet(), VLAN(7), IPv4(), UDP(), VXLAN(vni=5), *INNER),
        2.0,
    ),
    "tcp": ("TCP over IPv4, no tunnel", packet(Ethernet(), IPv4(), TCP()), 0.4),
    "udp": ("UDP over IPv4, no tunnel", packet(Ethernet(), IPv4(), UDP(dport=53)), None),
    "vxlan-6in4": (
        "VXLAN, IPv6 in IPv4",
        packet(Ethernet(), IPv4(), UDP(), VXLAN(vni=5), Ethernet(), IPv6(), TCP()),
        None,
    ),
    "vxlan-in-gre": (
        "VXLAN in GRE, both entered",
        packet(Ethernet(), IPv4(), GRE(), IPv4(), UDP(), VXLAN(vni=5), *INNER),
        None,
    ),
}


def measure(effort: Effort) -> list[Row]:
    """A row for each case, and the programs that they are compared with."""
    repeat = effort.of(REPEAT)

    def steps(programs: Programs) -> dict[str, Callable[[], float]]:
        def step(program: str, frame: bytes) -> Callable[[], float]:
            runner = TestRunner(programs.program(program))
            runner.run(frame, effort.of(WARM))
            return lambda: cost_ns(runner, frame, repeat)

        ours = {name: step("ours", frame) for name, (_, frame, _) in CASES.items()}
        references = {
            "empty": step("empty", PLAIN),
            "floor": step("floor", PLAIN),
            "floor6": step("floor6", CASES["vxlan-6in6"][1]),
        }
        return {**references, **ours}

    found = costs(effort, steps)
    floor = over(found, "floor")
    rows = [
        Row.of("empty", "an empty program", "ns", found["empty"]),
        Row.of("floor", "fixed offsets, one lookup, two additions", "ns over empty", floor),
    ]
    what = "the same for IPv6, with a key of 72 bytes"
    rows.append(Row.of("floor6", what, "ns over empty", over(found, "floor6")))
    for name, (what, _, target) in CASES.items():
        ours = over(found, name)
        ratios = [cost / least for cost, least in zip(ours, floor, strict=True)]
        note = f"({sorted(ours)[len(ours) // 2]:.0f} ns)"
        rows.append(Row.of(name, what, "x floor", ratios, at_most=target, note=note))
    return rows
