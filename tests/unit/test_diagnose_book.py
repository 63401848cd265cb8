"""From suspicions to findings: when they open and close, what is muted, grouped and left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
from tests.unit.judging import HERE, Host, Watch, overlay

from tunnel_monitor.contract import Notice
from tunnel_monitor.diagnose import book
from tunnel_monitor.diagnose.base import Observation
from tunnel_monitor.diagnose.finding import (
    Confidence,
    Severity,
    State,
    Subject,
    Suspicion,
    for_example,
)
from tunnel_monitor.diagnose.mutes import Mute, Mutes
from tunnel_monitor.diagnose.thresholds import Thresholds
from tunnel_monitor.errors import BadSetting

OPEN, CLOSED, EVENT = State.OPEN, State.CLOSED, State.EVENT


def suspicion(key: str = "a", **more: Any) -> Suspicion:
    usual = {
        "key": key,
        "subject": Subject("vxlan", 7, ("172.16.1.1",)),
        "confidence": Confidence.HIGH,
        "evidence": {"packets": 1},
        "explanation": "It is so. It is bad.",
        "next": "ip link",
    }
    return Suspicion(**{**usual, **more})


@dataclass
class Saying:
    """A detector that says what it is told to."""

    says: list[Suspicion] = field(default_factory=list)

    name: ClassVar[str] = "odd"
    title: ClassVar[str] = "Something odd"
    severity: ClassVar[Severity] = Severity.LOW
    patience: ClassVar[str] = "open_s"
    explains: ClassVar[frozenset[str]] = frozenset()
    notices: ClassVar = Notice(0)

    def judge(self, seen: Observation) -> Iterable[Suspicion]:
        del seen
        return self.says


@dataclass
class Explaining(Saying):
    name: ClassVar[str] = "cause"
    explains: ClassVar[frozenset[str]] = frozenset({"odd"})
    notices: ClassVar = Notice(0)


@dataclass
class Patient(Saying):
    patience: ClassVar[str] = "storm_s"


def test_it_opens_after_a_while_and_closes_after_a_longer_one() -> None:
    saying = Saying([suspicion()])
    watch = Watch([saying])
    assert watch.drain() == []
    (finding,) = watch.drain()
    assert (finding.name, finding.state, finding.times) == ("odd", OPEN, 1)
    saying.says = []
    assert watch.drain(times=9) != []
    assert watch.drain() == []
    assert watch.news == [("odd", OPEN), ("odd", CLOSED)]


def showing(*example: str) -> Suspicion:
    return suspicion(explanation=f"It is so{for_example(example)}. It is bad.", example=example)


def test_the_example_that_was_named_first_stays() -> None:
    saying = Saying([suspicion()])
    watch = Watch([saying])
    for one in (showing(), showing("10.0.0.1", "10.0.0.2"), showing("10.0.0.3", "10.0.0.4")):
        saying.says = [one]
        watch.drain(times=2)
        (finding,) = watch.diagnosis.report.open
    assert finding.record()["endpoints"] == ["10.0.0.1", "10.0.0.2"]
    assert finding.record()["example"] is True
    assert finding.seen.explanation == "It is so, for example from 10.0.0.1 to 10.0.0.2. It is bad."
    saying.says = [showing()]
    (finding,) = watch.drain()
    assert finding.record()["endpoints"] == ["10.0.0.1", "10.0.0.2"]
    assert watch.news == [("odd", OPEN)]


def test_what_is_told_anew_has_an_example_of_its_own() -> None:
    saying = Saying([showing("10.0.0.1", "10.0.0.2")])
    watch = Watch([saying])
    watch.drain(times=3)
    saying.says = []
    watch.drain(times=12)
    saying.says = [showing("10.0.0.3", "10.0.0.4")]
    (finding,) = watch.drain(times=3)
    assert finding.seen.example == ("10.0.0.3", "10.0.0.4")
    assert (finding.times, len(watch.diagnosis.report.findings)) == (2, 1)


def test_an_example_is_not_what_is_muted() -> None:
    mutes = Mutes([Mute("odd", "10.0.0.1")])
    (finding,) = Watch([Saying([showing("10.0.0.1", "10.0.0.2")])], mutes=mutes).drain(times=3)
    assert not finding.muted


def test_a_moment_is_no_finding() -> None:
    saying = Saying()
    watch = Watch([saying])
    for _ in range(5):
        saying.says = [suspicion()]
        watch.drain()
        saying.says = []
        watch.drain(times=10)
    assert watch.news == []


def test_a_detector_may_be_more_patient() -> None:
    watch = Watch([Patient([suspicion()])], thresholds=Thresholds(storm_s=4))
    assert watch.drain(times=3) == []
    assert len(watch.drain()) == 1


def test_what_comes_back_soon_is_the_same_again() -> None:
    saying = Saying([suspicion()])
    watch = Watch([saying])
    (first,) = watch.drain(times=2)
    saying.says = []
    watch.drain(times=20)
    saying.says = [suspicion()]
    (again,) = watch.drain(times=2)
    assert (again.id, again.opened_ns, again.times) == (first.id, first.opened_ns, 2)
    assert len(watch.diagnosis.report.findings) == 1


def test_what_comes_back_late_is_a_new_one() -> None:
    saying = Saying([suspicion()])
    watch = Watch([saying], thresholds=Thresholds(reopen_s=15))
    (first,) = watch.drain(times=2)
    saying.says = []
    watch.drain(times=30)
    saying.says = [suspicion()]
    (again,) = watch.drain(times=2)
    assert again.times == 1
    assert again.opened_ns > first.opened_ns


def test_an_event_is_told_once_and_is_not_open() -> None:
    saying = Saying([suspicion(happened=True)])
    watch = Watch([saying])
    assert watch.drain() == []
    saying.says = []
    watch.drain(times=5)
    assert watch.news == [("odd", EVENT)]
    (told,) = watch.diagnosis.report.findings
    assert told.record()["state"] == "event"


def test_the_evidence_is_the_newest() -> None:
    saying = Saying([suspicion()])
    watch = Watch([saying])
    watch.drain(times=2)
    before = watch.diagnosis.report.number
    saying.says = [suspicion(evidence={"packets": 2})]
    (finding,) = watch.drain()
    assert finding.record()["evidence"] == {"packets": 2}
    assert watch.diagnosis.report.number > before


def test_the_report_keeps_its_number_while_nothing_changes() -> None:
    watch = Watch([Saying()])
    watch.drain(times=3)
    assert watch.diagnosis.report.number == 0


@pytest.mark.parametrize(
    ("subject", "quiet"),
    [
        (Subject("vxlan", 7, ("172.16.1.1",)), True),
        (Subject("vxlan", 8, ("172.16.1.1",)), False),
        (Subject("vxlan", 7, ("172.16.1.2",)), False),
        (Subject("vxlan", None, ("172.16.1.1",)), True),
    ],
)
def test_what_is_explained_by_another_is_not_told(subject: Subject, *, quiet: bool) -> None:
    watch = Watch([Saying([suspicion(subject=subject)]), Explaining([suspicion()])])
    names = {finding.name for finding in watch.drain(times=5)}
    assert names == ({"cause"} if quiet else {"cause", "odd"})


def test_an_explanation_may_come_from_another_network() -> None:
    wrong = suspicion(related=(8,))
    here = suspicion(subject=Subject("vxlan", 8, ("172.16.1.1",)))
    watch = Watch([Saying([here]), Explaining([wrong])])
    assert [finding.name for finding in watch.drain(times=5)] == ["cause"]


def test_what_is_explained_later_closes() -> None:
    explaining = Explaining()
    watch = Watch([Saying([suspicion()]), explaining])
    watch.drain(times=3)
    explaining.says = [suspicion()]
    watch.drain(times=3)
    assert watch.news == [("odd", OPEN), ("odd", CLOSED), ("cause", OPEN)]


@pytest.mark.parametrize(
    ("written", "muted"),
    [
        ("odd", True),
        ("odd=172.16.1.1", True),
        ("odd=7", True),
        ("odd=8", False),
        ("odd=172.16.1.2", False),
        ("cause", False),
    ],
)
def test_muted_findings_are_there_and_not_told(written: str, *, muted: bool) -> None:
    mute = Mute.of(written, ("odd", "cause"))
    watch = Watch([Saying([suspicion()])], mutes=Mutes([mute]))
    assert bool(watch.drain(times=3)) is not muted
    assert bool(watch.news) is not muted
    (finding,) = watch.diagnosis.report.findings
    assert (finding.state, finding.muted) == (OPEN, muted)


def test_a_mute_may_end() -> None:
    watch = Watch([Saying([suspicion()])], mutes=Mutes([Mute("odd", until_ns=0)]))
    assert watch.drain(times=3)


def test_only_what_exists_can_be_muted() -> None:
    with pytest.raises(BadSetting, match="cannot mute 'od': no finding has that name"):
        Mute.of("od", ("odd",))


def many(*, peers: int, vnis: int) -> list[Suspicion]:
    return [
        suspicion(f"{peer} {vni}", subject=Subject("vxlan", vni, (HERE, f"172.16.2.{peer}")))
        for peer in range(peers)
        for vni in range(vnis)
    ]


@pytest.mark.parametrize(
    ("says", "subjects"),
    [
        (many(peers=1, vnis=4), [Subject("vxlan", vni, (HERE, "172.16.2.0")) for vni in range(4)]),
        (many(peers=1, vnis=6), [Subject(peers=("172.16.2.0",))]),
        (many(peers=6, vnis=1), [Subject("vxlan", 0)]),
        (many(peers=5, vnis=6), [Subject(peers=(f"172.16.2.{peer}",)) for peer in range(5)]),
    ],
    ids=["few", "a peer", "a network", "several peers"],
)
def test_many_that_are_alike_are_one(says: list[Suspicion], subjects: list[Subject]) -> None:
    watch = Watch([Saying(says)], host=Host(overlay()))
    found = watch.drain(times=2)
    assert sorted(map(str, (one.seen.subject for one in found))) == sorted(map(str, subjects))
    assert sum(finding.members for finding in found) == len(says)
    assert len(watch.news) == len(subjects)


def test_a_group_closes_as_one() -> None:
    saying = Saying(many(peers=1, vnis=8))
    watch = Watch([saying], host=Host(overlay()))
    watch.drain(times=2)
    saying.says = []
    watch.drain(times=12)
    assert watch.news == [("odd", OPEN), ("odd", CLOSED)]


def test_there_is_an_end_to_what_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "MOST_SUSPECTED", 3)
    watch = Watch([Saying(many(peers=1, vnis=5))], thresholds=Thresholds(group_at=100))
    assert len(watch.drain(times=2)) == 3
    assert watch.diagnosis.report.left_out == 2 * 2


def test_a_check_that_fails_is_told_once_and_silences_no_other() -> None:
    class Failing(Saying):
        def judge(self, _: Observation) -> Iterable[Suspicion]:
            raise ZeroDivisionError("oh")

    watch = Watch([Failing(), Explaining([suspicion()])])
    with pytest.raises(AssertionError):
        watch.drain(times=3)
    assert watch.complaints == ["the check odd failed: ZeroDivisionError: oh; please report this"]
    assert watch.news == [("cause", OPEN)]


def test_long_intervals_need_no_more_than_two_drains_to_close() -> None:
    saying = Saying([suspicion()])
    watch = Watch([saying], interval_s=60)
    assert watch.drain()
    saying.says = []
    assert watch.drain()
    assert watch.drain() == []


@pytest.mark.parametrize(
    "given", ["storm-s", "storm_s=3", "nothing=3", "storm-s=many", "storm-s=-1"]
)
def test_thresholds_that_mean_nothing_are_refused(given: str) -> None:
    with pytest.raises(BadSetting):
        Thresholds.of([given])


def test_thresholds_are_set_by_name() -> None:
    assert Thresholds.of(["storm-s=7.5", "close-s=3"]) == Thresholds(storm_s=7.5, close_s=3)


def test_a_group_shrinks_and_grows_without_a_word() -> None:
    saying = Saying(many(peers=1, vnis=8))
    watch = Watch([saying], host=Host(overlay()))
    watch.drain(times=2)
    saying.says = many(peers=1, vnis=2)
    (left,) = watch.drain(times=12)
    assert left.members == 2
    saying.says = many(peers=1, vnis=9)
    (grown,) = watch.drain(times=2)
    assert (grown.id, grown.members) == (left.id, 9)
    assert watch.news == [("odd", OPEN)]
