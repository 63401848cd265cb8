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
    """Both families against `floor` on the same flows of IPv4, and one again with packets apart."""
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
            "empty apart": step("empty", "apart4", PLAIN),
            "floor apart": step("floor", "apart4", PLAIN),
            "4in4 apart": step("ours", "apart4", PLAIN),
        }

    found = costs(effort, steps)
    floor, floor_apart = over(found, "floor"), over(found, "floor apart", "empty apart")
    ours_apart = over(found, "4in4 apart", "empty apart")
    apart = "each packet by itself"
    return [
        row_of("floor", f"floor, {flows} random flows", floor),
        against("4in4", f"IPv4 in IPv4, {flows} random flows", over(found, "4in4"), floor, 1.15),
        against("6in6", f"IPv6 in IPv6, {flows} random flows", over(found, "6in6"), floor),
        row_of("floor-apart", f"floor, likewise, {apart}", floor_apart),
        against("4in4-apart", f"IPv4 in IPv4, likewise, {apart}", ours_apart, floor_apart),
    ]


def row_of(name: str, what: str, costs_ns: list[float]) -> Row:
    """What a reference takes, by load."""
    return Row.of(f"random-{name}", what, "ns over empty", costs_ns)


def against(
    name: str,
    families: str,
    costs_ns: list[float],
    floor_ns: list[float],
    target: float | None = None,
) -> Row:
    """Ours as a multiple of `floor`, load by load."""
    ratios = [cost / least for cost, least in zip(costs_ns, floor_ns, strict=True)]
    return Row.of(f"random-{name}", f"VXLAN, {families}", "x floor", ratios, at_most=target)
