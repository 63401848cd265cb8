"""Faults as they are made and repaired, seen from inside the lab."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunnel_monitor.errors import BadSetting
from tunnel_monitor.lab import build, faults, namespaces, traffic
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.lab.faults import FAULTS, Faults, places
from tunnel_monitor.lab.profiles import chance
from tunnel_monitor.lab.topology import Topology

root = pytest.mark.root
ALONE = FAULTS.keys() - {"loss"}  # told by a monitor that compares with no other


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with build.running() as built:
        yield built


@pytest.fixture
def broken(lab: Lab) -> Iterator[Faults]:
    with closing(Faults(lab)) as made:
        yield made


def asked(lab: Lab, where: str, *words: str) -> list[dict[str, Any]]:
    with namespaces.entered(lab.namespace(where)):
        done = subprocess.run(words, capture_output=True, text=True, check=True)
    return [one for one in json.loads(done.stdout or "[]") if one]


def device(shown: dict[str, Any]) -> dict[str, Any]:
    """What a device made anew has in common with the one before."""
    info = shown.get("linkinfo", {})
    tunnel = info.get("info_data") if info.get("info_kind") == "vxlan" else None
    addresses = [one["local"] for one in shown.get("addr_info", ())]
    return {"mtu": shown["mtu"], "in": shown.get("master"), "tunnel": tunnel, "has": addresses}


def configuration(lab: Lab, where: str) -> dict[str, Any]:
    """All that a fault may have changed in a namespace, without what changes by itself."""
    devices = asked(lab, where, "ip", "-j", "-d", "address")
    return {
        "devices": {shown["ifname"]: device(shown) for shown in devices},
        "routes": asked(lab, where, "ip", "-j", "route"),
        "neighbours": asked(lab, where, "ip", "-j", "neighbor", "show", "nud", "permanent"),
        "forwarding": sorted(
            (one["ifname"], one["dst"], one["state"])
            for one in asked(lab, where, "bridge", "-j", "fdb")
            if "dst" in one and one.get("state")
        ),
        "rules": lab.run(where, ("nft", "list", "ruleset")),
    }


def everything(lab: Lab) -> dict[tuple[str, str], Any]:
    """(namespace, what) -> what is configured there."""
    hosts = [host.name for host in lab.topology.all_hosts]
    clients = [client.name for client in lab.topology.all_clients]
    return {
        (name, what): found
        for name in (build.CABLE, *hosts, *clients)
        for what, found in configuration(lab, name).items()
    }


@root
def test_all_at_once_are_made_and_leave_nothing_when_repaired(lab: Lab, broken: Faults) -> None:
    before = everything(lab)
    for name in FAULTS:
        record = broken.make(name)
        assert record["name"] == name
        assert record["says"].endswith(".")
    assert len({(one["host"], one["vni"]) for one in broken.records()}) == len(FAULTS)
    changed = {what for what, found in everything(lab).items() if found != before.get(what)}
    assert {what for _, what in changed} == {
        *("devices", "routes", "neighbours", "forwarding", "rules")
    }
    assert [one["name"] for one in broken.repair()] == list(FAULTS)
    for what, found in everything(lab).items():
        assert found == before[what], what
    assert broken.records() == []


@root
def test_a_repaired_tunnel_carries_again(lab: Lab, broken: Faults) -> None:
    record = broken.make("vni-mismatch")
    inner = record["endpoint"]
    here = ".".join([*inner.split(".")[:3], "1"])
    broken.repair("vni-mismatch")
    assert traffic.ping(lab, here, inner) == 1


@root
def test_an_exercise_does_not_tell_its_name_until_it_is_revealed(broken: Faults) -> None:
    assert broken.make_any(chance(1)) == {"hidden": True}
    assert broken.records() == [{"hidden": True}]
    (revealed,) = broken.records(reveal=True)
    assert revealed["name"] in FAULTS
    assert broken.repair() == [revealed]


@root
def test_an_exercise_can_be_solved(lab: Lab) -> None:
    with closing(Faults(lab)) as alone:
        for number in range(len(ALONE)):
            alone.make_any(chance(number))
        assert {one["name"] for one in alone.records(reveal=True)} == ALONE
        with pytest.raises(BadSetting, match="all of them are there"):
            alone.make_any(chance(1))
        alone.repair()
        assert "`demo --fleet` has them" in alone.make("loss")["says"]
    with closing(Faults(lab, fleet=True)) as compared:
        assert "--fleet" not in compared.make("loss")["says"]


@root
def test_the_same_seed_is_the_same_exercise(broken: Faults) -> None:
    broken.make_any(chance(4))
    first = broken.repair()
    broken.make_any(chance(4))
    assert broken.repair() == first


@root
def test_a_fault_is_there_once(broken: Faults) -> None:
    broken.make("storm")
    with pytest.raises(BadSetting, match="it is there already; repair it first"):
        broken.make("storm")
    broken.repair("storm")
    broken.make("storm")


@root
def test_what_is_not_there_cannot_be_repaired(broken: Faults) -> None:
    assert broken.repair() == []
    with pytest.raises(BadSetting, match="the lab has no such fault"):
        broken.repair("storm")


@root
def test_the_smallest_lab_has_one_place() -> None:
    with build.running(Topology(hosts=2, segments=1)) as small, closing(Faults(small)) as made:
        made.make("storm")
        with pytest.raises(BadSetting, match="each tunnel of host0 has a fault already"):
            made.make("header")


def test_a_fault_that_takes_more_hosts_says_so() -> None:
    with pytest.raises(BadSetting, match="cannot make duplicate: it takes 3 hosts"):
        faults.find("duplicate", Topology(hosts=2))


@given(st.integers(2, 60), st.integers(1, 20))
def test_each_tunnel_of_host0_is_a_place_once(hosts: int, segments: int) -> None:
    topology = Topology(hosts, segments)
    assert sorted(places(topology)) == [
        (host, segment) for host in range(1, hosts) for segment in range(segments)
    ]
