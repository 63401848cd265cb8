"""Interfaces come, go and change their names while they are watched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Final

import pytest
from tests.lab import underlay
from tests.lab.counting import SETTINGS, Counted, path_of, wait_for, watching
from tests.lab.senders import PacketSocket
from tests.lab.underlay import HERE, THERE
from tests.packets.stacks import PEER4, PING4, TUNNEL

from tunnel_monitor.contract import Direction, Outcome
from tunnel_monitor.errors import NoSuchInterface
from tunnel_monitor.kernel.drain import watch
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.testing.packets import UDP, Ethernet, packet

pytestmark = pytest.mark.root

EGRESS = Direction.EGRESS
SENDS: Final = 101
# To nobody, so that nobody answers.
FRAME: Final = packet(Ethernet(dst="02:00:00:00:00:99"), PEER4, UDP(), TUNNEL, *PING4)
DRAINS: Final = 5


@pytest.fixture
def lab() -> Iterator[Lab]:
    with underlay.wired() as lab:
        yield lab


def send(lab: Lab, device: str) -> None:
    with closing(PacketSocket(lab, HERE, device)) as sender:
        sender.send(FRAME, SENDS)


def another_eth0() -> list[str]:
    made = "link add eth0 mtu 1234 type veth peer name other"
    return [made, "link set other up", "link set eth0 up"]


def counted_flows(counted: Counted) -> int:
    return counted.outcome(EGRESS, Outcome.FLOW).packets


@pytest.mark.parametrize("how", ["tcx", "clsact"])
def test_one_that_is_removed_delivers_what_it_counted(lab: Lab, how: str) -> None:
    with watching(lab, HERE, settings=replace(SETTINGS, attach=how)) as counted:
        send(lab, "eth0")
        counted.drain()
        assert counted.last.device is not None
        send(lab, "eth0")
        lab.ip(HERE, ["link delete eth0"])
        for _ in range(DRAINS):
            assert counted.drain().device is None
        assert counted_flows(counted) == 2 * SENDS
        assert counted.interface.device.find_name() is None
        assert counted.interface.device.find_mtu() is None


def test_one_that_moves_to_another_namespace_is_gone(lab: Lab) -> None:
    with watching(lab, HERE) as counted:
        send(lab, "eth0")
        lab.ip(HERE, [f"link set eth0 name moved netns {lab.path(THERE)}"])
        for _ in range(DRAINS):
            assert counted.drain().device is None
        assert counted_flows(counted) == SENDS


def test_a_new_one_of_the_same_name_is_another(lab: Lab) -> None:
    """Its counters are not those of the one that was watched."""
    with watching(lab, HERE) as counted:
        send(lab, "eth0")
        lab.ip(HERE, ["link delete eth0", *another_eth0()])
        send(lab, "eth0")
        for _ in range(DRAINS):
            assert counted.drain().device is None
        assert counted_flows(counted) == SENDS
        assert counted.interface.device.find_name() is None
        assert counted.interface.device.find_mtu() is None


def test_one_that_is_renamed_is_counted_on(lab: Lab) -> None:
    """Flows keep the name that the user gave; the device knows the one it has now."""
    with watching(lab, HERE) as counted:
        send(lab, "eth0")
        counted.drain()
        lab.ip(HERE, ["link set eth0 down", "link set eth0 name uplink mtu 1400 up"])
        lab.ip(HERE, another_eth0())
        send(lab, "uplink")
        send(lab, "eth0")
        assert counted.drain_until(lambda: counted_flows(counted) == 2 * SENDS)
        assert counted.last.interface == "eth0"
        assert counted.interface.device.find_name() == "uplink"
        assert counted.interface.device.find_mtu() == 1400
        assert counted.residuals() == [(0, 0), (0, 0)]


def test_one_that_goes_down_and_up_is_counted_on(lab: Lab) -> None:
    with watching(lab, HERE) as counted:
        send(lab, "eth0")
        lab.ip(HERE, ["link set eth0 down"])
        counted.drain()
        lab.ip(HERE, ["link set eth0 up"])
        # the other end needs a moment to notice; until then what is sent is dropped behind us
        assert wait_for(lambda: underlay.facts(lab, HERE)["operstate"] == "UP")
        send(lab, "eth0")
        assert counted.drain_until(lambda: counted_flows(counted) == 2 * SENDS)
        assert counted.residuals() == [(0, 0), (0, 0)]


def test_one_that_is_not_there_is_named(lab: Lab) -> None:
    with pytest.raises(NoSuchInterface, match="cannot watch eth7: no such interface") as caught:
        watch("eth7", SETTINGS, path_of(lab, HERE))
    assert caught.value.remedy
