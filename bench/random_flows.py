"""What a packet costs where memory is: 100,000 flows in random order."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bench.figures import Effort, Row
from bench.packet import PLAIN
from bench.programs import Programs, cost_ns, costs, over

from tunnel_monitor.testing.packets import TCP, UDP, VXLAN, Ethernet, IPv6, packet

FLOWS = 100_000
REPEAT = 400_000
WARM = 3_000_000  # so that all flows are known
PLAIN6 = packet(Ethernet(), IPv6(), UDP(), VXLAN(vni=5), Ethernet(), IPv6(), TCP())


def measure(effort: Effort) -> list[Row]:
    """Both families against `floor` on the same flows of IPv4."""
    flows = effort.of(FLOWS)

    def steps(programs: Programs) -> dict[str, Callable[[], float]]:
        def step(program: str, generator: str, frame: bytes) -> Callable[[], float]:
            def run(repeat: int) -> float:
                return cost_ns(programs.generated(program, generator, flows), frame, repeat)

            run(effort.of(WARM))
            return partial(run, effort.of(REPEAT))

        return {
            "empty": step("empty", "generate4", PLAIN),
            "floor": step("floor", "generate4", PLAIN),
            "4in4": step("ours", "generate4", PLAIN),
            "6in6": step("ours", "generate6", PLAIN6),
        }

    found = costs(effort, steps)
    floor = over(found, "floor")
    rows = [Row.of("random-floor", f"floor, {flows} random flows", "ns over empty", floor)]
    for name, families, target in (
        ("4in4", "IPv4 in IPv4", 1.15),
        ("6in6", "IPv6 in IPv6", None),
    ):
        ratios = [cost / least for cost, least in zip(over(found, name), floor, strict=True)]
        what = f"VXLAN, {families}, {flows} random flows"
        rows.append(Row.of(f"random-{name}", what, "x floor", ratios, at_most=target))
    return rows
