"""Loss between two hosts is found by who has the counts of both, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.lab import commands, finding
from tests.lab.finding import WATCHED, Broken
from tests.store import clickhouse

pytestmark = pytest.mark.root


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broken]:
    clickhouse.program()
    words = (*commands.SMALL, "--fleet", "--traffic", "classic")
    with finding.broken_demo(tmp_path_factory.mktemp("demo"), *words) as demo:
        yield demo


def sent(broken: Broken) -> int:
    return int(broken.demo.get("api/v1/loss?from=-20s")["all"]["sent"]["packets"])


def test_loss_is_found_between_its_two_hosts(broken: Broken) -> None:
    commands.wait_for(lambda: sent(broken) > 100, "traffic has been sent for a while")
    fault = broken.make("loss")["loss"]
    row = broken.found({"loss"})["loss"]
    finding.expect_about(row, fault)
    assert row["peers"] == [WATCHED, fault["address"]]
    finding.expect_between(row, fault)
    evidence = row["evidence"]
    assert (evidence["from_host"], evidence["to_host"]) == ("host0", fault["host"])
    assert 0.01 <= evidence["lost_share"] < 0.3
    broken.lab("repair")
    broken.closed()
    assert [one["name"] for one in broken.rows()] == ["loss"]
