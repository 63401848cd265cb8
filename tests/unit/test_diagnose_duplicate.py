"""One address behind two peers: what is a duplicate, a migration, or neither."""

from __future__ import annotations

import pytest
from tests.unit.judging import FAR, THERE, Watch, received
from tests.unit.synthetic import Flow

from tunnel_monitor.diagnose.duplicate import Duplicate
from tunnel_monitor.diagnose.finding import State

NOBODY = "0.0.0.0"  # noqa: S104 - an inner address


def test_an_address_that_moves_five_times_is_a_duplicate() -> None:
    watch = Watch([Duplicate()])
    both = (received(), received(outer_src=FAR))
    watch.drain(*both, times=5)
    (finding,) = watch.drain(*both)
    assert finding.seen.subject.endpoints[0] == "192.168.0.2"
    assert set(finding.seen.subject.peers) == {THERE, FAR}
    assert finding.seen.evidence["moves"] == 6
    watch.drain(received(), times=20)
    assert watch.news == [("duplicate", State.OPEN), ("duplicate", State.CLOSED)]


def test_a_duplicate_that_is_over_is_no_migration() -> None:
    watch = Watch([Duplicate()])
    watch.drain(received(), received(outer_src=FAR), times=8)
    watch.drain(received(), times=400)
    assert watch.news == [("duplicate", State.OPEN), ("duplicate", State.CLOSED)]


@pytest.mark.parametrize("silent_s", [5, 170, 179, 180, 181, 200, 400])
@pytest.mark.parametrize("left", [THERE, FAR])
def test_who_is_left_of_a_duplicate_has_not_moved(left: str, silent_s: int) -> None:
    watch = Watch([Duplicate()])
    for _ in range(4):
        watch.drain(received(), times=2)
        watch.drain(received(outer_src=FAR), times=2)
    watch.drain(times=silent_s)
    watch.drain(received(outer_src=left), times=30)
    assert watch.news == [("duplicate", State.OPEN), ("duplicate", State.CLOSED)]


def test_who_was_a_duplicate_may_migrate() -> None:
    watch = Watch([Duplicate()])
    watch.drain(received(), received(outer_src=FAR), times=8)
    watch.drain(received(), times=200)
    watch.drain(received(outer_src=FAR), times=30)
    assert [state for _, state in watch.news] == [State.OPEN, State.CLOSED, State.EVENT]


def test_a_duplicate_may_talk_in_turn() -> None:
    watch = Watch([Duplicate()])
    for _ in range(6):
        watch.drain(received(), times=2)
        watch.drain(received(outer_src=FAR), times=2)
    assert [finding.name for finding in watch.diagnosis.report.open] == ["duplicate"]


def test_a_migration_is_an_event() -> None:
    watch = Watch([Duplicate()])
    watch.drain(received(), times=5)
    watch.drain(received(), received(outer_src=FAR))  # in the drain in which it moves
    watch.drain(received(outer_src=FAR), times=30)
    assert watch.news == [("duplicate", State.EVENT)]
    (event,) = watch.diagnosis.report.findings
    assert event.seen.subject.peers == (THERE, FAR)


@pytest.mark.parametrize(
    "flows",
    [
        (received(), received("192.168.0.3", outer_src=FAR)),
        (received(), received(outer_src=FAR, vni=10001)),
        (received("fe80::1"), received("fe80::1", outer_src=FAR)),
        (received("169.254.1.1"), received("169.254.1.1", outer_src=FAR)),
        (received(NOBODY), received(NOBODY, outer_src=FAR)),
        (received(None), received(None, outer_src=FAR)),
        (received(), received(interface="eth1")),
    ],
    ids=[
        "two addresses",
        "two networks",
        "gateways",
        "link-local",
        "none yet",
        "no IP",
        "two ways",
    ],
)
def test_no_duplicate(flows: tuple[Flow, ...]) -> None:
    watch = Watch([Duplicate()])
    watch.drain(*flows, times=20)
    assert watch.news == []
