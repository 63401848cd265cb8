"""Each fault of the lab is found by name, at its place, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.lab import commands, finding
from tests.lab.finding import Broken, expect_about

pytestmark = pytest.mark.root

# What can be there at once: each at a tunnel of its own, in networks that leave each other alone.
TOGETHER = (
    ("vni-mismatch", "duplicate", "storm", "hog"),
    ("decap-failure", "rogue"),
)


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
        CHECKS.get(name, expect_about)(opened[name], fault)
        assert opened[name]["explanation"] in told
    broken.lab("repair")
    broken.closed()
    new = [row for row in broken.rows() if row["id"] not in before]
    assert sorted(row["name"] for row in new) == sorted(names)
    assert commands.run(broken.demo.home, broken.folder, "findings")[0] == 0


def expect_mismatch(row: dict[str, Any], fault: dict[str, Any]) -> None:
    assert row["vni"] == fault["vni"] + 700
    assert row["evidence"]["vni_here"] == fault["vni"]
    assert row["peers"] == [fault["address"], finding.WATCHED]
    assert row["endpoints"][0] == fault["endpoint"]


def expect_duplicate(row: dict[str, Any], fault: dict[str, Any]) -> None:
    assert row["vni"] == fault["vni"]
    assert row["endpoints"][0] == fault["endpoint"]
    assert len(row["peers"]) == 2
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


def expect_decap_failure(row: dict[str, Any], fault: dict[str, Any]) -> None:
    assert row["vni"] == fault["vni"]
    assert fault["address"] in row["peers"]
    assert row["evidence"]["devices"] == [f"vxlan{fault['vni']}"]


CHECKS = {
    "vni-mismatch": expect_mismatch,
    "duplicate": expect_duplicate,
    "storm": expect_storm,
    "hog": expect_hog,
    "rogue": expect_rogue,
    "decap-failure": expect_decap_failure,
}
