"""Decisions are kept in one form, and each has a number of its own."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "adr"
DECISIONS = sorted(FOLDER.glob("*.md"))


def test_numbers_run_without_gaps() -> None:
    numbers = Counter(int(file.name[:4]) for file in DECISIONS)
    assert numbers == Counter(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("file", DECISIONS, ids=lambda file: file.name)
def test_a_decision_says_why_and_at_what_price(file: Path) -> None:
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", file.name)
    text = file.read_text()
    assert re.match(rf"# {int(file.name[:4])}\. \S", text) or text.startswith(f"# {file.name[:4]}")
    headings = {heading.lower() for heading in re.findall(r"^## (.+)$", text, re.M)}
    assert {"context", "choice", "alternatives", "price"} <= headings
