"""`watch` reads the tunnels it is told to, and tells the one of several it is told to."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from tests.lab import commands, watched
from tests.lab.senders import PacketSocket
from tests.lab.watched import Page
from tests.packets.stacks import PEER4, PING4, TUNNEL

from tunnel_monitor.lab.build import Lab
from tunnel_monitor.testing.packets import GRE, LISP, UDP, Ethernet, IPv4, packet

pytestmark = pytest.mark.root

NOBODY = Ethernet(dst="02:00:00:00:00:99")  # so nobody answers
VXLAN_IN_GRE = packet(NOBODY, PEER4, GRE(7), IPv4("10.0.0.1", "10.0.0.2"), UDP(), TUNNEL, *PING4)
VXLAN_IN_LISP = packet(NOBODY, PEER4, UDP(), LISP(9), IPv4("10.0.0.3"), UDP(), TUNNEL, *PING4)
TIMES = 7


def told(page: Page) -> dict[str, tuple[str, int | None, str, str]]:
    """Path -> encapsulation, VNI, outer and inner source, of what was sent here."""
    rows = page.api("flows?window=total")["rows"]
    ours = [row for row in rows if row["packets"] == str(TIMES)]
    return {
        row["path"]: (row["encap"], row["vni"], row["outer_src"], row["inner_src"]) for row in ours
    }


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), {"gre/vxlan": ("vxlan", 10001, "10.0.0.1", "192.168.0.1")}),
        (
            ("--encaps", "all", "--boundary", "outermost"),
            {
                "gre/vxlan": ("gre", 7, "172.16.1.100", "10.0.0.1"),
                "lisp/vxlan": ("lisp", 9, "172.16.1.100", "10.0.0.3"),
            },
        ),
        (("--encaps", "gre"), {"gre": ("gre", 7, "172.16.1.100", "10.0.0.1")}),
    ],
)
def test_it_tells_what_it_is_told_to(
    lab: Lab,
    home: int,
    tmp_path: Path,
    words: tuple[str, ...],
    expected: dict[str, tuple[str, int | None, str, str]],
) -> None:
    with (
        watched.watch(lab, home, tmp_path, "eth0", "--listen", "127.0.0.1:0", *words) as running,
        closing(PacketSocket(lab, watched.HOST)) as sender,
    ):
        page = Page.of(running)
        for frame in (VXLAN_IN_GRE, VXLAN_IN_LISP):
            sender.send(frame, TIMES)
        commands.wait_for(lambda: told(page) == expected, f"{expected}, told: {told(page)}")
        status = page.api("status")
    assert status["boundary"] == ("outermost" if "outermost" in words else "innermost")
    assert ("lisp" in status["encaps"]) == ("all" in words)
    assert ("vxlan" in status["ports"]) == ("gre" not in words)
