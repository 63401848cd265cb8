"""Each fault of the lab is found by name, at its place, and nothing else is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.lab import commands, finding
from tests.lab.finding import Broken, expect_about, expect_between

from tunnel_monitor.lab.fault import GUESTS

pytestmark = pytest.mark.root

# What can be there at once: each at a tunnel of its own, in networks that leave each other alone.
# The slowest come first: all are to be there 15 seconds after the last.
TOGETHER = (
    (
        *("mtu", "black-hole", "fragments", "one-way", "dscp", "header"),
        *("path-change", "low-entropy"),
    ),
    ("decap-failure", "vni-mismatch", "duplicate", "storm", "hog", "rogue"),
)
HEALTHY = ("classic", "tcp", "all-to-all", "bursty")
HEALTHY_S = 12


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broken]:
    with finding.broken_demo(tmp_path_factory.mktemp("demo"), "--traffic", "classic") as demo:
        yield demo


@pytest.mark.parametrize("names", TOGETHER, ids="+".join)
def test_what_is_wrong_is_found_and_nothing_else(names: tuple[str, ...], broken: Broken) -> None:
    before = {row["id"] for row in broken.rows()}
    faults = broken.make(*names)
    opened = broken.found(set(names))
    code, told = commands.run(broken.demo.home, broken.folder, "findings")
    assert code == 3
    for name, fault in faults.items():
        CHECKS[name](opened[name], fault)
        assert without_numbers(opened[name]["explanation"]) in without_numbers(told)
    broken.lab("repair")
    broken.closed()
    new = [row for row in broken.rows() if row["id"] not in before]
    assert sorted(row["name"] for row in new) == sorted(names)
    assert commands.run(broken.demo.home, broken.folder, "findings")[0] == 0


@pytest.mark.parametrize("profile", HEALTHY)
def test_nothing_is_found_in_healthy_traffic(profile: str, tmp_path: Path) -> None:
    with finding.broken_demo(tmp_path, "--traffic", profile) as demo:
        drains = HEALTHY_S + demo.demo.get("api/v1/status")["drains"]
        commands.wait_for(
            lambda: demo.demo.get("api/v1/status")["drains"] >= drains, f"{drains} drains"
        )
        assert demo.rows() == []


def expect_mtu(row: dict[str, Any], fault: dict[str, Any]) -> None:
    expect_about(row, fault)
    expect_between(row, fault)
    evidence = row["evidence"]
    assert (evidence["inner_packet_bytes"], evidence["outer_packet_bytes"]) == (1500, 1550)
    assert (evidence["room_bytes"], evidence["fitting_inner_bytes"]) == (1500, 1450)


def expect_black_hole(row: dict[str, Any], fault: dict[str, Any]) -> None:
    expect_about(row, fault)
    assert row["peers"] == [finding.WATCHED, fault["address"]]
    assert row["endpoints"][1] == fault["endpoint"]
    assert row["evidence"]["segment_bytes"] == 1450


def expect_fragments(row: dict[str, Any], fault: dict[str, Any]) -> None:
    expect_about(row, fault)
    assert row["peers"] == [fault["address"], finding.WATCHED]
    expect_between(row, fault)
    assert row["evidence"]["largest_fragment_bytes"] == 1396


def expect_one_way(row: dict[str, Any], fault: dict[str, Any]) -> None:
    expect_about(row, fault)
    assert row["peers"] == [finding.WATCHED, fault["address"]]
    expect_between(row, fault)
    assert row["evidence"]["unanswered_asks"] >= 3


def expect_dscp(row: dict[str, Any], fault: dict[str, Any]) -> None:
    expect_about(row, fault)
    assert row["peers"] == [fault["address"], finding.WATCHED]
    expect_between(row, fault)
    assert row["evidence"] == {"rule": "dscp", "inner_dscp": 46, "outer_dscp": 0}


def expect_header(row: dict[str, Any], fault: dict[str, Any]) -> None:
    expect_about(row, fault)
    expect_between(row, fault)
    assert row["evidence"]["quirks"] == ["reserved_bits"]
    assert row["evidence"]["header"].startswith("0c ")


def expect_path_change(row: dict[str, Any], fault: dict[str, Any]) -> None:
    assert row["peers"] == [fault["address"], finding.WATCHED]
    assert row["evidence"] == {"ttl_before": 64, "ttl_now": 60, "hops": 4}
    src, dst = row["endpoints"]  # whoever sends most: in any network
    assert (row["example"], number_of(src), number_of(dst)) == (
        True,
        number_of(fault["endpoint"]),
        number_of(finding.here(fault)),
    )


def expect_low_entropy(row: dict[str, Any], fault: dict[str, Any]) -> None:
    expect_about(row, fault)
    assert row["peers"] == [fault["address"], finding.WATCHED]
    src, dst = row["endpoints"]  # whoever sends most: there are others behind that client
    assert (row["example"], dst) == (True, finding.here(fault))
    assert src == fault["endpoint"] or src.startswith(GUESTS)
    assert row["evidence"]["outer_source_ports"] == 1
    assert row["evidence"]["inner_flows"] >= 16


def expect_mismatch(row: dict[str, Any], fault: dict[str, Any]) -> None:
    assert row["vni"] == fault["vni"] + 700
    assert row["evidence"]["vni_here"] == fault["vni"]
    assert row["peers"] == [fault["address"], finding.WATCHED]
    assert row["endpoints"][0] == fault["endpoint"]


def expect_duplicate(row: dict[str, Any], fault: dict[str, Any]) -> None:
    assert row["vni"] == fault["vni"]
    assert row["endpoints"][0] == fault["endpoint"]
    assert len(row["peers"]) == 2
    assert not row["between"]
    assert fault["address"] in row["peers"]


def expect_storm(row: dict[str, Any], fault: dict[str, Any]) -> None:
    assert row["vni"] == fault["vni"]
    assert row["peers"][0] == fault["address"]
    assert 300 < row["evidence"]["packets_per_s"] < 500


def expect_hog(row: dict[str, Any], fault: dict[str, Any]) -> None:
    expect_about(row, fault)
    assert row["endpoints"][0] == fault["endpoint"]
    assert row["evidence"]["share_of_growth"] > 0.9


def expect_rogue(row: dict[str, Any], fault: dict[str, Any]) -> None:
    assert row["vni"] == fault["vni"]
    assert row["peers"] == ["10.66.0.66", finding.WATCHED]
    inside, to = row["endpoints"]
    assert (inside.startswith("198.18.255."), to) == (True, finding.here(fault))


def expect_decap_failure(row: dict[str, Any], fault: dict[str, Any]) -> None:
    assert row["vni"] == fault["vni"]
    assert fault["address"] in row["peers"], row
    assert row["evidence"]["devices"] == [f"vxlan{fault['vni']}"]
    src, dst = row["endpoints"]  # whoever sent most in the drain that was suspected first
    assert (row["example"], dst) == (True, finding.here(fault))
    assert network_of(src) == network_of(dst)


def network_of(endpoint: str) -> str:
    """The rest of it: clients of one network have the same."""
    return endpoint.rpartition(".")[0]


def without_numbers(text: str) -> str:
    """Counts go on between two questions."""
    return re.sub(r"[\d.,]+", "#", text)


def number_of(endpoint: str) -> str:
    """The last of an address: clients of one host have the same."""
    return endpoint.rsplit(".", 1)[1]


CHECKS = {
    "mtu": expect_mtu,
    "black-hole": expect_black_hole,
    "fragments": expect_fragments,
    "one-way": expect_one_way,
    "dscp": expect_dscp,
    "header": expect_header,
    "path-change": expect_path_change,
    "low-entropy": expect_low_entropy,
    "vni-mismatch": expect_mismatch,
    "duplicate": expect_duplicate,
    "storm": expect_storm,
    "hog": expect_hog,
    "rogue": expect_rogue,
    "decap-failure": expect_decap_failure,
}
