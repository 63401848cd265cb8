"""`--port`: the usual ports, unless others are given."""

from __future__ import annotations

import pytest

from tunnel_monitor.cli.ports import parse_ports
from tunnel_monitor.contract import Encap
from tunnel_monitor.errors import BadSetting
from tunnel_monitor.settings import DEFAULT_PORTS


def test_nothing_given() -> None:
    assert parse_ports([]) == DEFAULT_PORTS


def test_what_is_given_replaces_the_usual_ones() -> None:
    ports = parse_ports(["vxlan=9999,4789", "geneve=7000"])
    assert ports == {
        **DEFAULT_PORTS,
        Encap.VXLAN: (9999, 4789),
        Encap.GENEVE: (7000,),
    }


def test_a_given_port_is_taken_from_its_usual_owner() -> None:
    ports = parse_ports(["vxlan=4789,4790"])
    assert ports[Encap.VXLAN] == (4789, 4790)
    assert ports[Encap.VXLAN_GPE] == ()


def test_a_rare_one_has_ports_if_it_is_read() -> None:
    ports = parse_ports(["l2tp=1702"], {Encap.L2TP, Encap.LISP, Encap.GRE})
    assert ports == {Encap.L2TP: (1702,), Encap.LISP: (4341,)}


def test_a_port_of_what_is_not_read_is_refused() -> None:
    with pytest.raises(BadSetting, match="--encaps"):
        parse_ports(["lisp=4341"])


@pytest.mark.parametrize(
    "given",
    [
        ["vxlan"],
        ["vxlan="],
        ["vxlan=0"],
        ["vxlan=65536"],
        ["vxlan=-1"],
        ["carrier-pigeon=1"],
        ["gre=47"],
        ["vxlan=5000", "geneve=5000"],
    ],
)
def test_what_means_nothing_is_refused(given: list[str]) -> None:
    with pytest.raises(BadSetting):
        parse_ports(given)
