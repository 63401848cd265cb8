"""`demo --fleet`: a monitor on every host, and what both ends counted."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from tests.lab import commands
from tests.lab.commands import Running
from tests.store import clickhouse

pytestmark = pytest.mark.root


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    clickhouse.program()
    words = (*commands.SMALL, "--fleet", "--traffic", "classic")
    folder = tmp_path_factory.mktemp("demo")
    with commands.home() as home, commands.demo(home, folder, *words) as running:
        yield running


def test_every_host_is_in_the_store_and_nothing_is_lost_between_them(demo: Running) -> None:
    commands.wait_for(lambda: len(hosts(demo)) == 3, "all hosts have sent")
    commands.wait_for(lambda: sent(demo) > 100, "and sent for a while")
    commands.wait_for(lambda: nothing_is_lost(demo), "both ends agree")


def nothing_is_lost(demo: Running) -> bool:
    """As soon as all hosts have sent the newest seconds, which they do one after the other."""
    found = demo.get("api/v1/loss?from=-20s")
    pairs = {(row["from_host"], row["to_host"]) for row in found["rows"]}
    # What is on its way at either end of the stretch may be counted by one end alone.
    lost = abs(int(found["all"]["lost"]["packets"]))
    return {("host0", "host1"), ("host1", "host0")} <= pairs and lost <= 2 * len(found["rows"])


def hosts(demo: Running) -> set[str]:
    rows = demo.get("api/v1/flows?from=-1h&by=host")["rows"]
    return {row["host"] for row in rows if int(row["packets"])}


def sent(demo: Running) -> int:
    return int(demo.get("api/v1/loss?from=-20s")["all"]["sent"]["packets"])


def test_a_packet_is_one_on_the_page(demo: Running) -> None:
    commands.wait_for(lambda: sent(demo) > 100, "traffic has been sent for a while")
    now = demo.get("api/v1/loss?from=-20s")["to"]
    commands.wait_for(
        lambda: demo.get("api/v1/loss?from=-20s")["time"] >= now, "all hosts have sent until then"
    )
    stretch = f"from={now - 20}&to={now}"
    once = demo.get(f"api/v1/flows?{stretch}&by=pair")
    ends = demo.get(f"api/v1/flows?{stretch}&by=direction")
    total = sum(int(row["packets"]) for row in once["rows"])
    by_end = {row["direction"]: int(row["packets"]) for row in ends["rows"]}
    assert total == by_end["egress"]
    assert demo.get("api/v1/status")["state"] == "live"


def test_nothing_is_left_when_it_is_killed(demo: Running) -> None:
    processes = commands.descendants(demo.process.pid)
    assert any("clickhouse-server" in " ".join(commands.words_of(pid)) for pid in processes)
    demo.process.send_signal(signal.SIGKILL)
    demo.wait()
    commands.wait_for(lambda: not commands.alive(processes), "all its processes are gone")
