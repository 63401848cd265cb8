"""Several watches at once, and several interfaces in one."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.lab import commands, watched
from tests.lab.watched import HERE, THERE, Page, both_ways

from tunnel_monitor.lab.build import CABLE, Lab

pytestmark = pytest.mark.root

OFTEN = ("--interval", "0.2")


@pytest.mark.parametrize("attaching", [("tcx", "tcx"), ("clsact", "clsact"), ("tcx", "clsact")])
def test_two_on_one_interface_count_the_same(
    attaching: tuple[str, str], lab: Lab, home: int, tmp_path: Path
) -> None:
    one, other = (
        ("eth0", "--attach", attach, "--listen", f"127.0.0.1:{port}", *OFTEN)
        for attach, port in zip(attaching, (8080, 8081), strict=True)
    )
    with (
        watched.watch(lab, home, tmp_path, *one) as first,
        watched.watch(lab, home, tmp_path, *other) as second,
    ):
        watched.ping(lab, 103)
        for running in (first, second):
            page = Page.of(running)
            page.wait_for_drain()
            assert page.counted() == both_ways(103)
        first.process.terminate()
        assert first.wait() == 0
        watched.ping(lab, 7)
        page = Page.of(second)
        page.wait_for_drain()
        assert page.counted() == both_ways(110)
    watched.expect_nothing_on(lab)


def test_a_second_one_on_the_same_port_is_refused_and_the_first_goes_on(
    lab: Lab, home: int, tmp_path: Path
) -> None:
    with watched.watch(lab, home, tmp_path, "eth0", *OFTEN) as first:
        words = ("watch", "eth0", "--netns", lab.path("host0"))
        code, told = commands.run(home, tmp_path, *words)
        assert code == 1
        assert told.startswith("tunnel-monitor: cannot listen on 127.0.0.1:8080: ")
        assert f"(process {first.process.pid}) listens there; choose another port" in told
        assert len(told.splitlines()) == 1
        watched.ping(lab, 11)
        page = Page.of(first)
        page.wait_for_drain()
        assert page.counted() == both_ways(11)


def test_several_interfaces_are_told_apart(lab: Lab, home: int, tmp_path: Path) -> None:
    with watched.watch(lab, home, tmp_path, "host0", "host1", *OFTEN, at=CABLE) as running:
        assert running.output.splitlines()[0] == "Watching host0, host1."
        page = Page.of(running)
        watched.ping(lab, 17)
        page.wait_for_drain()
        assert page.counted() == {
            ("host0", "ingress", HERE): 17,
            ("host0", "egress", THERE): 17,
            ("host1", "egress", HERE): 17,
            ("host1", "ingress", THERE): 17,
        }
        rows = page.api("flows?window=total&interface=host1")["rows"]
        assert {row["interface"] for row in rows} == {"host1"}
        present = [(one["name"], one["present"]) for one in page.api("status")["interfaces"]]
        assert present == [("host0", True), ("host1", True)]
        assert len(page.api("ledger")["rows"]) == 4
