"""Every finding has its page, every threshold and piece of evidence a row there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tunnel_monitor.diagnose.base import Detector
from tunnel_monitor.diagnose.detectors import DETECTORS, NAMES
from tunnel_monitor.diagnose.thresholds import Thresholds
from tunnel_monitor.lab.faults import FAULTS

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = DOCS / "findings"
REFERENCE = (DOCS / "reference" / "findings.md").read_text()
SECTIONS = ["Signal", "How sure", "Evidence", "False alarms", "Repair"]
SOURCE = Path(__file__).resolve().parents[2] / "src" / "tunnel_monitor" / "diagnose"


def rows_of(text: str) -> dict[str, str]:
    """First cell -> second cell of rows whose first is one word of code."""
    return dict(re.findall(r"^\| `([a-z0-9_-]+)` \| ([^|]*?) \|", text, re.M))


@pytest.mark.parametrize("name", NAMES)
def test_a_finding_has_its_page(name: str) -> None:
    text = (PAGES / f"{name}.md").read_text()
    assert text.startswith(f"# `{name}`: ")
    sections = re.findall(r"^## (.*)$", text, re.M)
    assert [one for one in sections if one != "Thresholds"] == SECTIONS
    assert re.search(r"RFC \d+", text), "it says what it rests on"


def test_there_is_no_page_of_nothing() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} == set(NAMES)


def test_the_table_has_all_of_them() -> None:
    table = re.findall(
        r"^\| \[`([a-z-]+)`\]\(\.\./findings/\1\.md\) \| .* \| (\w+) \|$", REFERENCE, re.M
    )
    assert table == [(one.name, one.severity.value) for one in DETECTORS]


def test_every_threshold_is_explained_with_its_default() -> None:
    texts = [REFERENCE, *((PAGES / f"{name}.md").read_text() for name in NAMES)]
    told = {
        name: float(default)
        for text in texts
        for name, default in rows_of(text).items()
        if re.fullmatch(r"[0-9.]+", default)
    }
    values = Thresholds()
    assert told == {name: getattr(values, name.replace("-", "_")) for name in Thresholds.names()}


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.name)
def test_evidence_is_explained(detector: type[Detector]) -> None:
    code = (SOURCE / f"{detector.name.replace('-', '_')}.py").read_text()
    blocks = re.findall(r"evidence=\{(.*?)\n {4,}\},\n", code, re.S)
    blocks += re.findall(r"\{\s*\"rule\": .*?\}", code, re.S)
    assert blocks
    told = rows_of((PAGES / f"{detector.name}.md").read_text())
    for name in re.findall(r'"([a-z_]+)":', " ".join(blocks)):
        assert name in told


def test_every_finding_can_be_provoked_in_the_lab() -> None:
    assert set(NAMES) <= set(FAULTS)
