"""`--encaps`: the common ones, unless others are named."""

from __future__ import annotations

import pytest

from tunnel_monitor.cli.tunnels import parse_encaps
from tunnel_monitor.contract import Encap
from tunnel_monitor.errors import BadSetting
from tunnel_monitor.settings import ALL_ENCAPS, DEFAULT_ENCAPS, DEFAULT_PORTS, USUAL_PORTS


def test_nothing_given() -> None:
    assert parse_encaps(None) == DEFAULT_ENCAPS
    assert len(DEFAULT_ENCAPS) == 14


def test_all() -> None:
    assert parse_encaps("all") == ALL_ENCAPS == set(Encap) - {Encap.NONE}


def test_a_list() -> None:
    assert parse_encaps("vxlan,gre-udp") == {Encap.VXLAN, Encap.GRE_UDP}


@pytest.mark.parametrize("given", ["", "none", "vxlan,", "carrier-pigeon", "VXLAN", "all,vxlan"])
def test_what_means_nothing_is_refused(given: str) -> None:
    with pytest.raises(BadSetting, match="--encaps takes all, or some of vxlan, vxlan-gpe"):
        parse_encaps(given)


def test_usual_ports_are_those_of_one_encapsulation_each() -> None:
    numbers = [number for ports in USUAL_PORTS.values() for number in ports]
    assert len(set(numbers)) == len(numbers)
    assert DEFAULT_PORTS.items() <= USUAL_PORTS.items()
