"""Every number on the page is the API's, and these agree with each other.

The traffic is over, so that the totals stand still and can be compared to the packet.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.lab import commands
from tests.lab.commands import Running
from tests.web.expected import endpoints_of, exchanges, networks_of, peers_of, rounded
from tests.web.visits import Visit, drain_again

pytestmark = [pytest.mark.root, pytest.mark.browser]

# Below 1000 packets for each peer: the page says such totals to the last packet.
SENT = ("--seconds", "2", "--rate", "20")
TOTAL = "#v=1&window=total"
PACKETS = f"{TOTAL}&unit=packets"
PEERS = [f"172.16.1.{number}" for number in range(100, 109)]


@pytest.fixture(scope="module")
def demo(home: int, folder: Path, quiet: Running) -> Running:
    words = ("traffic", "--demo", str(quiet.process.pid), *SENT)
    code, told = commands.run(home, folder, *words)
    assert code == 0, told
    drain_again(quiet, 2)
    return quiet


def test_packets_of_each_peer(visit: Callable[..., Visit], demo: Running) -> None:
    shown, (matrix,) = visit(demo, PACKETS).with_api("matrix?window=total")
    exact = peers_of(matrix, "packets")
    assert shown.peers == exact
    assert list(shown.peers)[:9] == PEERS  # behind them the groups that ARP was sent to
    assert shown.peers["172.16.1.108"].sent >= 20


def test_bytes_of_each_peer(visit: Callable[..., Visit], demo: Running) -> None:
    shown, (matrix,) = visit(demo, TOTAL).with_api("matrix?window=total")
    assert shown.peers == exchanges(peers_of(matrix, "bytes"))


def test_buttons_change_unit_and_window(visit: Callable[..., Visit], demo: Running) -> None:
    here = visit(demo)
    here.page.click("[data-role=window-total]")
    here.wait_for(lambda shown: shown.raw["sum"].endswith("B"), "bytes since the start")
    shown, (matrix,) = here.with_api("matrix?window=total")
    assert shown.peers == exchanges(peers_of(matrix, "bytes"))
    here.page.click("[data-role=unit-packets]")
    here.wait_for(lambda shown: shown.raw["sum"].endswith("pkt"), "packets since the start")
    shown, (matrix,) = here.with_api("matrix?window=total")
    assert shown.peers == peers_of(matrix, "packets")
    here.page.click("[data-role=window-last]")
    here.wait_for(lambda shown: shown.raw["sum"].endswith("pps"), "packets a second")
    here.page.click("[data-role=unit-bits]")
    here.wait_for(lambda shown: shown.raw["sum"].endswith("b/s"), "bits a second")
    here.wait_for(lambda shown: not shown.busy_peers, "nothing in the last interval")


def test_a_quiet_interval_says_so(visit: Callable[..., Visit], demo: Running) -> None:
    here = visit(demo)
    here.wait_for(lambda shown: not shown.busy_peers, "nothing in the last interval")
    assert here.page.inner_text("#quiet") == "No tunnelled traffic in the last interval"
    here.page.click("[data-role=window-total]")
    here.wait_for(lambda shown: bool(shown.busy_peers), "peers since the start")
    assert here.page.is_hidden("#quiet")


def test_networks(visit: Callable[..., Visit], demo: Running) -> None:
    shown, (segments,) = visit(demo, PACKETS).with_api("segments?window=total")
    assert list(shown.networks) == ["all", "10000", "10001", "10002", "10003"]
    assert shown.networks == networks_of(segments, "packets")
    assert shown.chosen_network == "all"


def test_one_network_filters_and_all_brings_back(
    visit: Callable[..., Visit], demo: Running
) -> None:
    here = visit(demo, PACKETS)
    here.page.click('[data-vni="10001"]')
    here.wait_for(lambda shown: shown.chosen_network == "10001", "10001 is chosen")
    shown, (matrix,) = here.with_api("matrix?window=total&vni=10001")
    assert shown.peers == peers_of(matrix, "packets")
    assert shown.hosts == {"172.16.1.100", "172.16.1.101", "172.16.1.103"}
    assert shown.sum == rounded(sum(both.sent for both in shown.peers.values()))
    here.page.click('[data-vni="all"]')
    here.wait_for(lambda shown: shown.chosen_network == "all", "all are chosen")
    shown, (matrix,) = here.with_api("matrix?window=total")
    assert shown.peers == peers_of(matrix, "packets")
    assert shown.hosts == set(PEERS)


NO_ADDRESS = ""  # ARP stands together on one arc of each network
# Whom the classic profile reaches there; the first host's clients send it all.
BEHIND = {
    "172.16.1.100": {"192.168.0.1", "192.168.1.1", "192.168.2.1", "192.168.3.1"},
    "172.16.1.101": {"192.168.0.2", "192.168.1.2", "192.168.2.2"},
    "172.16.1.108": {"192.168.3.9"},
}


@pytest.mark.parametrize("peer", BEHIND)
def test_endpoints_behind_a_peer(peer: str, visit: Callable[..., Visit], demo: Running) -> None:
    here = visit(demo, f"{PACKETS}&peer={peer}")
    shown, (flows,) = here.with_api(f"flows?window=total&peer={peer}")
    assert flows["other"]["rows"] == 0
    assert shown.endpoints == endpoints_of(flows)
    behind = {where.address for where in shown.endpoints if where.peer == peer}
    assert behind - {NO_ADDRESS} == BEHIND[peer]


def test_networks_stay_whole_while_a_peer_is_open(
    visit: Callable[..., Visit], demo: Running
) -> None:
    here = visit(demo, f"{PACKETS}&peer=172.16.1.108")
    shown, (segments,) = here.with_api("segments?window=total")
    assert shown.networks == networks_of(segments, "packets")
    share = shown.peers["172.16.1.108"].sent / sum(int(row["packets"]) for row in segments["rows"])
    assert here.page.inner_text(".chosen .share b") == f"{100 * share:.1f}\u2009%"


def test_the_ledger_is_the_apis_and_every_packet_is_in_it(
    visit: Callable[..., Visit], demo: Running
) -> None:
    shown, (ledger,) = visit(demo, PACKETS).with_api("ledger")
    rows = ledger["rows"]
    outcomes = {
        name: sum(int(row["outcomes"][name]["packets"]) for row in rows)
        for name in rows[0]["outcomes"]
    }
    seen = sum(int(row["seen"]["packets"]) for row in rows)
    assert outcomes["flow"] + outcomes["not_tunneled"] == seen
    assert shown.ledger == {
        "in a flow": outcomes["flow"],
        "not tunnelled": outcomes["not_tunneled"],
        "seen": seen,
        "interface": sum(int(row["device"]["packets"]) for row in rows),
        "residual": 0,
    }
    assert shown.stats["head-residual"] == "0\u2009packets"
    assert rounded(outcomes["flow"]) == shown.sum
    assert sum(both.sent for both in shown.peers.values()) == outcomes["flow"]


def test_the_header_counts_what_was_seen(visit: Callable[..., Visit], demo: Running) -> None:
    here = visit(demo)
    shown, (status,) = here.with_api("status")
    for name, member in [
        ("tunnels", "tunnels"),
        ("vnis", "segments"),
        ("peers", "peers"),
        ("endpoints", "endpoints"),
    ]:
        assert shown.stats[name] == str(status[member])
    assert here.page.inner_text("#interface .mono") == "host0 · eth0"
