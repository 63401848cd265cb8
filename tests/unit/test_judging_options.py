"""The options that say what is judged."""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from contextlib import closing
from ipaddress import IPv6Address

import pytest

from tunnel_monitor.cli.counting import notices_of
from tunnel_monitor.cli.judging import Judging, read_without
from tunnel_monitor.cli.options.judging import add_judging_options
from tunnel_monitor.contract import Notice
from tunnel_monitor.diagnose.base import Detector
from tunnel_monitor.diagnose.detectors import DETECTORS, NAMES
from tunnel_monitor.diagnose.finding import Subject
from tunnel_monitor.errors import BadSetting
from tunnel_monitor.settings import ALL_NOTICES


def given(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_judging_options(parser)
    return parser.parse_args(words)


def judging(*words: str) -> Judging:
    return Judging.of(given(*words))


def noticed(*words: str) -> Notice:
    return notices_of(given(*words))


def test_everything_is_judged_unless_told_otherwise() -> None:
    usual = judging()
    assert noticed() == read_without([]) == ALL_NOTICES
    assert usual.known_peers == ()
    assert not usual.off


@pytest.mark.parametrize(
    ("written", "notices"),
    [
        ("headers", Notice.HEADERS),
        ("segments,headers", Notice.HEADERS | Notice.SEGMENTS),
        ("none", Notice(0)),
    ],
)
def test_what_is_looked_at_can_be_chosen(written: str, notices: Notice) -> None:
    assert noticed("--notices", written) == notices


@pytest.mark.parametrize(
    ("names", "notices"),
    [
        (["storm"], ALL_NOTICES),
        (["duplicate"], Notice.HEADERS | Notice.SEGMENTS),
        (["duplicate", "black-hole"], Notice.HEADERS),
        ([name for name in NAMES if name not in {"hog", "loss"}], Notice(0)),
    ],
)
def test_a_check_can_be_left_out_and_what_is_looked_at_for_it_alone(
    names: list[str], notices: Notice
) -> None:
    words = [word for name in names for word in ("--without", name)]
    assert noticed(*words) == notices
    with closing(judging(*words).begin(["lo"], None, print)) as diagnosis:
        checks = [name for name, _ in diagnosis.report.checks]
    assert checks == [name for name in NAMES if name not in {*names, "loss"}]


READ_OF = {
    Notice.HEADERS: r"noticed\.(tunnels|notices)",
    Notice.SEGMENTS: r"noticed\.(flows|segments)",
    Notice.STATIONS: r"noticed\.(peers|macs)",
}


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.name)
def test_a_check_says_what_it_reads(detector: type[Detector]) -> None:
    code = inspect.getsource(sys.modules[detector.__module__])
    read = sum(notice for notice, words in READ_OF.items() if re.search(words, code))
    assert detector.notices == Notice(read)


def test_without_findings_nothing_is_looked_at() -> None:
    assert noticed("--no-findings") == Notice(0)
    assert judging("--no-findings").begin(["lo"], None, print).report.checks == ()


def test_peers_of_both_families_can_be_named() -> None:
    peers = judging("--known-peers", "172.16.0.0/16", "--known-peers", "2001:db8::/48").known_peers
    assert any(IPv6Address("::ffff:172.16.9.1") in network for network in peers)
    assert any(IPv6Address("2001:db8::1") in network for network in peers)
    assert not any(IPv6Address("::ffff:172.17.0.1") in network for network in peers)


def test_what_is_muted_by_name_or_by_what_it_is_about() -> None:
    mutes = judging("--mute", "hog", "--mute", "storm=10001").mutes
    assert mutes.covers("hog", Subject("vxlan", 7), 1)
    assert mutes.covers("storm", Subject("vxlan", 10001), 1)
    assert not mutes.covers("storm", Subject("vxlan", 10002), 1)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--known-peers", "172.16.1.1/16"), "'172.16.1.1/16' is no network"),
        (("--without", "rain"), "cannot leave out 'rain': no check has that name"),
        (("--mute", "rain"), "no finding has that name"),
        (("--threshold", "rain=1"), "'rain=1' sets no threshold"),
        (("--threshold", "open-s=soon"), "no number"),
    ],
)
def test_what_means_nothing_is_refused(words: tuple[str, str], told: str) -> None:
    with pytest.raises(BadSetting, match=told):
        judging(*words)


def test_what_cannot_be_looked_at_is_refused() -> None:
    with pytest.raises(BadSetting, match="--notices takes none, or some of headers, segments"):
        noticed("--notices", "everything")
