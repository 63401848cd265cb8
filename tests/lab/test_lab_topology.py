"""Who is in the lab, as numbers."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunnel_monitor.errors import BadSetting
from tunnel_monitor.lab.topology import MOST_CLIENTS, Topology

LONGEST_DEVICE_NAME = 15  # IFNAMSIZ less the zero behind it

sizes = st.tuples(st.integers(2, 254), st.integers(1, 254), st.integers(1, 5)).filter(
    lambda size: size[0] * size[2] <= 254 and size[0] * size[1] * size[2] <= MOST_CLIENTS
)


def test_the_classic_lab() -> None:
    lab = Topology()
    assert [host.address for host in lab.all_hosts] == [f"172.16.1.{100 + n}" for n in range(9)]
    assert {host.prefix for host in lab.all_hosts} == {24}
    assert [(segment.vni, segment.group) for segment in lab.all_segments] == [
        (10000, "239.1.1.1"),
        (10001, "239.1.1.2"),
        (10002, "239.1.1.3"),
        (10003, "239.1.1.4"),
    ]
    assert len(lab.all_clients) == 36
    for client in lab.all_clients:
        assert client.address == f"192.168.{client.segment}.{client.host + 1}"
        assert client.port == f"client{10000 + client.segment}"


def test_second_clients_follow_the_first_ones() -> None:
    lab = Topology(hosts=3, segments=2, clients=2)
    assert [(client.address, client.host, client.port) for client in lab.clients_in(1)] == [
        ("192.168.1.1", 0, "client10001"),
        ("192.168.1.2", 1, "client10001"),
        ("192.168.1.3", 2, "client10001"),
        ("192.168.1.4", 0, "client10001.2"),
        ("192.168.1.5", 1, "client10001.2"),
        ("192.168.1.6", 2, "client10001.2"),
    ]
    assert [client.address for client in lab.clients_on(2)] == [
        "192.168.0.3",
        "192.168.0.6",
        "192.168.1.3",
        "192.168.1.6",
    ]


def test_two_hundred_hosts_go_on_in_the_next_range() -> None:
    hosts = Topology(hosts=200).all_hosts
    assert hosts[154].address == "172.16.1.254"
    assert hosts[155].address == "172.16.2.1"
    assert hosts[199].address == "172.16.2.45"
    assert {host.prefix for host in hosts} == {16}


@given(sizes)
def test_nobody_is_there_twice(size: tuple[int, int, int]) -> None:
    lab = Topology(*size)
    outer = [host.address for host in lab.all_hosts]
    inner = [client.address for client in lab.all_clients]
    assert len(set(outer)) == lab.hosts
    assert len(set(inner)) == len(inner) == lab.hosts * lab.segments * lab.clients
    (underlay,) = {IPv4Interface(f"{host.address}/{host.prefix}").network for host in lab.all_hosts}
    ends = {underlay.network_address, underlay.broadcast_address}
    assert not ends & set(map(IPv4Address, outer))
    assert all(1 <= client.number <= 254 for client in lab.all_clients)
    for host in lab.all_hosts:
        ports = [client.port for client in lab.clients_on(host.number)]
        assert len(set(ports)) == len(ports) == lab.segments * lab.clients
        assert max(map(len, ports)) <= LONGEST_DEVICE_NAME
    assert all(lab.client(address) is not None for address in inner)
    assert lab.client("192.168.255.1") is None


@pytest.mark.parametrize(
    ("size", "limit"),
    [
        ((1, 4, 1), "hosts must be 2 to 254"),
        ((255, 1, 1), "hosts must be 2 to 254"),
        ((9, 0, 1), "segments must be 1 to 254"),
        ((9, 255, 1), "segments must be 1 to 254"),
        ((9, 4, 0), "clients must be 1 to 28 with 9 hosts"),
        ((9, 4, 29), "clients must be 1 to 28 with 9 hosts"),
        ((200, 4, 2), "clients must be exactly 1 with 200 hosts"),
        ((254, 254, 1), "more than 4000 clients in all"),
    ],
)
def test_a_size_out_of_its_limits_names_them(size: tuple[int, int, int], limit: str) -> None:
    with pytest.raises(BadSetting, match=limit):
        Topology(*size)
