"""Among other programs on the hooks: first in the chain, and in nobody's way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Final

import pytest
from tests.lab import hooks, underlay
from tests.lab.counting import SETTINGS, Counted, Flow, path_of, watching
from tests.lab.foreign import Foreign
from tests.lab.senders import PacketSocket
from tests.lab.underlay import HERE, told
from tests.packets.expected import ENDPOINTS4, PEERS4
from tests.packets.stacks import PEER4, PING4, TUNNEL

from tunnel_monitor.contract import Direction
from tunnel_monitor.errors import UnsupportedHost
from tunnel_monitor.kernel import attach
from tunnel_monitor.lab.build import CABLE, Lab
from tunnel_monitor.settings import MonitorSettings
from tunnel_monitor.testing.packets import UDP, Ethernet, packet

pytestmark = pytest.mark.root

SENDS: Final = 101
# To nobody, so that nobody answers.
FRAME: Final = packet(Ethernet(dst="02:00:00:00:00:99"), PEER4, UDP(), TUNNEL, *PING4)
BOTH: Final = pytest.mark.parametrize("how", ["tcx", "clsact"])


@pytest.fixture
def lab() -> Iterator[Lab]:
    with underlay.wired() as lab:
        yield lab


def settings(how: str) -> MonitorSettings:
    return replace(SETTINGS, attach=how)


def send_both_ways(lab: Lab) -> None:
    for where, device in ((HERE, "eth0"), (CABLE, HERE)):
        with closing(PacketSocket(lab, where, device)) as sender:
            sender.send(FRAME, SENDS)


def check(counted: Counted) -> None:
    """All of both ways, and no more."""
    counted.drain_all(SENDS, Direction.INGRESS)
    rows = {key: row.packets for key, row in counted.flows.items()}
    assert rows == {Flow(way, *PEERS4, 10001, *ENDPOINTS4): SENDS for way in Direction}


def put(other: Foreign, lab: Lab, how: str, program: str) -> None:
    """Somebody else's program on both hooks, by the same means as ours."""
    if how == "clsact":
        told(lab, HERE, "tc", "qdisc", "replace", "dev", "eth0", "clsact")
    for way in Direction:
        if how == "clsact":
            other.add_filter(program, "eth0", way, priority=1)
        else:
            other.attach(program, "eth0", way)


@BOTH
def test_programs_behind_us_see_every_packet(lab: Lab, how: str) -> None:
    with Foreign(path_of(lab, HERE)) as other, watching(lab, HERE, settings=settings(how)) as ours:
        put(other, lab, how, "witness")
        send_both_ways(lab)
        check(ours)
        assert other.seen().buffers == 2 * SENDS
        assert other.seen().bytes == 2 * SENDS * len(FRAME)


@BOTH
def test_what_an_older_program_drops_is_counted_before(lab: Lab, how: str) -> None:
    """Also one that was there first, and first in the chain."""
    with Foreign(path_of(lab, HERE)) as other:
        put(other, lab, how, "drop")
        with watching(lab, HERE, settings=settings(how)) as ours:
            send_both_ways(lab)
            check(ours)
            assert underlay.facts(lab, HERE)["stats64"]["tx"]["packets"] == 0, "nothing was dropped"


def test_what_tcx_drops_in_front_of_clsact_is_the_residual(lab: Lab) -> None:
    """No place among filters is in front of a tcx program; the interface has counted them."""
    with (
        Foreign(path_of(lab, HERE)) as other,
        watching(lab, HERE, settings=settings("clsact")) as ours,
        closing(PacketSocket(lab, CABLE, HERE)) as sender,
    ):
        other.attach("drop", "eth0", Direction.INGRESS)
        sender.send(FRAME, SENDS)
        ours.drain()
        ours.drain()
        assert not ours.flows
        assert ours.residuals()[Direction.INGRESS] == (SENDS, SENDS * len(FRAME))


@BOTH
def test_two_monitors_count_the_same(lab: Lab, how: str) -> None:
    with (
        watching(lab, HERE, settings=settings(how)) as one,
        watching(lab, HERE, settings=settings(how)) as other,
    ):
        send_both_ways(lab)
        check(one)
        check(other)


@BOTH
def test_each_way_can_be_forced(lab: Lab, how: str) -> None:
    with watching(lab, HERE, settings=settings(how)) as ours:
        assert ours.interface.attachment.kind == how
        assert hooks.tcx_programs(lab) == ([1, 1] if how == "tcx" else [0, 0])


@pytest.mark.parametrize("number", attach.NO_TCX)
def test_without_tcx_it_is_clsact(lab: Lab, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError(number, "no such attach type")

    monkeypatch.setattr(attach, "TcxAttachment", refused)
    with watching(lab, HERE, settings=settings("auto")) as ours:
        assert ours.interface.attachment.kind == "clsact"
        send_both_ways(lab)
        check(ours)
    with (
        pytest.raises(UnsupportedHost, match=r"tcx.*--attach auto"),
        watching(lab, HERE, settings=settings("tcx")),
    ):
        pass
    assert hooks.nothing_on(lab)
